using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// Holds a side's ledger against the newest state that both signed, and both against what the contract holds and gave. It looks at what is stored, so it is done whenever the
/// state changes: after each update, each look at the chain, and each entry of the contract.
/// </summary>
public static class ChannelAudit
{
    /// <summary>What does not agree; empty: everything that is known agrees.</summary>
    public static ImmutableArray<BooksDifference> Differences(ChannelState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var found = ImmutableArray.CreateBuilder<BooksDifference>();
        var (us, peer) = (state.Us, state.Us.Other());
        var (book, ledger) = (state.Book, state.Ledger);
        if (state.Settlement is { } settlement)
        {
            Hold("ledger.free", UInt256.Zero, SubAccount.Free);
            Hold("ledger.held", UInt256.Zero, SubAccount.Held);
            Hold("ledger.peer", UInt256.Zero, SubAccount.Peer);
            if (state.Stage == ChannelStage.Gone) Hold("ledger.claims", UInt256.Zero, SubAccount.Claims);
            if (settlement.Due is { } due)
            {
                Add("contract.given", due.Of(us), settlement.Given.Of(us));
                Add("contract.given-peer", due.Of(peer), settlement.Given.Of(peer));
            }

            return found.ToImmutable();
        }

        Hold("ledger.free", book.Balance.Of(us), SubAccount.Free);
        Hold("ledger.held", LockedBy(book, us), SubAccount.Held);
        Hold("ledger.peer", book.Balance.Of(peer) + LockedBy(book, peer), SubAccount.Peer);
        if (state is { Accounts.SeenBlock: not 0, Stage: ChannelStage.Open or ChannelStage.Closing })
        {
            // More may have come since it was counted; what was final once must not be less.
            if (state.Accounts.SeenDeposits.A < state.Deposits.A) Add("contract.deposited-a", state.Deposits.A, state.Accounts.SeenDeposits.A);
            if (state.Accounts.SeenDeposits.B < state.Deposits.B) Add("contract.deposited-b", state.Deposits.B, state.Accounts.SeenDeposits.B);
        }

        return found.ToImmutable();

        void Hold(string what, UInt256 expected, SubAccount account)
        {
            var of = ledger.Of(account);
            if (of.Credits != of.Debits + expected) found.Add(new(what, expected.ToString(), Signed(of)));
        }

        void Add(string what, UInt256 expected, UInt256 actual)
        {
            if (expected != actual) found.Add(new(what, expected.ToString(), actual.ToString()));
        }
    }

    /// <summary>What the account sees; null: there is nothing.</summary>
    public static ChannelLedgerView? View(ChannelState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Opening is null) return null;
        return new(
            state.Ref,
            state.Book.Nonce,
            [.. Enum.GetValues<SubAccount>().Select(account => (account, state.Ledger.Of(account))).Select(static of => new SubAccountView(of.account, of.Item2.Credits, of.Item2.Debits, Signed(of.Item2)))],
            [.. state.Ledger.Totals.Select(static total => new PostingView(total.Key, ChannelLedger.Books(total.Key).From, ChannelLedger.Books(total.Key).To, total.Value))],
            state.Accounts.SeenBlock,
            state.Settlement?.Nonce,
            Differences(state));
    }

    private static string Signed(LedgerAccount account) => account.Deficit.IsZero ? account.Balance.ToString() : $"-{account.Deficit}";

    /// <summary>The sum of a party's locks.</summary>
    internal static UInt256 LockedBy(ChannelBook book, ChannelSide side)
    {
        var sum = UInt256.Zero;
        foreach (var open in book.Locks)
            if (open.Offerer == side) sum += open.Amount;
        return sum;
    }
}
