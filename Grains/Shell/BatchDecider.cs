using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Decides waiting commands, in order, each on the state that the ones before it leave, into one batch (engine-notes.md, The batching grain).
/// Nothing here waits or writes.
/// </summary>
internal static class BatchDecider<TMachine, TState, TCommand, TEvent>
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    public static Batch<TState, TCommand> Decide(
        Durable<TState> durable, Queue<Pending<TCommand>> queue, MachineCodec<TState, TCommand, TEvent> codec, JournalClock clock, bool fence,
        DecisionWitness? witness = null, int generation = EventGenerations.Reads)
    {
        // In doubt the subject's time stands still: what the clock says now would be the floor of every later stamp.
        var doubtful = clock.IsDoubtful;
        var now = doubtful ? durable.LastAt : clock.Now;
        var at = now < durable.LastAt ? durable.LastAt : now;
        var stamp = clock.Stamp(durable.LastAt);
        var decisions = new List<Decided<TCommand>>();
        var failures = new List<(Pending<TCommand>, Exception)>();
        var rows = new List<NewRow>();
        var state = durable.State;
        var bytes = 0;
        if (fence) rows.Add(ShellRows.Resumed(at));
        while (decisions.Count < ShellLimits.MaxPerBatch && bytes < ShellLimits.MaxBatchBytes && queue.TryDequeue(out var pending))
        {
            if (doubtful)
            {
                decisions.Add(new(pending, new CommandReply.Refused(Doubtful(clock)), HasRows: false));
                continue;
            }

            try
            {
                var (next, reply, added) = DecideOne(state, pending, stamp, at, durable.Version + rows.Count, codec, generation);
                witness?.Invoke(TMachine.Kind, state, pending.Command, reply);
                decisions.Add(new(pending, reply, added.Count > 0));
                rows.AddRange(added);
                bytes += added.Sum(r => r.Payload.Length);
                state = next;
            }
            catch (Exception e)
            {
                // A bug in one command's decision is that caller's error and changes nothing for the others.
                failures.Add((pending, e));
            }
        }

        return new(decisions, failures, rows, state, at);
    }

    private static (TState State, CommandReply Reply, List<NewRow> Rows) DecideOne(
        TState state, Pending<TCommand> pending, Stamp stamp, Instant at, long version, MachineCodec<TState, TCommand, TEvent> codec,
        int generation)
    {
        switch (TMachine.Decide(state, pending.Command, stamp))
        {
            case Decision<TEvent>.Refuse { Rejection: var rejection }:
                var kept = pending.Command is IDecidedOnce && Answers.IsDefinite(rejection) && generation >= EventGenerations.KeptRefusals;
                return (state, new CommandReply.Refused(rejection), kept ? [ShellRows.Refused(rejection, pending.Command.CommandId, pending.Fingerprint, at)] : []);
            case Decision<TEvent>.Accept accept when TooNew(accept.Events, codec, generation) is { } tooNew:
                return (state, new CommandReply.Refused(tooNew), []);
            case Decision<TEvent>.Accept accept:
                var rows = new List<NewRow>(accept.Events.Length);
                foreach (var @event in accept.Events)
                {
                    state = TMachine.Evolve(state, @event, at);
                    rows.Add(codec.Row(@event, rows.Count == 0 ? pending.Command.CommandId : null, pending.Fingerprint, at));
                }

                return (state, new CommandReply.Accepted(version + rows.Count, [.. accept.Events.Select(codec.NameOf)]), rows);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>An event that some silo cannot read yet would stop its stream there: the command waits until the upgrade is through.</summary>
    private static Rejection? TooNew(ImmutableArray<TEvent> events, MachineCodec<TState, TCommand, TEvent> codec, int generation)
    {
        if (generation >= EventGenerations.Reads) return null;
        foreach (var @event in events)
        {
            if (EventGenerations.Of(TMachine.Kind, codec.NameOf(@event)) is var needed && needed > generation)
                return new(RejectionCode.UpgradeUnderway, $"event generation {needed} in every silo", $"{generation}, for {codec.NameOf(@event)}");
        }

        return null;
    }

    private static Rejection Doubtful(JournalClock clock) => new(
        RejectionCode.ClockDoubtful,
        $"this machine's clock within {clock.Doubt.Ms} ms of the journal database's",
        "it is further away, or the database was not heard yet");
}
