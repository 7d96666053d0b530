using Orleans;
using Orleans.Concurrency;
using TPWallet.Crypto;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains;

/// <summary>Asks the signer for a channel key; the signer is who remembers it.</summary>
[Reentrant]
public sealed class ChannelKeyGrain(ISignerPort signer, MasterKey keys, NetworkMaps maps) : Grain, IChannelKeyGrain
{
    public async Task<SignerAnswer<KeyAttestation>> Read(ChainId chain)
    {
        if (Parse() is not var (account, name))
            return new SignerAnswer<KeyAttestation>.Refused(new(RejectionCode.Malformed, $"{AccountId.Form}, a slash and {Name.Form}", this.GetPrimaryKeyString()));
        return await GrainFactory.GetGrain<IAccountGrain>(account.ToString()).ReadLineage() is { } lineage
            ? await signer.CreateKeyAsync(new(lineage.Genesis, name, chain, Tier.Hot) { Purpose = KeyPurpose.Channel }, CancellationToken.None)
            : new SignerAnswer<KeyAttestation>.Refused(new(RejectionCode.NotRegistered, "a registered account", account.ToString()));
    }

    public async Task<CapacityView> ReadCapacity(RouterRef network)
    {
        var (account, name) = Parse() ?? throw NotAKey();
        var map = await maps.ReadAsync(network);
        var own = map.SidesOf(account, name);
        var listed = own.OrderByDescending(side => map.Graph.Find(side.Channel)!.Capacity).ThenBy(static side => side.Channel).Take(CapacityView.MostChannels).ToArray();
        var views = await Task.WhenAll(listed.Select(side => GrainFactory.GetGrain<IChannelGrain>(side.ToString()).Read()));
        ImmutableArray<SideCapacity> sides = [.. views.OfType<ChannelView>().Select(view =>
            new SideCapacity(view.Ref, view.Frozen ? UInt256.Zero : view.Least, view.Book.Balance.Of(view.Ref.Us.Other()), map.Graph.Find(view.Ref.Channel)!.Capacity))];
        return new(
            network, sides.Aggregate(UInt256.Zero, static (sum, side) => sum + side.Outbound), sides.Aggregate(UInt256.Zero, static (sum, side) => sum + side.Inbound), sides,
            own.Length - listed.Length, map.Graph.Capacities().Spread());
    }

    public Task<OnionKeyView> ReadOnionKey()
    {
        var (account, name) = Parse() ?? throw NotAKey();
        using var key = keys.OnionKey(account, name);
        return Task.FromResult(new OnionKeyView(HexBytes.From(Secp256k1.CreatePublicKey(key))));
    }

    private FormatException NotAKey() => new($"Not {AccountId.Form}, a slash and {Name.Form}: {this.GetPrimaryKeyString()}");

    private (AccountId Account, Name Key)? Parse()
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return AccountId.TryParse(key[..Math.Max(slash, 0)], out var account) && Name.TryParse(key[(slash + 1)..], out var name) ? (account, name) : null;
    }
}
