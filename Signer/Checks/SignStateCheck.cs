using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What binds the states of an account's channels, as far as this signer knows.</summary>
/// <param name="Changes">Length of the lineage that was accepted last.</param>
/// <param name="Governed">What a lineage last said of channels.</param>
/// <param name="IsFrozen">A member stopped new spending.</param>
internal sealed record ChannelRules(int Changes, Fact.ChannelsGoverned Governed, bool IsFrozen);

/// <summary>
/// May this state be signed? In this order: the channel is taken by this account (NotFound); the lineage is the one that both know (StaleVersion); the book's form
/// (Malformed, Overflow, HardLimit, PayloadMismatch); above what was signed, or the same (NonceConflict); no less withdrawn by the peer than it was let withdraw (StaleVersion);
/// the mandate's most (HardLimit); under a freeze, or without a mandate, nothing taken from the account (Frozen, NoRule). What the account withdraws comes home, and is not taken.
/// </summary>
internal static class SignStateCheck
{
    /// <summary>What is signed, or why not; the floor is judged apart, since it changes under this check.</summary>
    public static (Bytes32 Digest, Rejection? Refusal) Decide(SignStateRequest request, Fact.ChannelTaken taken, ChannelRules rules)
    {
        if (request.Changes != rules.Changes || rules.Governed.Changes != rules.Changes)
            return Refuse(RejectionCode.StaleVersion, $"a lineage of {rules.Changes} changes, told with the channel", $"{request.Changes} changes, {rules.Governed.Changes} told");
        if (request.Book.Nonce == 0) return Refuse(RejectionCode.Malformed, "a nonce above 0", "0");
        if (BookForm.Check(request.Book) is { } malformed) return (default, malformed);
        return (ChannelDomain.Of(taken.Facts).State(request.Side.Channel, ContractState.Of(request.Book, taken.LockFloor)), null);
    }

    /// <summary>One state for one nonce, and each above all before it.</summary>
    public static Raise Judge(Floor floor, SignStateRequest request, Bytes32 digest, Fact.ChannelTaken taken, ChannelRules rules)
    {
        var (nonce, book, peer) = (request.Book.Nonce, request.Book, taken.Us.Other());
        var own = book.Balance.Of(taken.Us) + book.Withdrawn.Of(taken.Us);
        // What was signed stays signed, whatever has changed since: its answer may have been lost on the way.
        if (nonce == floor.Nonce && digest == floor.Digest) return new(floor, null);
        if (nonce <= floor.Nonce) return Refuse(new(RejectionCode.NonceConflict, $"a nonce above {floor.Nonce}, or the state that was signed for it", $"{nonce}"));
        if (book.Withdrawn.Of(peer) < floor.PeerLeft)
            return Refuse(new(RejectionCode.StaleVersion, $"at least {floor.PeerLeft} withdrawn by the peer, for which an order was signed", book.Withdrawn.Of(peer).ToString()));
        if (MandateOf(taken, rules) is { } mandate && request.Book.Deposited.Of(taken.Us) > mandate.MostDeposited)
            return Refuse(new(RejectionCode.HardLimit, $"at most {mandate.MostDeposited} deposited", request.Book.Deposited.Of(taken.Us).ToString()));
        if (own < floor.Own && rules.IsFrozen) return Refuse(new(RejectionCode.Frozen, $"at least {floor.Own} left to the account, which is frozen", own.ToString()));
        return own < floor.Own && MandateOf(taken, rules) is null
            ? Refuse(new(RejectionCode.NoRule, $"at least {floor.Own} left to the account, whose key has no mandate", own.ToString()))
            : new(floor with { Nonce = nonce, Digest = digest, Own = own, PeerWithdrawn = book.Withdrawn.Of(peer) }, null);
    }

    /// <summary>The mandate that a channel rests on now, or null.</summary>
    public static ChannelMandate? MandateOf(Fact.ChannelTaken taken, ChannelRules rules) =>
        rules.Governed.Mandates.FirstOrDefault(mandate => TakeChannelCheck.Covers(mandate, taken));

    private static Raise Refuse(Rejection refusal) => new(null, refusal);

    private static (Bytes32 Digest, Rejection Refusal) Refuse(RejectionCode code, string expected, string actual) => (default, new(code, expected, actual));
}
