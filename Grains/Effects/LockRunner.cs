using System.Buffers.Binary;
using Orleans;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>Locks on their way over several channels of one account: peels what came in, hands it on, and takes back how it ended.</summary>
public sealed class LockRunner(IGrainFactory grains, MasterKey keys, ForwardPolicy policy)
{
    /// <summary>Only says where it goes: what this finds may be different the next time, so nothing is done before it is written down.</summary>
    public async Task<EffectResult> RunAsync(Effect.RouteLock e)
    {
        using var key = keys.OnionKey(e.Opening.Account, e.Opening.Key);
        if (Onion.Peel(e.Onion.Span, key, e.Lock.Target.ToArray()) is not { } peeled)
            return new EffectResult.LockRouted(null, new(RejectionCode.Malformed, "an onion for this hop and this payment", "it cannot be peeled"), null);
        if (HopPayload.Read(peeled.Payload) is not { } payload || payload.Channel is null != peeled.Next is null) return Failed(peeled, OnionError.InvalidPayload);
        if (payload.Channel is not { } channel || peeled.Next is not { } next)
            return ForwardPolicy.JudgeLast(e.Lock, payload) is { } last ? Failed(peeled, last) : new EffectResult.LockRouted(null, null, null);
        if (await FindAsync(e.Opening, channel) is not { } onward) return Failed(peeled, OnionError.UnknownNextPeer);
        return policy.Judge(e.Lock, payload, onward.Opening.Terms, onward.Second) is { } refusal
            ? Failed(peeled, refusal)
            : new EffectResult.LockRouted(new(onward.Ref, payload.Amount, payload.Expiry, HexBytes.From(next), Bytes32.From(peeled.SharedSecret)), null, null);
    }

    /// <summary>The next channel decides once: asked again, it answers the same.</summary>
    public async Task<EffectResult> RunAsync(Effect.PassLock e)
    {
        var forward = new ChannelLock(e.Onward.Next.Us, 0, e.Onward.Amount, e.Onward.Expiry, e.Lock.Kind, e.Lock.Target);
        var reply = EffectResult.Of(await grains.GetGrain<IChannelGrain>(e.Onward.Next.ToString()).Submit(new ChannelCommand.Carry(e.Id, forward, e.Onward.Onion, e.Origin)));
        return reply switch
        {
            EffectResult.Replied { Reply: CommandReply.Accepted } => new EffectResult.LockPassed(null, null),
            EffectResult.Replied { Reply: CommandReply.Refused { Rejection: var refused } } => refused.Code.IsTransient()
                ? new EffectResult.NoAnswer(refused.ToString())
                : new EffectResult.LockPassed(refused, Reason(e.Onward.SharedSecret.ToArray(), OnionError.TemporaryChannelFailure)),
            var other => other,
        };
    }

    /// <summary>A failure of the next hop is wrapped once more; where it said none, this hop says so.</summary>
    public async Task<EffectResult> RunAsync(Effect.TellOrigin e)
    {
        var shared = e.Origin.SharedSecret.ToArray();
        HexBytes? reason = null;
        if (e.Secret is null)
        {
            var packet = e.Reason is { Length: OnionFailure.Length } said ? said.Span.ToArray() : null;
            if (packet is not null) OnionFailure.Wrap(shared, packet);
            reason = packet is null ? Reason(shared, OnionError.TemporaryChannelFailure) : HexBytes.From(packet);
        }

        return EffectResult.Of(await grains.GetGrain<IChannelGrain>(e.Origin.Side.ToString()).Submit(new ChannelCommand.Answer(e.Id, e.Origin.Number, e.Secret, reason)));
    }

    /// <summary>The account's side of a channel by which a payment of its key can go on: the same contract and token.</summary>
    private async Task<ChannelView?> FindAsync(ChannelOpening from, Bytes32 channel)
    {
        foreach (var side in new[] { ChannelSide.A, ChannelSide.B })
        {
            var view = await grains.GetGrain<IChannelGrain>(new ChannelRef(channel, side).ToString()).Read();
            if (view is { Phase: ChannelPhase.Open, Opening: var to } && to.Account == from.Account && to.Key == from.Key
                && (to.Facts.Chain, to.Facts.Manager, to.Facts.Token) == (from.Facts.Chain, from.Facts.Manager, from.Facts.Token)) return view;
        }

        return null;
    }

    private static EffectResult.LockRouted Failed(PeeledOnion peeled, OnionError error) => new(
        null, new(RejectionCode.WrongState, "a lock that can be carried on", error.ToString()), Reason(peeled.SharedSecret, error));

    private static HexBytes Reason(ReadOnlySpan<byte> shared, OnionError error)
    {
        Span<byte> code = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(code, (ushort)error);
        return HexBytes.From(OnionFailure.Create(shared, code));
    }
}
