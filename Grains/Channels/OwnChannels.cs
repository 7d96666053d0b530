using Orleans;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>What an account's own channels can begin a payment with, and what speaks against their peers.</summary>
/// <param name="Spendable">By the channel.</param>
/// <param name="Disliked">Millionths of the amount, by the channel; one that is not named is not disliked.</param>
/// <param name="Second">The newest that a channel knows of the chain's clock.</param>
public sealed record OwnChannels(ImmutableSortedDictionary<Bytes32, UInt256> Spendable, ImmutableSortedDictionary<Bytes32, uint> Disliked, ulong Second)
{
    /// <summary>Asks each side, and whoever keeps the standing of its peer once.</summary>
    /// <param name="ring">Where it leaves by one of them alone; null: by any.</param>
    public static async Task<OwnChannels> ReadAsync(IGrainFactory grains, StandingPrice price, ImmutableArray<ChannelRef> sides, PaymentRing? ring)
    {
        var (spendable, disliked, prices) = (ImmutableSortedDictionary.CreateBuilder<Bytes32, UInt256>(), ImmutableSortedDictionary.CreateBuilder<Bytes32, uint>(), new Dictionary<Name, uint>());
        var second = 0UL;
        foreach (var side in sides)
        {
            var view = await grains.GetGrain<IChannelGrain>(side.ToString()).Read();
            var mayPay = (ring is null || ring.Out == side) && view is { Phase: ChannelPhase.Open, Frozen: false };
            spendable[side.Channel] = mayPay ? UInt256.Min(view!.Least, view.Room ?? view.Least) : UInt256.Zero;
            second = Math.Max(second, view?.Second ?? 0);
            if (!mayPay || view!.Opening.Peer is not { } peer) continue;
            if (!prices.TryGetValue(peer, out var ppm)) prices.Add(peer, ppm = price.Of(await grains.GetGrain<IPeerGrain>(peer.Value).Read()));
            if (ppm > 0) disliked[side.Channel] = ppm;
        }

        return new(spendable.ToImmutable(), disliked.ToImmutable(), second);
    }
}
