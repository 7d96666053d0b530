using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>
/// The decisions about one chain:
/// <code>
/// (nothing) ──Start──▶ Tracking ──RecordStop──▶ Stopped ──Resume──▶ Tracking
///                       │  RecordFinalized (never back)   money waits
///                       │  RecordReorg (counted)
///                       └─ WatchTransaction / Forget / WatchAddress
/// </code>
/// StopByOperator ⇄ ResumeByOperator beside it: following goes on, AdmitSpend refuses what is new.
/// A finalized block that moves back or changes its hash stops the chain, not just a node (design.md, Chain truth).
/// </summary>
public sealed class TrackerDecider : IMachine<TrackerState, TrackerCommand, TrackerEvent>
{
    /// <summary>Most transactions and addresses of one chain that one tracker watches.</summary>
    public const int MaxWatched = 1_000_000;

    /// <summary>Most outputs that one watched transaction spends; a standard transaction has room for fewer (Bitcoin Core: 400,000 weight units).</summary>
    public const int MaxSpends = 2_500;

    public static string Kind => "tracker";

    public static int CodeVersion => 3;

    public static TrackerState Empty(string key) => TrackerState.Empty;

    public static Decision<TrackerEvent> Decide(TrackerState state, TrackerCommand command, Stamp stamp) => command switch
    {
        TrackerCommand.Start c => Start(state, c),
        // The chain starts by itself as soon as a node answers: what is to be watched is not refused for good, or it would never be.
        TrackerCommand.WatchTransaction or TrackerCommand.WatchSpends or TrackerCommand.WatchAddress or TrackerCommand.Forget or TrackerCommand.AdmitSpend
            when state.Profile is null =>
            new Rejection(RejectionCode.Retry, "a started tracker", "not started yet"),
        _ when state.Profile is null => new Rejection(RejectionCode.WrongState, "a started tracker", "never started"),
        TrackerCommand.WatchTransaction c => Watch(state, c),
        TrackerCommand.WatchSpends c => Watch(state, c),
        TrackerCommand.RecordDeferred c => state.Transactions.TryGetValue(c.TxHash, out var watched) && watched.Deferred != c.Block
            ? new TrackerEvent.TransactionDeferred(c.TxHash, c.Block)
            : Nothing,
        TrackerCommand.RecordMatured c => state.Transactions.TryGetValue(c.TxHash, out var ripe) && ripe.Deferred is not null
            ? new TrackerEvent.TransactionMatured(c.TxHash)
            : Nothing,
        TrackerCommand.Forget c => state.Transactions.ContainsKey(c.TxHash) ? new TrackerEvent.TransactionForgotten(c.TxHash) : Nothing,
        TrackerCommand.WatchAddress c => Watch(state, c),
        TrackerCommand.RecordReorg c => Reorg(state, c),
        TrackerCommand.RecordFinalized c => Finalize(state, c.Block),
        TrackerCommand.RecordStop c => state.StopReason is null ? new TrackerEvent.Stopped(c.Reason) : Nothing,
        TrackerCommand.Resume c => state.StopReason is null
            ? new Rejection(RejectionCode.WrongState, "a stopped chain", "it is running")
            : new TrackerEvent.Resumed(c.From, c.Operator),
        TrackerCommand.StopByOperator c => Stop(state, c),
        TrackerCommand.ResumeByOperator c => state.OperatorStop is null ? Nothing : new TrackerEvent.OperatorResumed(c.Operator),
        TrackerCommand.AdmitSpend => Admit(state),
        TrackerCommand.Acknowledge => Nothing,
        _ => new Rejection(RejectionCode.WrongState, "a command of a chain tracker", command.GetType().Name),
    };

    public static TrackerState Evolve(TrackerState state, TrackerEvent @event, Instant at) => @event switch
    {
        TrackerEvent.Started e => state with { Profile = e.Profile, Final = state.Final ?? e.From },
        TrackerEvent.TransactionWatched e => state.Watching(e.TxHash, new(e.From, e.Nonce, e.Finality)),
        TrackerEvent.SpendsWatched e => state.Watching(
            e.TxHash, (state.Transactions.GetValueOrDefault(e.TxHash) ?? new(null, null)) with { Finality = e.Finality, Owner = e.Owner, Spends = e.Spends }),
        TrackerEvent.TransactionDeferred e => state.Deferring(e.TxHash, e.Block),
        TrackerEvent.TransactionMatured e => state.Deferring(e.TxHash, null),
        TrackerEvent.TransactionForgotten e => state.Forgetting(e.TxHash),
        TrackerEvent.AddressWatched e => state with { Addresses = state.Addresses.SetItem(e.Address, e.Account) },
        TrackerEvent.ReorgSeen e => state.Deferred.Where(hash => state.Transactions[hash].Deferred!.Value.Number > e.ForkPoint.Number)
            .Aggregate(state, static (left, hash) => left.Deferring(hash, null)) with
        {
            Reorgs = state.Reorgs + 1,
            DeepestReorg = Math.Max(state.DeepestReorg, e.Depth),
            Final = state.Final is { } final && e.ForkPoint.Number < final.Number ? e.ForkPoint : state.Final,
        },
        TrackerEvent.Finalized e => state with { Final = e.Block },
        TrackerEvent.Stopped e => state with { StopReason = e.Reason },
        TrackerEvent.Resumed e => state with { StopReason = null, Final = e.From },
        TrackerEvent.OperatorStopped e => state with { OperatorStop = new(e.Operator, e.Reason, at) },
        TrackerEvent.OperatorResumed => state with { OperatorStop = null },
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(TrackerState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static TrackerCommand? Resume(TrackerState state, string intent, EffectResult result) => null;

    public static Instant? NextWake(TrackerState state) => null;

    public static TrackerCommand Tick(Guid commandId) => new TrackerCommand.Acknowledge(commandId, "tick", new CommandReply.Accepted(0, []));

    private static Decision<TrackerEvent> Nothing => ImmutableArray<TrackerEvent>.Empty;

    private static Decision<TrackerEvent> Start(TrackerState state, TrackerCommand.Start c)
    {
        if (state.Profile is null || c.Profile.Version > state.Profile.Version) return new TrackerEvent.Started(c.Profile, c.From);
        return c.Profile.Version == state.Profile.Version
            ? Nothing
            : new Rejection(RejectionCode.StaleVersion, $"profile version {state.Profile.Version} or later", $"{c.Profile.Version}");
    }

    private static Decision<TrackerEvent> Watch(TrackerState state, TrackerCommand.WatchTransaction c)
    {
        if (c.IsLookup || state.Transactions.ContainsKey(c.TxHash)) return Nothing;
        return state.Transactions.Count < MaxWatched ? new TrackerEvent.TransactionWatched(c.TxHash, c.From, c.Nonce, c.Finality) : Full();
    }

    /// <summary>One that was watched as anyone's becomes ours: what it spends is known from now on.</summary>
    private static Decision<TrackerEvent> Watch(TrackerState state, TrackerCommand.WatchSpends c)
    {
        if (!state.Profile!.Chain.IsBitcoin) return new Rejection(RejectionCode.UnsupportedKind, "a chain of the Bitcoin family", $"{state.Profile.Chain}");
        if (c.Spends.IsDefaultOrEmpty || c.Spends.Length > MaxSpends || c.Spends.Distinct().Count() != c.Spends.Length)
            return new Rejection(RejectionCode.Malformed, $"1 to {MaxSpends} different outputs", c.Spends.IsDefault ? "none" : $"{c.Spends.Length}");
        if (state.Transactions.TryGetValue(c.TxHash, out var known) && !known.Spends.IsEmpty)
        {
            return known.Owner == c.Owner && known.Spends.SequenceEqual(c.Spends)
                ? Nothing
                : new Rejection(RejectionCode.ClaimTaken, $"what {c.TxHash} was said to spend before", "other outputs or another owner");
        }

        return known is not null || state.Transactions.Count < MaxWatched ? new TrackerEvent.SpendsWatched(c.TxHash, c.Owner, c.Spends, c.Finality) : Full();
    }

    private static Decision<TrackerEvent> Watch(TrackerState state, TrackerCommand.WatchAddress c)
    {
        if (state.Addresses.TryGetValue(c.Address, out var account))
        {
            return account == c.Account
                ? Nothing
                : new Rejection(RejectionCode.ClaimTaken, $"an address of {c.Account}", $"it is watched for {account}");
        }

        return state.Addresses.Count < MaxWatched ? new TrackerEvent.AddressWatched(c.Address, c.Account) : Full();
    }

    /// <summary>A depth rule may have called a block final that a deeper reorg took: final moves back and dependants are told. A claimed tag may not.</summary>
    private static Decision<TrackerEvent> Reorg(TrackerState state, TrackerCommand.RecordReorg c)
    {
        var seen = new TrackerEvent.ReorgSeen(c.OldHead, c.ForkPoint, c.Depth);
        if (state.Final is not { } final || c.ForkPoint.Number >= final.Number || state.Profile!.Finality is FinalityRule.Depth) return seen;
        return state.StopReason is null ? new TrackerEvent.Stopped($"a reorg to {c.ForkPoint}, below the final block {final}") : Nothing;
    }

    private static Decision<TrackerEvent> Finalize(TrackerState state, BlockRef block)
    {
        if (state.Final is not { } final || block.Number > final.Number) return new TrackerEvent.Finalized(block);
        if (block == final) return Nothing;
        return block.Number == final.Number && state.StopReason is null
            ? new TrackerEvent.Stopped($"conflicting final block {block}, {final} was final before")
            : Nothing;
    }

    private static Decision<TrackerEvent> Stop(TrackerState state, TrackerCommand.StopByOperator c)
    {
        if (OperatorStop.CheckReason(c.Reason) is { } malformed) return malformed;
        return state.OperatorStop is null ? new TrackerEvent.OperatorStopped(c.Operator, c.Reason) : Nothing;
    }

    /// <summary>What could not be followed to its end is not begun: a chain whose finality contradicted itself admits nothing either.</summary>
    private static Decision<TrackerEvent> Admit(TrackerState state)
    {
        if (state.StopReason is { } reason) return new Rejection(RejectionCode.ChainStopped, $"{state.Profile!.Chain} in operation", reason);
        return state.OperatorStop is { } stop ? stop.Refuse($"{state.Profile!.Chain}") : Nothing;
    }

    private static Rejection Full() => new(RejectionCode.Overloaded, $"at most {MaxWatched} watched on one chain", "the list is full");
}
