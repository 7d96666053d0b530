using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Watching;

/// <summary>
/// One transaction on its way into the chain, and sometimes out of it again.
/// <code>
///   Unseen ─▶ Mempool ─▶ Mined(block) ─▶ Final        (watching goes on: a deep reorg takes it back, and says so)
///      ▲         │         │    ▲  └─ another block ─┐  │
///      │         │         │    └────────────────────┘  │
///      ├─────────┼─────────┴────────── removed ─────────┘
///      └─────────┴──▶ Conflicted(by)   (its nonce is in a final block with another hash; or what it rests on was double-spent, finally)
/// </code>
/// A lane entry hears of each change by numbered reports, in order. An incoming payment is credited only when it is final, and reversed when
/// a reorg takes it away afterwards. A block is known by its hash alone. What is not settled after a while asks the tracker to look for it: its nonce may
/// have been in a final block before it was watched, and whoever saw its block may have died before it saw the block go, or have been an activation that others had overtaken.
/// </summary>
public sealed partial class WatchedDecider : IMachine<WatchedState, WatchedCommand, WatchedEvent>
{
    private WatchedDecider()
    {
    }

    public static string Kind => "watched";

    public static int CodeVersion => 7;

    public static WatchedState Empty(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new(
            ChainId.Parse(key[..slash]),
            Bytes32.Parse(key[(slash + 1)..]),
            new WatchedStage.Unseen(),
            null,
            ImmutableSortedDictionary<int, Deposit>.Empty,
            ImmutableSortedDictionary<int, Deposit>.Empty,
            0,
            ImmutableSortedDictionary<int, WatchReport>.Empty,
            0,
            ImmutableSortedDictionary<long, DepositNews>.Empty,
            null,
            ForgetStage.Watching,
            0,
            null,
            null);
    }

    public static WatchedCommand Tick(Guid commandId) => new WatchedCommand.Tick(commandId);

    public static Instant? NextWake(WatchedState state) =>
        state is { Forget: ForgetStage.Watching, SettledAt: { } settled } ? settled + WatchedState.WatchedFor : state.AskAt;

    public static Decision<WatchedEvent> Decide(WatchedState state, WatchedCommand command, Stamp stamp) => command switch
    {
        WatchedCommand.Watch watch => OnWatch(state, watch),
        WatchedCommand.RecordMempool => state.Stage is WatchedStage.Unseen ? new WatchedEvent.SeenInMempool() : Nothing,
        WatchedCommand.RecordIncluded included => OnIncluded(state, included.Inclusion),
        WatchedCommand.RecordRemoved removed => Standing(state.Stage) == removed.Block ? new WatchedEvent.Removed(removed.Block) : Nothing,
        WatchedCommand.RecordFinal final => OnFinal(state, final.Block),
        WatchedCommand.RecordConflict conflict => OnConflict(state, conflict.By, conflict.Lost),
        WatchedCommand.Tick => NextWake(state) is { } due && stamp.Earliest >= due ? OnDue(state) : Nothing,
        WatchedCommand.Acknowledge acknowledge => OnAcknowledge(state, acknowledge.Intent),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command to a watched transaction", command.GetType().Name),
    };

    public static int GenerationOf(WatchedEvent @event) => @event switch
    {
        WatchedEvent.DepositsSeen { Sources: not null } => EventGenerations.Screening,
        WatchedEvent.Conflict { Lost: not null } => EventGenerations.Stranded,
        _ => EventGenerations.First,
    };

    private static Decision<WatchedEvent> Nothing => ImmutableArray<WatchedEvent>.Empty;

    private static WatchedEvent OnDue(WatchedState state) =>
        state.SettledAt is null ? new WatchedEvent.LookupAsked(state.Counter + 1) : new WatchedEvent.WatchEnded();

    /// <summary>The block that what is known of it rests on: its own, or that of the transaction which took its nonce.</summary>
    private static BlockRef? Standing(WatchedStage stage) => stage is WatchedStage.Conflicted conflicted ? conflicted.By.Block : stage.Inclusion?.Block;

    private static Decision<WatchedEvent> OnWatch(WatchedState state, WatchedCommand.Watch command)
    {
        if ((command.Chain, command.TxHash) != (state.Chain, state.TxHash))
            return new Rejection(RejectionCode.WrongChain, state.Key, $"{command.Chain}/{command.TxHash}");
        switch (command.Subject)
        {
            case WatchSubject.LaneEntry lane when state.Lane is null:
                return new WatchedEvent.LaneWatches(lane);
            case WatchSubject.LaneEntry lane:
                return state.Lane == lane ? Nothing : new Rejection(RejectionCode.IntentConflict, state.Lane.Leg.ToString(), lane.Leg.ToString());
            case WatchSubject.Incoming incoming:
                if (incoming.Deposits.Any(d => (d.Chain, d.TxHash) != (state.Chain, state.TxHash)))
                    return new Rejection(RejectionCode.WrongChain, $"deposits of {state.Key}", "a deposit of another transaction");
                var news = incoming.Deposits.Where(d => !state.Deposits.TryGetValue(d.LogIndex, out var known) || known != d).ToImmutableArray();
                var count = state.Deposits.Count + news.Length;
                if (count > WatchedState.MaxDeposits)
                    return new Rejection(RejectionCode.TooLarge, $"at most {WatchedState.MaxDeposits} deposits", $"{count}");
                if (incoming.Sources is { Length: > Deposit.MaxSources } many)
                    return new Rejection(RejectionCode.TooLarge, $"at most {Deposit.MaxSources} sources", $"{many.Length}");
                var sources = state.Sources is null ? incoming.Sources : null;
                return news.IsEmpty && sources is null ? Nothing : new WatchedEvent.DepositsSeen(news, sources);
            default:
                return new Rejection(RejectionCode.UnsupportedKind, "a lane entry or deposits", command.Subject.GetType().Name);
        }
    }

    private static Decision<WatchedEvent> OnIncluded(WatchedState state, Inclusion inclusion)
    {
        if ((inclusion.Chain, inclusion.TxHash) != (state.Chain, state.TxHash))
            return new Rejection(RejectionCode.ProofInvalid, state.Key, $"{inclusion.Chain}/{inclusion.TxHash}");
        if (state.Stage.Inclusion is not { } held) return new WatchedEvent.Included(inclusion);
        if (held.Block == inclusion.Block) return Nothing;
        return ImmutableArray.Create<WatchedEvent>(new WatchedEvent.Removed(held.Block), new WatchedEvent.Included(inclusion));
    }

    private static Decision<WatchedEvent> OnFinal(WatchedState state, BlockRef block) => state.Stage switch
    {
        WatchedStage.Mined mined when mined.In.Block == block => new WatchedEvent.BecameFinal(),
        WatchedStage.Final final when final.In.Block == block => Nothing,
        _ => new Rejection(RejectionCode.WrongState, $"mined in {block}", StageName(state.Stage)),
    };

    private static Decision<WatchedEvent> OnConflict(WatchedState state, Inclusion by, SpentOutput? lost)
    {
        if (by.Chain != state.Chain || by.TxHash == state.TxHash)
            return new Rejection(RejectionCode.ProofInvalid, "another transaction of this chain", $"{by.Chain}/{by.TxHash}");
        if (state.Stage is WatchedStage.Conflicted known && known.By == by && known.Lost == lost) return Nothing;
        return state.Stage.Inclusion is { } held
            ? ImmutableArray.Create<WatchedEvent>(new WatchedEvent.Removed(held.Block), new WatchedEvent.Conflict(by, lost))
            : new WatchedEvent.Conflict(by, lost);
    }

    private static Decision<WatchedEvent> OnAcknowledge(WatchedState state, string intent)
    {
        var (name, number) = WatchedIntent.Parse(intent);
        return name switch
        {
            WatchedIntent.Report when state.ToLane.ContainsKey((int)number) => new WatchedEvent.LaneTold((int)number),
            WatchedIntent.Deposit when state.ToAccounts.ContainsKey(number) => new WatchedEvent.AccountTold(number),
            WatchedIntent.Lookup when state.Asking == number => new WatchedEvent.LookupTold(),
            WatchedIntent.Forget when state.Forget is ForgetStage.Owed => new WatchedEvent.TrackerTold(),
            _ => Nothing,
        };
    }

    private static string StageName(WatchedStage stage) => stage switch
    {
        WatchedStage.Unseen => "unseen",
        WatchedStage.Mempool => "mempool",
        WatchedStage.Mined => "mined",
        WatchedStage.Final => "final",
        WatchedStage.Conflicted => "conflicted",
        _ => throw new UnreachableException(),
    };
}
