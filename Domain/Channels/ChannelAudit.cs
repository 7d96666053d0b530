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
        var found = new Findings(state);
        if (state.Settlement is { } settlement) Compare(found, state, settlement);
        else Compare(found, state);
        return found.All.ToImmutable();
    }

    /// <summary>Once it is settled: nothing is left, and what was given was due.</summary>
    private static void Compare(Findings found, ChannelState state, ChannelSettlement settlement)
    {
        found.Hold("ledger.free", UInt256.Zero, SubAccount.Free);
        found.Hold("ledger.held", UInt256.Zero, SubAccount.Held);
        found.Hold("ledger.peer", UInt256.Zero, SubAccount.Peer);
        found.Hold("ledger.leaving", UInt256.Zero, SubAccount.Leaving);
        found.Hold("ledger.peer-leaving", UInt256.Zero, SubAccount.PeerLeaving);
        if (state.Stage == ChannelStage.Gone) found.Hold("ledger.claims", UInt256.Zero, SubAccount.Claims);
        if (settlement.Due is not { } due) return;
        found.Add("contract.given", due.Of(state.Us), settlement.Given.Of(state.Us));
        found.Add("contract.given-peer", due.Of(state.Us.Other()), settlement.Given.Of(state.Us.Other()));
    }

    private static void Compare(Findings found, ChannelState state)
    {
        var (us, peer, book, accounts) = (state.Us, state.Us.Other(), state.Book, state.Accounts);
        found.Hold("ledger.free", book.Balance.Of(us), SubAccount.Free);
        found.Hold("ledger.held", LockedBy(book, us), SubAccount.Held);
        found.Hold("ledger.peer", book.Balance.Of(peer) + LockedBy(book, peer), SubAccount.Peer);
        found.HoldLeaving("ledger.leaving", us, SubAccount.Leaving);
        found.HoldLeaving("ledger.peer-leaving", peer, SubAccount.PeerLeaving);
        // Both signed it before; a side that lost its state does not know of it.
        if (state.Phase != ChannelPhase.LostState)
        {
            if (accounts.SeenWithdrawn.A > book.Withdrawn.A) found.Add("contract.withdrawn-a", book.Withdrawn.A, accounts.SeenWithdrawn.A);
            if (accounts.SeenWithdrawn.B > book.Withdrawn.B) found.Add("contract.withdrawn-b", book.Withdrawn.B, accounts.SeenWithdrawn.B);
        }

        if (accounts.SeenBlock == 0 || state.Stage is not (ChannelStage.Open or ChannelStage.Closing)) return;
        // More may have come since it was counted; what was final once must not be less.
        if (accounts.SeenDeposits.A < state.Deposits.A) found.Add("contract.deposited-a", state.Deposits.A, accounts.SeenDeposits.A);
        if (accounts.SeenDeposits.B < state.Deposits.B) found.Add("contract.deposited-b", state.Deposits.B, accounts.SeenDeposits.B);
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

    private sealed class Findings(ChannelState state)
    {
        public ImmutableArray<BooksDifference>.Builder All { get; } = ImmutableArray.CreateBuilder<BooksDifference>();

        public void Hold(string what, UInt256 expected, SubAccount account)
        {
            var of = state.Ledger.Of(account);
            if (of.Credits != of.Debits + expected) All.Add(new(what, expected.ToString(), Signed(of)));
        }

        /// <summary>On its way is what the newest state names as withdrawn, less what the contract has paid.</summary>
        public void HoldLeaving(string what, ChannelSide side, SubAccount account)
        {
            var (of, named, paid) = (state.Ledger.Of(account), state.Book.Withdrawn.Of(side), state.Accounts.SeenWithdrawn.Of(side));
            if (of.Credits + paid != of.Debits + named) All.Add(new(what, Signed(new(paid, named)), Signed(of)));
        }

        public void Add(string what, UInt256 expected, UInt256 actual)
        {
            if (expected != actual) All.Add(new(what, expected.ToString(), actual.ToString()));
        }
    }
}
