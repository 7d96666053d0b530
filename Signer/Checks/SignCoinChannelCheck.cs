using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.CoinChannels;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// What binds a channel's signatures beside the rules of its floor (<see cref="CoinSigning"/>). In this order: the facts are of what was taken, and those of the first
/// request (PayloadMismatch); of the peer's next commitment: the lineage is the one that both know (StaleVersion); under a freeze, or without a mandate, nothing is
/// taken from the account (Frozen, NoRule). What takes a commitment, leaves, ends, punishes or brings home is never stopped.
/// </summary>
internal static class SignCoinChannelCheck
{
    public static Rejection? CheckFacts(SignCoinChannelRequest request, Fact.CoinChannelTaken taken, CoinBasepoints basepoints)
    {
        var (facts, own) = (request.Facts, request.Facts.Of(taken.Us));
        if (facts.Terms != taken.Terms) return new(RejectionCode.PayloadMismatch, "the terms that were taken", "others");
        if (own.Basepoints != basepoints) return new(RejectionCode.PayloadMismatch, "the keys of this side", "others");
        return own.Payout == taken.Payout ? null : new(RejectionCode.PayloadMismatch, $"payout {taken.Payout}", $"{own.Payout}");
    }

    /// <summary>Puts the facts into a floor that has none.</summary>
    public static CoinStep<T> Pinned<T>(CoinFloor floor, Bytes32 facts, Func<CoinFloor, CoinStep<T>> judge)
        where T : class => floor.Facts.IsZero ? judge(floor with { Facts = facts })
        : floor.Facts == facts ? judge(floor)
        : new Rejection(RejectionCode.PayloadMismatch, "the channel's facts, as they were first told", "others");

    /// <summary>Of the peer's commitment, once its floor's rules have taken it.</summary>
    public static CoinStep<CoinSignatures> JudgePeer(CoinFloor floor, CoinStep<CoinSignatures> step, SignCoinChannelRequest request, CoinBook book, Fact.CoinChannelTaken taken, ChannelRules rules)
    {
        // What was signed stays signed, whatever has changed since: its answer may have been lost on the way.
        if (step.Refusal is not null || step.Floor.Signed == floor.Signed) return step;
        if (request.Changes != rules.Changes || rules.Governed.Changes != rules.Changes)
            return new Rejection(RejectionCode.StaleVersion, $"a lineage of {rules.Changes} changes, told with the channel", $"{request.Changes} changes, {rules.Governed.Changes} told");
        var own = book.BalanceMsat(taken.Us);
        var isSpending = own < floor.OwnMsat || (book.Number == 0 && taken.Us == CoinSide.Opener);
        if (isSpending && rules.IsFrozen) return new Rejection(RejectionCode.Frozen, $"at least {floor.OwnMsat} left to the account, which is frozen", $"{own}");
        if (isSpending && !rules.Governed.CoinMandates.Any(mandate => TakeCoinChannelCheck.Covers(mandate, taken)))
            return new Rejection(RejectionCode.NoRule, $"at least {floor.OwnMsat} left to the account, whose key has no mandate", $"{own}");
        return step with { Floor = step.Floor with { OwnMsat = own } };
    }
}
