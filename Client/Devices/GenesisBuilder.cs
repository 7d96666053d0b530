using System.Security.Cryptography;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>Founds accounts: builds a genesis, whose hash is the account's id, and each device's proof of possession and consent.</summary>
public static class GenesisBuilder
{
    /// <summary>A genesis with a fresh nonce, if it may found an account.</summary>
    /// <param name="deployment">The silo's deployment id: votes are good there only.</param>
    /// <param name="recovery">Default: no guardians, the shortest delay allowed.</param>
    public static Answer<Genesis> Build(
        Bytes32 deployment, Name tenant, ImmutableArray<Member> members, Policy policy, RecoveryRule? recovery = null)
    {
        var genesis = new Genesis(
            deployment,
            tenant,
            members,
            policy,
            recovery ?? new(0, [], GenesisCheck.MinRecoveryDelay),
            Bytes32.From(RandomNumberGenerator.GetBytes(UInt256.Size)));
        return GenesisCheck.CheckForm(Canonical.AccountId(genesis), genesis) is { } rejection
            ? new Answer<Genesis>.Refused(rejection)
            : new Answer<Genesis>.Given(genesis);
    }

    /// <summary>The device's signature over the account id, at its own place in the genesis.</summary>
    public static Answer<DeviceProof> Prove(Genesis genesis, Voter voter)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        ArgumentNullException.ThrowIfNull(voter);
        var device = genesis.Members.FirstOrDefault(member => member.Id == voter.Member)?.Devices.FirstOrDefault(entry => entry.Id == voter.Device);
        if (device is null || device.Scheme != voter.Key.Scheme || device.PublicKey != voter.Key.PublicKey)
        {
            return new Answer<DeviceProof>.Refused(
                new(RejectionCode.UnknownDevice, $"this key as {voter.Member}/{voter.Device} of the genesis", device is null ? "no such device" : "another key"));
        }

        var signature = voter.Key.Sign(VoteTypedData.ForGenesis(genesis, voter.Member, voter.Device).Digest());
        return new Answer<DeviceProof>.Given(new(voter.Member, voter.Device, signature));
    }
}
