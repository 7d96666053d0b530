using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// May this order be signed? In this order: the channel is taken by this account (NotFound); the lineage is the one that both know (StaleVersion); a demand's form
/// (Malformed, Overflow) and its state not far below the newest that was signed (StaleVersion), as a stolen gateway would have it closed by one that suited somebody; a
/// pull's mandate, which says where it goes (NoRule); of a withdrawal a state that names it (Malformed, PayloadMismatch), that both parties signed (BadSignature), and, where the peer
/// withdraws, what the newest state that was signed here names (StaleVersion). Neither a freeze nor the end of a mandate stops a demand or a withdrawal: the one brings home what is the
/// account's, the other takes nothing that a state has not taken.
/// </summary>
internal static class SignOrderCheck
{
    public static (Bytes32 Digest, Rejection? Refusal) Decide(SignOrderRequest request, Floor floor, Fact.ChannelTaken taken, ChannelRules rules)
    {
        if (request.Changes != rules.Changes || rules.Governed.Changes != rules.Changes)
            return Refuse(RejectionCode.StaleVersion, $"a lineage of {rules.Changes} changes, told with the channel", $"{request.Changes} changes, {rules.Governed.Changes} told");
        var domain = ChannelDomain.Of(taken.Facts);
        switch (request.Order)
        {
            case ChannelOrder.Demand demand:
                if (BookForm.Check(demand.Book) is { } malformed) return (default, malformed);
                if (demand.Book.Nonce == 0 && demand.Book != ChannelBook.Empty) return Refuse(RejectionCode.Malformed, "an empty state for nonce 0", "another");
                if (floor.Nonce != ChannelBook.FinalNonce && floor.Nonce > demand.Book.Nonce && floor.Nonce - demand.Book.Nonce > ChannelLimits.OpenProposals)
                    return Refuse(RejectionCode.StaleVersion, $"a state at most {ChannelLimits.OpenProposals} below {floor.Nonce}, the newest that was signed", $"{demand.Book.Nonce}");
                return (domain.Close(ContractState.Of(demand.Book, taken.LockFloor).Hash(request.Side.Channel), demand.Expiry), null);
            case ChannelOrder.Pull pull:
                return SignStateCheck.MandateOf(taken, rules) is { } mandate
                    ? (domain.Pull(taken.Facts.Token, mandate.Payout, pull.Amount, pull.Pulls, pull.Expiry), null)
                    : Refuse(RejectionCode.NoRule, $"a mandate of key {taken.Key}, which says where it is paid out", "none");
            case ChannelOrder.Withdrawal withdrawal:
                return Check(withdrawal, request.Side.Channel, taken, domain) is { } refused
                    ? (default, refused)
                    : (domain.Withdrawal(request.Side.Channel, taken.Facts.PartyOf(withdrawal.Party), withdrawal.Total, withdrawal.Expiry), null);
            default:
                return Refuse(RejectionCode.UnsupportedKind, "a demand, a pull or a withdrawal", request.Order.GetType().Name);
        }
    }

    /// <summary>What the peer is let withdraw, no state names less than from here on; and the newest that was signed must name it.</summary>
    public static Raise Judge(Floor floor, ChannelOrder.Withdrawal order) => order.Total <= floor.PeerWithdrawn
        ? new(floor with { PeerLeft = UInt256.Max(floor.PeerLeft, order.Total) }, null)
        : new(null, new(RejectionCode.StaleVersion, $"at most {floor.PeerWithdrawn}, as the newest state names that was signed", order.Total.ToString()));

    private static Rejection? Check(ChannelOrder.Withdrawal order, Bytes32 channel, Fact.ChannelTaken taken, ChannelDomain domain)
    {
        if (!Enum.IsDefined(order.Party)) return new(RejectionCode.Malformed, "a party of the channel", $"{order.Party}");
        if (BookForm.Check(order.Book) is { } malformed) return malformed;
        var named = order.Book.Withdrawn.Of(order.Party);
        if (order.Total.IsZero || order.Total > named) return new(RejectionCode.PayloadMismatch, $"1 to {named}, as the state names", order.Total.ToString());
        var digest = domain.State(channel, ContractState.Of(order.Book, taken.LockFloor));
        return ChannelSignature.IsBy(taken.Facts.A, digest, order.SignatureA) && ChannelSignature.IsBy(taken.Facts.B, digest, order.SignatureB)
            ? null
            : new(RejectionCode.BadSignature, "both parties' signatures of the state", $"state {order.Book.Nonce}");
    }

    private static (Bytes32 Digest, Rejection Refusal) Refuse(RejectionCode code, string expected, string actual) => (default, new(code, expected, actual));
}
