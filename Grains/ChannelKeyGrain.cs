using Orleans;
using Orleans.Concurrency;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains;

/// <summary>Asks the signer for a channel key; the signer is who remembers it.</summary>
[Reentrant]
public sealed class ChannelKeyGrain(ISignerPort signer) : Grain, IChannelKeyGrain
{
    public async Task<SignerAnswer<KeyAttestation>> Read(ChainId chain)
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var account = key[..Math.Max(slash, 0)];
        if (!AccountId.TryParse(account, out _) || !Name.TryParse(key[(slash + 1)..], out var name))
            return new SignerAnswer<KeyAttestation>.Refused(new(RejectionCode.Malformed, $"{AccountId.Form}, a slash and {Name.Form}", key));
        return await GrainFactory.GetGrain<IAccountGrain>(account).ReadLineage() is { } lineage
            ? await signer.CreateKeyAsync(new(lineage.Genesis, name, chain, Tier.Hot) { Purpose = KeyPurpose.Channel }, CancellationToken.None)
            : new SignerAnswer<KeyAttestation>.Refused(new(RejectionCode.NotRegistered, "a registered account", account));
    }
}
