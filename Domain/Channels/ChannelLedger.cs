using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>So much, of one kind.</summary>
public readonly record struct ChannelEntry(ChannelPosting Kind, UInt256 Amount);

/// <summary>
/// The double entries of one side, in the channel's token: each takes from one sub-account what it adds to another, so the sum over all of them is zero, always. They follow from
/// the updates that both signed and from what the contract gave, never from balances: what they come to is held against those (<see cref="ChannelAudit"/>).
/// </summary>
/// <param name="Totals">What was posted of each kind, ever.</param>
public sealed record ChannelLedger(ImmutableSortedDictionary<ChannelPosting, UInt256> Totals)
{
    public static ChannelLedger Empty { get; } = new(ImmutableSortedDictionary<ChannelPosting, UInt256>.Empty);

    /// <summary>The sub-accounts that a kind moves money between.</summary>
    public static (SubAccount From, SubAccount To) Books(ChannelPosting kind) => kind switch
    {
        ChannelPosting.Deposited => (SubAccount.World, SubAccount.Free),
        ChannelPosting.PeerDeposited => (SubAccount.World, SubAccount.Peer),
        ChannelPosting.Paid or ChannelPosting.RestatedOut => (SubAccount.Free, SubAccount.Peer),
        ChannelPosting.Received or ChannelPosting.LockReceived or ChannelPosting.CarriedIn or ChannelPosting.Fee or ChannelPosting.RestatedIn => (SubAccount.Peer, SubAccount.Free),
        ChannelPosting.Offered or ChannelPosting.RestatedLock => (SubAccount.Free, SubAccount.Held),
        ChannelPosting.Returned or ChannelPosting.RestatedUnlock => (SubAccount.Held, SubAccount.Free),
        ChannelPosting.LockPaid or ChannelPosting.CarriedOut => (SubAccount.Held, SubAccount.Peer),
        ChannelPosting.Claimed => (SubAccount.Held, SubAccount.Claims),
        ChannelPosting.PeerClaimed => (SubAccount.Peer, SubAccount.Claims),
        ChannelPosting.Settled => (SubAccount.Free, SubAccount.Credit),
        ChannelPosting.PeerSettled => (SubAccount.Peer, SubAccount.World),
        ChannelPosting.Resolved => (SubAccount.Claims, SubAccount.Credit),
        ChannelPosting.PeerResolved => (SubAccount.Claims, SubAccount.World),
        ChannelPosting.Leaving => (SubAccount.Free, SubAccount.Leaving),
        ChannelPosting.PeerLeaving => (SubAccount.Peer, SubAccount.PeerLeaving),
        ChannelPosting.Withdrawn => (SubAccount.Leaving, SubAccount.Credit),
        ChannelPosting.PeerWithdrawn => (SubAccount.PeerLeaving, SubAccount.World),
        ChannelPosting.LeavingReturned => (SubAccount.Leaving, SubAccount.Free),
        ChannelPosting.PeerLeavingReturned => (SubAccount.PeerLeaving, SubAccount.Peer),
        _ => throw new UnreachableException($"No posting: {kind}."),
    };

    /// <summary>What was posted of a kind, ever.</summary>
    public UInt256 Of(ChannelPosting kind) => Totals.GetValueOrDefault(kind);

    /// <summary>What a sub-account got and gave.</summary>
    public LedgerAccount Of(SubAccount account)
    {
        var (debits, credits) = (UInt256.Zero, UInt256.Zero);
        foreach (var (kind, amount) in Totals)
        {
            var (from, to) = Books(kind);
            if (from == account) debits += amount;
            if (to == account) credits += amount;
        }

        return new(debits, credits);
    }

    public ChannelLedger Post(ChannelPosting kind, UInt256 amount) => amount.IsZero ? this : new(Totals.SetItem(kind, Of(kind) + amount));

    public ChannelLedger Post(ImmutableArray<ChannelEntry> entries)
    {
        if (entries.IsDefaultOrEmpty) return this;
        var totals = Totals;
        foreach (var (kind, amount) in entries) totals = totals.SetItem(kind, totals.GetValueOrDefault(kind) + amount);
        return new(totals);
    }

    /// <summary>Brings Free, Held and Peer to what a state says, which this side did not reach by updates of its own.</summary>
    /// <param name="free">Of this side.</param>
    /// <param name="held">In locks that this side offers.</param>
    public ChannelLedger Restate(UInt256 free, UInt256 held)
    {
        var ledger = this;
        var now = ledger.Of(SubAccount.Held).Balance;
        ledger = held > now ? ledger.Post(ChannelPosting.RestatedLock, held - now) : ledger.Post(ChannelPosting.RestatedUnlock, now - held);
        var (debits, credits) = ledger.Of(SubAccount.Free);
        return credits < free + debits ? ledger.Post(ChannelPosting.RestatedIn, free + debits - credits) : ledger.Post(ChannelPosting.RestatedOut, credits - debits - free);
    }

    /// <summary>Brings what the contract gave for withdrawals up to its totals: what is posted stays, whatever a later look shows.</summary>
    /// <param name="withdrawn">All that each has withdrawn.</param>
    public ChannelLedger Withdraw(ChannelSide us, SidePair withdrawn) =>
        UpTo(ChannelPosting.Withdrawn, withdrawn.Of(us)).UpTo(ChannelPosting.PeerWithdrawn, withdrawn.Of(us.Other()));

    /// <summary>The channel settles: what was on its way is given with the rest. Where the contract gave more than this side knew of, that left this side's balance.</summary>
    public ChannelLedger ReturnLeaving() => Return(SubAccount.Leaving, ChannelPosting.LeavingReturned, ChannelPosting.Leaving)
        .Return(SubAccount.PeerLeaving, ChannelPosting.PeerLeavingReturned, ChannelPosting.PeerLeaving);

    private ChannelLedger UpTo(ChannelPosting kind, UInt256 total) => total > Of(kind) ? Post(kind, total - Of(kind)) : this;

    private ChannelLedger Return(SubAccount account, ChannelPosting back, ChannelPosting more)
    {
        var (debits, credits) = Of(account);
        return credits >= debits ? Post(back, credits - debits) : Post(more, debits - credits);
    }

    /// <summary>
    /// The entries of one proposal's updates, summed by kind. Held locks that it opens or gives back stand in the book before it.
    /// </summary>
    /// <param name="state">Before the proposal: what it says of locks' ways tells what is carried.</param>
    internal static ImmutableArray<ChannelEntry> Entries(ChannelState state, ChannelSide proposer, ImmutableArray<ChannelUpdate> updates)
    {
        var sums = new Sums { Counted = state.Newest.Deposited };
        foreach (var update in updates) Add(sums, state, proposer == state.Us, update);
        return sums.Entries.DrainToImmutable();
    }

    private static void Add(Sums sums, ChannelState state, bool isOurs, ChannelUpdate update)
    {
        switch (update)
        {
            case ChannelUpdate.Pay pay:
                sums.Add(isOurs ? ChannelPosting.Paid : ChannelPosting.Received, pay.Amount);
                break;
            case ChannelUpdate.Withdraw withdraw:
                sums.Add(isOurs ? ChannelPosting.Leaving : ChannelPosting.PeerLeaving, withdraw.Amount);
                break;
            case ChannelUpdate.Offer { Lock: var open } when isOurs:
                sums.Add(ChannelPosting.Offered, open.Amount);
                break;
            case ChannelUpdate.Count count:
                sums.Add(count.Side == state.Us ? ChannelPosting.Deposited : ChannelPosting.PeerDeposited, count.Total - sums.Counted.Of(count.Side));
                sums.Counted = sums.Counted.With(count.Side, count.Total);
                break;
            case ChannelUpdate.Fail fail when !isOurs && state.Newest.Find(state.Us, fail.Number) is { } open:
                sums.Add(ChannelPosting.Returned, open.Amount);
                break;
            case ChannelUpdate.Fulfil fulfil when !isOurs && state.Newest.Find(state.Us, fulfil.Number) is { } open:
                sums.Add(state.Carries?.GetValueOrDefault(open.Number) is { Origin: not null } ? ChannelPosting.CarriedOut : ChannelPosting.LockPaid, open.Amount);
                break;
            case ChannelUpdate.Fulfil fulfil when isOurs && state.Newest.Find(state.Us.Other(), fulfil.Number) is { } open:
                if (state.Relays?.GetValueOrDefault(open.Number) is { Onward: { } onward })
                {
                    sums.Add(ChannelPosting.CarriedIn, onward.Amount);
                    sums.Add(ChannelPosting.Fee, open.Amount - onward.Amount);
                }
                else
                {
                    sums.Add(ChannelPosting.LockReceived, open.Amount);
                }

                break;
            default:
                // The peer's own locks stay within what is the peer's, and an end moves nothing.
                break;
        }
    }

    /// <summary>Amounts by kind. Most proposals have one.</summary>
    private sealed class Sums
    {
        /// <summary>Deposits that are counted up to here: a peer may count one up in steps.</summary>
        public SidePair Counted { get; set; }

        public ImmutableArray<ChannelEntry>.Builder Entries { get; } = ImmutableArray.CreateBuilder<ChannelEntry>(1);

        public void Add(ChannelPosting kind, UInt256 amount)
        {
            if (amount.IsZero) return;
            for (var i = 0; i < Entries.Count; i++)
            {
                if (Entries[i].Kind != kind) continue;
                Entries[i] = new(kind, Entries[i].Amount + amount);
                return;
            }

            Entries.Add(new(kind, amount));
        }
    }
}
