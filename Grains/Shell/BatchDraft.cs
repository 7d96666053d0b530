using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>A batch that is being decided: the state so far, and the rows that lead to it.</summary>
internal sealed class BatchDraft<TMachine, TState, TCommand, TEvent>(
    Durable<TState> durable, MachineCodec<TState, TCommand, TEvent> codec, Instant at, int generation)
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private readonly List<Decided<TCommand>> _decisions = [];
    private readonly List<(Pending<TCommand>, Exception)> _failures = [];
    private readonly List<NewRow> _rows = [];

    /// <summary>Events of commands that may wait, which the next event may say too: no rows yet.</summary>
    private readonly List<Held> _held = [];
    private int _bytes;

    public TState State { get; private set; } = durable.State;

    public bool HasRoom => _decisions.Count < ShellLimits.MaxPerBatch && _bytes < ShellLimits.MaxBatchBytes;

    /// <summary>Proves that this activation is the only writer.</summary>
    public void Fence() => _rows.Add(ShellRows.Resumed(at));

    public void Fail(Pending<TCommand> pending, Exception exception) => _failures.Add((pending, exception));

    public CommandReply Refuse(Pending<TCommand> pending, Rejection rejection) => Decided(pending, new CommandReply.Refused(rejection), hasRows: false);

    /// <summary>A refusal that is the command's answer for ever.</summary>
    public CommandReply Keep(Pending<TCommand> pending, Rejection rejection)
    {
        Write(RowsOf(_held.Count), [ShellRows.Refused(rejection, pending.Command.CommandId, pending.Fingerprint, at)]);
        return Decided(pending, new CommandReply.Refused(rejection), hasRows: true);
    }

    /// <summary>All of it or, if it throws, nothing.</summary>
    public CommandReply Accept(Pending<TCommand> pending, ImmutableArray<TEvent> events)
    {
        var state = State;
        foreach (var @event in events) state = TMachine.Evolve(state, @event, at);
        if (events.Length == 1 && pending.Command is IMayWait && generation >= EventGenerations.JoinedEvents)
        {
            _held.Add(new(_decisions.Count, pending, events[0]));
        }
        else if (!events.IsEmpty)
        {
            var (alone, first) = Join(events[0]);
            var rows = new List<NewRow>(events.Length) { codec.Row(first, pending.Command.CommandId, pending.Fingerprint, at) };
            for (var i = 1; i < events.Length; i++) rows.Add(codec.Row(events[i], null, pending.Fingerprint, at));
            Write(RowsOf(alone), rows);
        }

        State = state;
        return Decided(pending, new CommandReply.Accepted(durable.Version + _rows.Count, codec.NamesOf(events.AsSpan())), hasRows: !events.IsEmpty);
    }

    public Batch<TState, TCommand> ToBatch()
    {
        Write(RowsOf(_held.Count), []);
        return new(_decisions, _failures, _rows, State, at);
    }

    private CommandReply Decided(Pending<TCommand> pending, CommandReply reply, bool hasRows)
    {
        _decisions.Add(new(pending, reply, hasRows));
        return reply;
    }

    /// <summary>The event that says the newest held ones too, as many as it can; and how many are left to be written before it.</summary>
    private (int Alone, TEvent Event) Join(TEvent @event)
    {
        var alone = _held.Count;
        while (alone > 0 && TMachine.Joined(_held[alone - 1].Event, @event) is { } joined && TMachine.GenerationOf(joined) <= generation) (alone, @event) = (alone - 1, joined);
        return (alone, @event);
    }

    private NewRow[] RowsOf(int held)
    {
        var rows = held == 0 ? [] : new NewRow[held];
        for (var i = 0; i < held; i++) rows[i] = codec.Row(_held[i].Event, _held[i].Pending.Command.CommandId, _held[i].Pending.Fingerprint, at);
        return rows;
    }

    /// <summary>Writes what was held: those with a row of their own, then, with the first of these rows, the others.</summary>
    private void Write(NewRow[] alone, List<NewRow> rows)
    {
        var version = durable.Version + _rows.Count;
        for (var i = 0; i < _held.Count; i++)
        {
            var held = _held[i];
            _decisions[held.Decision] = _decisions[held.Decision] with
            {
                Reply = new CommandReply.Accepted(version + Math.Min(i, alone.Length) + 1, codec.NamesOf([held.Event])),
            };
        }

        _held.Clear();
        _rows.AddRange(alone);
        _rows.AddRange(rows);
        foreach (var row in alone) _bytes += row.Payload.Length;
        foreach (var row in rows) _bytes += row.Payload.Length;
    }

    private sealed record Held(int Decision, Pending<TCommand> Pending, TEvent Event);
}
