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
/// pull's mandate, which says where it goes (NoRule). Neither a freeze nor the end of a mandate stops a demand: it brings home what is the account's.
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
            default:
                return Refuse(RejectionCode.UnsupportedKind, "a demand or a pull", request.Order.GetType().Name);
        }
    }

    private static (Bytes32 Digest, Rejection Refusal) Refuse(RejectionCode code, string expected, string actual) => (default, new(code, expected, actual));
}
