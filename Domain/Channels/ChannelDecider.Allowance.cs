using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What this side may hold for its peer, by the peer's standing: so many locks in each direction, so much in them, for so long. It is told; nothing is asked when a lock comes.</summary>
public sealed partial class ChannelDecider
{
    private static Rejection? Allow(ChannelDraft draft, PeerAllowance? allowance)
    {
        if (draft.State.Allowance != allowance) draft.Add(new ChannelEvent.AllowanceSet(allowance));
        return null;
    }

    /// <summary>Why a lock that is carried, or is a part of a payment, is not offered to this peer; null: it may be. What the account offers by hand it answers for itself.</summary>
    private static Rejection? JudgeOffer(ChannelState state, ChannelLock open) => state.Allowance is null || state.Phase != ChannelPhase.Open
        ? null
        : Beyond(state, state.Newest.Locks.Where(other => other.Offerer == state.Us).Concat(state.Wishes.Select(static wish => wish.Update).OfType<ChannelUpdate.Offer>().Select(static offer => offer.Lock)), open);

    /// <summary>Whether a lock of the peer's comes after all that is held for it: the one with the higher number gives way.</summary>
    private static bool IsBeyond(ChannelState state, ChannelLock open) => state.Allowance is not null && Beyond(
        state,
        state.Book.Locks.Where(other => other.Offerer != state.Us && other.Number != open.Number && state.Drops?.ContainsKey(other.Number) != true
            && (other.Number < open.Number || state.Onions?.ContainsKey(other.Number) != true)),
        open) is not null;

    private static Rejection? Beyond(ChannelState state, IEnumerable<ChannelLock> held, ChannelLock open)
    {
        var (allowance, peer) = (state.Allowance!, state.Opening!.Peer);
        var (slots, sum) = (0, open.Amount);
        foreach (var other in held) (slots, sum) = (slots + 1, sum + other.Amount);
        if (slots >= allowance.Slots) return new(RejectionCode.HardLimit, $"at most {allowance.Slots} locks held for {peer}, by its standing", $"{slots + 1}");
        if (sum > MostHeld(state)) return new(RejectionCode.HardLimit, $"at most {MostHeld(state)} held for {peer}, by its standing", $"{sum}");
        var latest = state.Second + LongestHeld(state);
        return open.Expiry > latest ? new(RejectionCode.HardLimit, $"an expiry of at most {latest}, by the standing of {peer}", $"{open.Expiry}") : null;
    }

    /// <summary>What may still be locked for the peer; null: what the terms allow.</summary>
    private static UInt256? RoomOf(ChannelState state)
    {
        if (state.Allowance is not { } allowance) return null;
        var ours = state.Newest.Locks.Where(other => other.Offerer == state.Us).ToArray();
        var sum = ours.Aggregate(UInt256.Zero, static (sum, open) => sum + open.Amount);
        return ours.Length >= allowance.Slots || sum >= MostHeld(state) ? UInt256.Zero : MostHeld(state) - sum;
    }

    private static UInt256 MostHeld(ChannelState state) => UInt256.Min(state.Terms!.MostLocked, BookRules.MostDeposited) * state.Allowance!.Ppm / PeerPolicy.Whole;

    /// <summary>Never less than a lock takes that can be claimed.</summary>
    private static ulong LongestHeld(ChannelState state) => Math.Max((ulong)((UInt128)state.Terms!.LongestLock * state.Allowance!.Ppm / PeerPolicy.Whole), 2 * state.Terms.ShortestLock);
}
