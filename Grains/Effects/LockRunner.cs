using System.Buffers.Binary;
using System.Security.Cryptography;
using Orleans;
using TPWallet.Crypto;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>Locks on their way over several channels of one account: peels what came in, hands it on to a channel or to the invoice that it pays, and takes back how it ended.</summary>
public sealed class LockRunner(IGrainFactory grains, MasterKey keys, ForwardPolicy policy)
{
    public Task<EffectResult> RunAsync(Effect effect) => effect switch
    {
        Effect.RouteLock e => RunAsync(e),
        Effect.PassLock e => RunAsync(e),
        Effect.TellOrigin e => RunAsync(e),
        Effect.HoldPart e => RunAsync(e),
        Effect.AnswerPart e => RunAsync(e),
        _ => throw new UnreachableException($"No effect of a lock: {effect.GetType().Name}."),
    };

    /// <summary>Only says where it goes: what this finds may be different the next time, so nothing is done before it is written down.</summary>
    private async Task<EffectResult> RunAsync(Effect.RouteLock e)
    {
        using var key = keys.OnionKey(e.Opening.Account, e.Opening.Key);
        if (Onion.Peel(e.Onion.Span, key, e.Lock.Target.ToArray()) is not { } peeled)
            return new EffectResult.LockRouted(null, new(RejectionCode.Malformed, "an onion for this hop and this payment", "it cannot be peeled"), null);
        if (HopPayload.Read(peeled.Payload) is not { } payload || payload.Channel is null != peeled.Next is null) return Failed(peeled, OnionError.InvalidPayload);
        if (e.IsBeyond) return Failed(peeled, OnionError.TemporaryChannelFailure);
        if (payload.Channel is not { } channel || peeled.Next is not { } next) return Last(e, peeled, payload);
        if (await FindAsync(e.Opening, channel) is not { } onward) return Failed(peeled, OnionError.UnknownNextPeer);
        return policy.Judge(e.Lock, payload, onward.Opening.Terms, onward.Second) is { } refusal
            ? Failed(peeled, refusal)
            : new EffectResult.LockRouted(new(onward.Ref, payload.Amount, payload.Expiry, HexBytes.From(next), Bytes32.From(peeled.SharedSecret)), null, null);
    }

    /// <summary>The next channel decides once: asked again, it answers the same.</summary>
    private async Task<EffectResult> RunAsync(Effect.PassLock e)
    {
        var forward = new ChannelLock(e.Onward.Next.Us, 0, e.Onward.Amount, e.Onward.Expiry, e.Lock.Kind, e.Lock.Target);
        var reply = await grains.GetGrain<IChannelGrain>(e.Onward.Next.ToString()).Submit(new ChannelCommand.Carry(e.Id, forward, e.Onward.Onion, e.Origin));
        return Passed(reply, e.Origin, OnionError.TemporaryChannelFailure);
    }

    /// <summary>The invoice decides once, like a channel.</summary>
    private async Task<EffectResult> RunAsync(Effect.HoldPart e) =>
        Passed(await grains.GetGrain<IInvoiceGrain>(e.Invoice.Key).Submit(new InvoiceCommand.Hold(e.Id, e.Part)), e.Part.Origin, OnionError.UnknownPaymentDetails);

    /// <summary>The invoice's secret goes to the channel of each part; a part that goes back says that the others did not come.</summary>
    private async Task<EffectResult> RunAsync(Effect.AnswerPart e)
    {
        var answer = e.IsTaken
            ? new ChannelCommand.Answer(e.Id, e.Origin.Number, keys.InvoiceSecret(e.Invoice, e.Intent), null)
            : new ChannelCommand.Answer(e.Id, e.Origin.Number, null, Reason(e.Origin.SharedSecret.ToArray(), OnionError.PartsTimeout));
        return EffectResult.Of(await grains.GetGrain<IChannelGrain>(e.Origin.Side.ToString()).Submit(answer));
    }

    /// <summary>A failure of the next hop is wrapped once more; where it said none, this hop says so.</summary>
    private async Task<EffectResult> RunAsync(Effect.TellOrigin e)
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

    /// <summary>
    /// It ends here. What does not show that its maker has an invoice of this account is told nothing, and leaves no trace with an invoice.
    /// </summary>
    private EffectResult.LockRouted Last(Effect.RouteLock e, PeeledOnion peeled, HopPayload payload)
    {
        if (ForwardPolicy.JudgeLast(e.Lock, payload, e.Opening.Terms, e.Second) is { } refusal) return Failed(peeled, refusal);
        if (payload.Payment is not { } payment) return new(null, null, null);
        return CryptographicOperations.FixedTimeEquals(keys.PaymentSecret(new(e.Opening.Account, payment.Invoice)).ToArray(), payment.Secret.ToArray())
            ? new(null, null, null) { Payment = new(payment.Invoice, payment.Total, Bytes32.From(peeled.SharedSecret)) }
            : Failed(peeled, OnionError.UnknownPaymentDetails);
    }

    private static EffectResult Passed(CommandReply reply, LockOrigin origin, OnionError otherwise) => EffectResult.Of(reply) switch
    {
        EffectResult.Replied { Reply: CommandReply.Accepted } => new EffectResult.LockPassed(null, null),
        EffectResult.Replied { Reply: CommandReply.Refused { Rejection: var refused } } => new EffectResult.LockPassed(refused, Reason(origin.SharedSecret.ToArray(), otherwise)),
        var other => other,
    };

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
