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
        var draft = new BatchDraft<TMachine, TState, TCommand, TEvent>(durable, codec, at, generation);
        if (fence) draft.Fence();
        while (draft.HasRoom && queue.TryDequeue(out var pending))
        {
            if (doubtful)
            {
                draft.Refuse(pending, Doubtful(clock));
                continue;
            }

            try
            {
                var state = draft.State;
                var reply = Decide(draft, pending, stamp, codec, generation);
                witness?.Invoke(TMachine.Kind, state, pending.Command, reply);
            }
            catch (Exception e)
            {
                // A bug in one command's decision is that caller's error and changes nothing for the others.
                draft.Fail(pending, e);
            }
        }

        return draft.ToBatch();
    }

    private static CommandReply Decide(
        BatchDraft<TMachine, TState, TCommand, TEvent> draft, Pending<TCommand> pending, Stamp stamp, MachineCodec<TState, TCommand, TEvent> codec, int generation)
    {
        switch (TMachine.Decide(draft.State, pending.Command, stamp))
        {
            case Decision<TEvent>.Refuse { Rejection: var rejection }:
                var isForEver = Answers.IsTooLate(rejection) || (pending.Command is IDecidedOnce && Answers.IsDefinite(rejection));
                return isForEver && generation >= EventGenerations.KeptRefusals ? draft.Keep(pending, rejection) : draft.Refuse(pending, rejection);
            case Decision<TEvent>.Accept accept when TooNew(accept.Events, codec, generation) is { } tooNew:
                return draft.Refuse(pending, tooNew);
            case Decision<TEvent>.Accept accept:
                return draft.Accept(pending, accept.Events);
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
            if (Math.Max(EventGenerations.Of(TMachine.Kind, codec.NameOf(@event)), TMachine.GenerationOf(@event)) is var needed && needed > generation)
                return new(RejectionCode.UpgradeUnderway, $"event generation {needed} in every silo", $"{generation}, for {codec.NameOf(@event)}");
        }

        return null;
    }

    private static Rejection Doubtful(JournalClock clock) => new(
        RejectionCode.ClockDoubtful,
        $"this machine's clock within {clock.Doubt.Ms} ms of the journal database's",
        "it is further away, or the database was not heard yet");
}
