using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Whether a genesis may found the account with this id: hash, form, and the consent of every initial device.</summary>
public static class GenesisCheck
{
    /// <summary>No recovery is faster (design.md, Authority).</summary>
    public static Span MinRecoveryDelay { get; } = Span.Hours(72);

    public static Rejection? Check(AccountId id, Genesis genesis, ImmutableArray<DeviceProof> proofs) =>
        CheckForm(id, genesis) ?? CheckProofs(genesis, proofs);

    /// <summary>Without the proofs: what a signer or verifier asks, who only needs the id to be the genesis' hash.</summary>
    public static Rejection? CheckForm(AccountId id, Genesis genesis)
    {
        var actual = Canonical.AccountId(genesis);
        if (actual != id) return new(RejectionCode.GenesisMismatch, $"a genesis of {id}", $"a genesis of {actual}");
        if (genesis.Policy.Version != 1) return new(RejectionCode.Malformed, "policy version 1", $"{genesis.Policy.Version}");
        if (genesis.Members.SelectMany(member => member.Devices).Any(device => device.AddedAt.UnixMs != 0))
            return new(RejectionCode.Malformed, "genesis devices added at 0", "another instant");
        var roster = new Roster(1, genesis.Members);
        return RosterForm.Check(roster) ?? CheckRecovery(genesis.Recovery) ?? PolicyForm.Check(genesis.Policy, roster);
    }

    private static Rejection? CheckRecovery(RecoveryRule recovery)
    {
        if (recovery.Delay < MinRecoveryDelay) return new(RejectionCode.Malformed, $"a recovery delay from {MinRecoveryDelay.Ms} ms", $"{recovery.Delay.Ms} ms");
        var guardians = recovery.GuardianDevices;
        if (guardians.Length > Roster.MaxMembers) return new(RejectionCode.TooLarge, $"{Roster.MaxMembers} guardians", $"{guardians.Length}");
        if (guardians.Select(device => device.Id).Distinct().Count() != guardians.Length)
            return new(RejectionCode.DuplicateDevice, "distinct guardian devices", "a device that comes twice");
        if (guardians.FirstOrDefault(device => !SignatureCheck.IsPublicKey(device.Scheme, device.PublicKey)) is { } bad)
            return new(RejectionCode.BadSignature, $"a public key of {bad.Scheme} for guardian {bad.Id}", bad.PublicKey.ToString());
        return recovery.Guardians >= (guardians.IsEmpty ? 0 : 1) && recovery.Guardians <= guardians.Length
            ? null
            : new(RejectionCode.UnsatisfiablePolicy, $"a recovery quorum of 1 to {guardians.Length}", $"{recovery.Guardians}");
    }

    private static Rejection? CheckProofs(Genesis genesis, ImmutableArray<DeviceProof> proofs)
    {
        foreach (var member in genesis.Members)
        {
            foreach (var device in member.Devices)
            {
                var proof = proofs.FirstOrDefault(candidate => candidate.Member == member.Id && candidate.Device == device.Id);
                if (proof is null) return new(RejectionCode.ProofMissing, $"a signature of {member.Id}/{device.Id} over the account id", "none");
                if (!SignatureCheck.Verify(device.Scheme, device.PublicKey, VoteTypedData.ForGenesis(genesis, member.Id, device.Id).Digest(), proof.Signature))
                    return new(RejectionCode.BadSignature, $"a signature of {member.Id}/{device.Id} over the account id", "another signature");
            }
        }

        return null;
    }
}
