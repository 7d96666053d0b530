using Orleans;
using Orleans.Concurrency;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains;

/// <summary>Asks the signer for a channel key; the signer is who remembers it.</summary>
[Reentrant]
public sealed class ChannelKeyGrain(ISignerPort signer, MasterKey keys) : Grain, IChannelKeyGrain
{
    public async Task<SignerAnswer<KeyAttestation>> Read(ChainId chain)
    {
        if (Parse() is not var (account, name))
            return new SignerAnswer<KeyAttestation>.Refused(new(RejectionCode.Malformed, $"{AccountId.Form}, a slash and {Name.Form}", this.GetPrimaryKeyString()));
        return await GrainFactory.GetGrain<IAccountGrain>(account.ToString()).ReadLineage() is { } lineage
            ? await signer.CreateKeyAsync(new(lineage.Genesis, name, chain, Tier.Hot) { Purpose = KeyPurpose.Channel }, CancellationToken.None)
            : new SignerAnswer<KeyAttestation>.Refused(new(RejectionCode.NotRegistered, "a registered account", account.ToString()));
    }

    public Task<OnionKeyView> ReadOnionKey()
    {
        if (Parse() is not var (account, name)) throw new FormatException($"Not {AccountId.Form}, a slash and {Name.Form}: {this.GetPrimaryKeyString()}");
        using var key = keys.OnionKey(account, name);
        return Task.FromResult(new OnionKeyView(HexBytes.From(Secp256k1.CreatePublicKey(key))));
    }

    private (AccountId Account, Name Key)? Parse()
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return AccountId.TryParse(key[..Math.Max(slash, 0)], out var account) && Name.TryParse(key[(slash + 1)..], out var name) ? (account, name) : null;
    }
}
