using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What the contract's entries, and states that came about elsewhere, post in this side's ledger.</summary>
public sealed partial class ChannelDecider
{
    /// <summary>What the books of the key are told of this side.</summary>
    public static SideFigures FiguresOf(ChannelState state) =>
        new(state.Ledger.Of(ChannelPosting.Deposited), state.Ledger.Of(SubAccount.Credit).Credits, state.Accounts.EntriesTo, state.Settlement is not null);

    private static ChannelState Booked(ChannelState state, ChannelSight sight)
    {
        var isWhole = sight.Stage is ChannelStage.Open or ChannelStage.Closing;
        state = state with
        {
            Accounts = state.Accounts with
            {
                SeenBlock = sight.Block.Number,
                SeenWithdrawn = isWhole ? sight.Withdrawn : state.Accounts.SeenWithdrawn,
                Ledger = isWhole ? state.Ledger.Withdraw(state.Us, sight.Withdrawn) : state.Ledger,
                SeenDeposits = isWhole ? sight.Deposited : state.Accounts.SeenDeposits,
                // Nothing was given before the close is over.
                EntriesTo = isWhole ? sight.Block.Number : Math.Max(state.Accounts.EntriesTo, sight.EntriesTo),
            },
        };
        if (sight.Entries.IsDefaultOrEmpty) return state;
        return sight.Entries.Aggregate(state, static (next, entry) => entry.Kind switch
        {
            ContractEntryKind.Deposited => next with
            {
                Deposits = new(UInt256.Max(next.Deposits.A, entry.Amounts.A), UInt256.Max(next.Deposits.B, entry.Amounts.B)),
                Accounts = next.Accounts with { SeenDeposits = new(UInt256.Max(next.Accounts.SeenDeposits.A, entry.Amounts.A), UInt256.Max(next.Accounts.SeenDeposits.B, entry.Amounts.B)) },
            },
            ContractEntryKind.Withdrawn => Withdrawn(next, entry),
            ContractEntryKind.Settled => Settled(next, entry),
            _ => next with
            {
                Accounts = next.Accounts with { Ledger = next.Ledger.Post(ChannelPosting.Resolved, entry.Amounts.Of(next.Us)).Post(ChannelPosting.PeerResolved, entry.Amounts.Of(next.Us.Other())) },
            },
        });
    }

    private static ChannelState Withdrawn(ChannelState state, ContractEntry entry)
    {
        var seen = state.Accounts.SeenWithdrawn;
        seen = new(UInt256.Max(seen.A, entry.Amounts.A), UInt256.Max(seen.B, entry.Amounts.B));
        return state with { Accounts = state.Accounts with { SeenWithdrawn = seen, Ledger = state.Ledger.Withdraw(state.Us, seen) } };
    }

    /// <summary>The ledger is brought to the state that the contract settled by, and gives what the contract gave: what is left over, or missing, stays to be seen.</summary>
    private static ChannelState Settled(ChannelState state, ContractEntry entry)
    {
        var (us, peer) = (state.Us, state.Us.Other());
        var book = BookOf(state, entry.Nonce);
        SidePair deposits = new(UInt256.Max(state.Deposits.A, book?.Deposited.A ?? default), UInt256.Max(state.Deposits.B, book?.Deposited.B ?? default));
        var ledger = WithDeposits(state.Ledger, us, state.Book.Deposited, deposits).ReturnLeaving();
        var withdrawn = state.Accounts.SeenWithdrawn;
        SidePair? due = null;
        var claims = UInt256.Zero;
        if (book is not null)
        {
            var (own, theirs) = (LockSums.Of(book, us, state.Terms!.LockFloor), LockSums.Of(book, peer, state.Terms.LockFloor));
            due = default(SidePair).With(us, ShareOf(us, own)).With(peer, ShareOf(peer, theirs));
            ledger = ledger.Restate(due.Value.Of(us), own.Locked).Post(ChannelPosting.Claimed, own.Locked);
            claims = theirs.Locked;
            UInt256 ShareOf(ChannelSide side, LockSums locks)
            {
                var (plus, minus) = (book.Balance.Of(side) + locks.Trimmed + deposits.Of(side) + book.Withdrawn.Of(side), book.Deposited.Of(side) + withdrawn.Of(side));
                // The contract takes no state of which more was withdrawn than it leaves.
                return plus > minus ? plus - minus : UInt256.Zero;
            }
        }
        else
        {
            ledger = ledger.Restate(entry.Amounts.Of(us), UInt256.Zero);
            var (debits, credits) = ledger.Of(SubAccount.Peer);
            // What neither got is in locks.
            if (credits > debits + entry.Amounts.Of(peer)) claims = credits - debits - entry.Amounts.Of(peer);
        }

        ledger = ledger.Post(ChannelPosting.PeerClaimed, claims)
            .Post(ChannelPosting.Settled, entry.Amounts.Of(us)).Post(ChannelPosting.PeerSettled, entry.Amounts.Of(peer));
        return state with { Accounts = state.Accounts with { Ledger = ledger, Settlement = new(entry.Nonce, entry.Amounts, due, state.Book.Nonce) } };
    }

    /// <summary>
    /// It closes by a state that is not at hand: an old one, which nobody answered in time. Whoever closed may leave it there for ever, so this side settles, by what its own events
    /// hold of that state.
    /// </summary>
    private static void OweRecall(ChannelState state, ImmutableSortedDictionary<string, Effect>.Builder owed)
    {
        if (state.Stage is not (ChannelStage.Closing or ChannelStage.Settled) || state.Phase is ChannelPhase.None or ChannelPhase.Opening or ChannelPhase.Closed) return;
        if (state.Accounts.Recalled?.Nonce == state.ClosingNonce || BookOf(state, state.ClosingNonce) is not null) return;
        owed.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{RecallName}|{state.ClosingNonce}"), new Effect.RecallBook(state.Opening!, state.Ref, state.ClosingNonce));
    }

    private static Rejection? RecordRecalled(ChannelDraft draft, ChannelCommand.RecordRecalled recalled)
    {
        var state = draft.State;
        if (recalled.Nonce == state.ClosingNonce && state.Accounts.Recalled?.Nonce != recalled.Nonce && BookOf(state, recalled.Nonce) is null)
            draft.Add(new ChannelEvent.BookRecalled(recalled.Nonce, recalled.Book));
        return null;
    }

    /// <summary>What became full. A signature that comes after the end moves nothing any more.</summary>
    private static SideAccounts Posted(ChannelState state, IEnumerable<ImmutableArray<ChannelEntry>> full) =>
        state.Settlement is null ? state.Accounts with { Ledger = full.Aggregate(state.Ledger, static (ledger, entries) => ledger.Post(entries)) } : state.Accounts;

    /// <summary>The ledger as a state has it that this side did not come to by itself.</summary>
    private static SideAccounts Restated(ChannelState state, ChannelBook book) => state.Settlement is not null ? state.Accounts : state.Accounts with
    {
        Ledger = WithWithdrawals(WithDeposits(state.Ledger, state.Us, state.Book.Deposited, book.Deposited), state.Us, state.Book.Withdrawn, book.Withdrawn).Restate(book.Balance.Of(state.Us), ChannelAudit.LockedBy(book, state.Us)),
    };

    private static ChannelLedger WithDeposits(ChannelLedger ledger, ChannelSide us, SidePair before, SidePair after)
    {
        var more = More(before, after);
        return ledger.Post(ChannelPosting.Deposited, more.Of(us)).Post(ChannelPosting.PeerDeposited, more.Of(us.Other()));
    }

    private static ChannelLedger WithWithdrawals(ChannelLedger ledger, ChannelSide us, SidePair before, SidePair after)
    {
        var more = More(before, after);
        return ledger.Post(ChannelPosting.Leaving, more.Of(us)).Post(ChannelPosting.PeerLeaving, more.Of(us.Other()));
    }

    private static SidePair More(SidePair before, SidePair after) =>
        new(after.A > before.A ? after.A - before.A : UInt256.Zero, after.B > before.B ? after.B - before.B : UInt256.Zero);
}
