using TPWallet.Domain.Invoices;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What an operator asks for carrying payments from one channel to another of the same account.</summary>
/// <param name="BaseFee">Base units for each lock.</param>
/// <param name="FeePpm">Millionths of the amount that goes on, in addition; rounded down.</param>
/// <param name="LockDelta">
/// Seconds by which the incoming lock outlives the outgoing one: for noticing a secret on chain, and for registering it in time; null: twice the shortest lock of the
/// outgoing channel, which is what one claim on chain needs.
/// </param>
public sealed record ForwardPolicy(UInt256 BaseFee, uint FeePpm, ulong? LockDelta)
{
    /// <summary>A thousandth of the amount.</summary>
    public static ForwardPolicy Default { get; } = new(UInt256.Zero, 1_000, null);

    /// <summary>The fee of an amount that goes on, as it is announced (<see cref="HopPolicy"/>).</summary>
    public UInt256 FeeOf(UInt256 amount) => new HopPolicy(BaseFee, FeePpm, 0, UInt256.Zero, BookRules.MostDeposited).FeeOf(amount);

    /// <summary>The seconds between both locks' expiries.</summary>
    public ulong DeltaOf(ChannelTerms outgoing) => DeltaOf(outgoing.ShortestLock);

    /// <summary>What is said of it to who looks for a way.</summary>
    public ForwardTerms By(ChannelTerms outgoing) => new(BaseFee, FeePpm, DeltaBy(outgoing.ShortestLock), outgoing.MostLocked);

    /// <summary>What a side asks for now, whatever it said when it was announced.</summary>
    public AnnouncedSide By(AnnouncedSide side)
    {
        ArgumentNullException.ThrowIfNull(side);
        return side with { Forwards = new(BaseFee, FeePpm, DeltaBy(side.ShortestLock), side.Forwards.Most) };
    }

    /// <summary>Why a lock is not carried on like that; null: it may be.</summary>
    /// <param name="incoming">The peer's lock, which both have signed.</param>
    /// <param name="next">What its maker wants to go on.</param>
    /// <param name="outgoing">Terms of the channel that it goes on by.</param>
    /// <param name="second">The contract's clock.</param>
    public OnionError? Judge(ChannelLock incoming, HopPayload next, ChannelTerms outgoing, ulong second)
    {
        // No amount is near the word's end: deposits have 120 bits.
        if (next.Amount.IsZero || next.Amount > BookRules.MostDeposited) return OnionError.AmountBelowMinimum;
        if (incoming.Amount < next.Amount || incoming.Amount - next.Amount < FeeOf(next.Amount)) return OnionError.FeeInsufficient;
        if (incoming.Expiry < next.Expiry || incoming.Expiry - next.Expiry < DeltaOf(outgoing)) return OnionError.IncorrectExpiry;
        if (next.Expiry < second || next.Expiry - second < outgoing.ShortestLock) return OnionError.ExpiryTooSoon;
        return next.Expiry - second > outgoing.LongestLock ? OnionError.ExpiryTooFar : null;
    }

    /// <summary>Why the last hop does not take a lock; null: it does.</summary>
    /// <param name="terms">Of its channel.</param>
    /// <param name="second">The contract's clock.</param>
    public static OnionError? JudgeLast(ChannelLock incoming, HopPayload payload, ChannelTerms terms, ulong second)
    {
        if (incoming.Amount < payload.Amount) return OnionError.FinalIncorrectAmount;
        if (incoming.Expiry < payload.Expiry) return OnionError.FinalIncorrectExpiry;
        return payload.Payment is not null && incoming.Expiry < second + LeastOf(terms.ShortestLock) ? OnionError.UnknownPaymentDetails : null;
    }

    /// <summary>Seconds that a payee's lock has to last: the payment's other parts may be waited for, and the secret still has the time of a claim on chain, twice.</summary>
    /// <param name="shortestLock">Of its channel's terms.</param>
    public static ulong LeastOf(ulong shortestLock) => (2 * shortestLock) + ((ulong)InvoiceState.Patience.Ms / 1000);

    private ulong DeltaOf(ulong shortestLock) => Math.Max(LockDelta ?? 0, 2 * shortestLock);

    private uint DeltaBy(ulong shortestLock) => (uint)Math.Min(DeltaOf(shortestLock), uint.MaxValue);
}
