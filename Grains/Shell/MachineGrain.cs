using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using static TPWallet.Grains.Shell.ShellReplies;

namespace TPWallet.Grains.Shell;

/// <summary>
/// The one shell over every machine: load, decide, append, evolve, answer, run effects. At most one undurable append; commands that come meanwhile wait
/// undecided and are decided together (engine-notes.md, The batching grain). Concrete grains are [Reentrant] and hold their interface and little else.
/// </summary>
public abstract partial class MachineGrain<TMachine, TState, TCommand, TEvent> : Grain, IWakeable, IEffectSource<TState, TCommand>, IDisposable
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private readonly ShellServices _services;
    private readonly MachineCodec<TState, TCommand, TEvent> _codec;
    private readonly ILogger _log;
    private readonly Dictionary<Guid, Pending<TCommand>> _inFlight = [];
    private readonly OwedEffects<TMachine, TState, TCommand, TEvent> _owed = new();
    private EffectPump<TMachine, TState, TCommand, TEvent>? _effects;
    private readonly PatientQueue<TCommand> _patient = new();
    private Queue<Pending<TCommand>> _queue = new();
    private StreamName _stream = null!;
    private Durable<TState> _durable = null!;
    private CommandMemory _memory = null!;
    private Batch<TState, TCommand>? _batch;
    private IGrainTimer? _timer;
    private Instant? _timerAt;
    private Instant _tickedAt;
    private WakeRow _wake = null!;
    private int _sinceSnapshot;
    private (string Code, string Detail)? _alarm;
    private bool _fenced;
    private bool _closed;

    protected MachineGrain(ShellServices services, MachineCodec<TState, TCommand, TEvent> codec)
    {
        _services = services;
        _codec = codec;
        _log = services.Logs.CreateLogger(GetType());
    }

    /// <summary>A fresh id for a command whose repetition its receiver's state guards.</summary>
    protected Guid NewId() => _services.NewId();

    /// <summary>The newest generation of events that may be written now.</summary>
    protected int Generation => _services.Generation.Writes;

    protected ILogger Log => _log;

    /// <summary>The only state that reads and effects may see.</summary>
    protected TState State => _durable.State;

    protected long Version => _durable.Version;

    protected Bytes32 Head => _durable.Hash.IsEmpty ? Bytes32.Zero : Bytes32.From(_durable.Hash.Span);

    /// <summary>A stamp for reads that judge time; decides nothing.</summary>
    protected Stamp NowStamp => _services.Clock.Stamp(_durable.LastAt);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stream = new(_services.Tenant, TMachine.Kind, this.GetPrimaryKeyString());
        _wake = new(_services, _stream.Id);
        var loaded = await StreamLoader<TMachine, TState, TCommand, TEvent>.LoadAsync(_services, _stream, _codec, cancellationToken);
        (_durable, _memory, _sinceSnapshot) = (loaded.Durable, loaded.Memory, loaded.Replayed);
        SetCurrent();
        await HearOfRestoreAsync();
        ArrangeWork();
        if (!IsSnapshotDue) return;
        // Who waits for a long stream to wake need not wait for its snapshot too.
        this.RegisterGrainTimer(
            SnapshotAsync, new GrainTimerCreationOptions { DueTime = ShellLimits.SnapshotAfter, Period = Timeout.InfiniteTimeSpan, Interleave = true });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _closed = true;
        _effects?.Stop();
        if (IsSnapshotDue) await SnapshotAsync(cancellationToken);
    }

    public void Dispose()
    {
        _effects?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The one way in.</summary>
    public Task<CommandReply> Submit(TCommand command) =>
        command is IPersonalCommand { Personal.Length: > 0 } personal ? SubmitSealedAsync(personal) : Take(command);

    /// <summary>Nothing is awaited between reading the state and handing the batch to the journal.</summary>
    private Task<CommandReply> Take(TCommand command)
    {
        if (_closed) return Answered(Refused(RejectionCode.Retry, "an open activation", "this one is closing"));
        if (command.CommandId == Guid.Empty) return Answered(Refused(RejectionCode.Malformed, "a command id", "the empty id"));
        var fingerprint = _codec.Fingerprint(command);
        if (_memory.Find(command.CommandId) is { } known) return Answered(Known(known, fingerprint));
        if (_inFlight.TryGetValue(command.CommandId, out var same))
            return same.Matches(fingerprint) ? same.Answer : Answered(Mismatch());
        if (_queue.Count + _patient.Count >= ShellLimits.MaxQueued)
            return Answered(Refused(RejectionCode.Overloaded, $"at most {ShellLimits.MaxQueued} waiting commands", "the queue is full"));
        var pending = new Pending<TCommand>(command, fingerprint);
        _inFlight.Add(command.CommandId, pending);
        if (command is IMayWait) WakeAt(_patient.Add(pending, _services.Clock.Now));
        else _queue.Enqueue(pending);
        Drain();
        return pending.Answer;
    }

    private void Drain()
    {
        while (_batch is null && !_closed && (_queue.Count > 0 || NeedsFence || _patient.IsDue(_services.Clock)))
        {
            _queue = _patient.Before(_queue);
            var batch = BatchDecider<TMachine, TState, TCommand, TEvent>.Decide(
                _durable, _queue, _codec, _services.Clock, fence: NeedsFence && !_fenced, _services.Witness, _services.Generation.Writes);
            foreach (var (pending, exception) in batch.Failures)
            {
                _inFlight.Remove(pending.Command.CommandId);
                pending.Fail(exception);
            }

            if (batch.Rows.Count == 0)
            {
                _ = AnswerWhenCurrentAsync(batch.Decisions);
                continue;
            }

            _batch = batch;
            _ = CommitAsync(batch);
        }
    }

    private async Task CommitAsync(Batch<TState, TCommand> batch)
    {
        AppendOutcome outcome;
        try
        {
            var wake = _wake.ToWrite(TMachine.NextWake(batch.After), !_owed.Of(batch.After).IsEmpty);
            _services.Crossings.CrossAppend(TMachine.Kind, batch.Rows, "before");
            var askedAt = _services.Clock.AskNow();
            outcome = await _services.Journal.AppendAsync(
                new(_stream, _durable.Version, _durable.Hash, batch.Rows, wake?.UnixMs), CancellationToken.None);
            _services.Crossings.CrossAppend(TMachine.Kind, batch.Rows, "after");
            if (outcome is AppendOutcome.Durable { DatabaseTimeUnixMs: var said }) _services.Clock.Observe(said, askedAt);
            if (outcome is AppendOutcome.Durable && wake is { } due) _wake.Written(due);
        }
        catch (Exception e)
        {
            _log.LogError(e, "Append to {Stream} threw; its outcome counts as unknown.", _stream);
            outcome = new AppendOutcome.Unknown(e.GetType().Name);
        }

        if (!_closed) Conclude(batch, outcome);
    }

    private void Conclude(Batch<TState, TCommand> batch, AppendOutcome outcome)
    {
        switch (outcome)
        {
            case AppendOutcome.Durable durable:
                Advance(batch, durable);
                break;
            case AppendOutcome.NotWritten:
                _batch = null;
                DecideAgain(batch.Decisions);
                break;
            case AppendOutcome.DuplicateCommand duplicate:
                var old = batch.Decisions.First(d => d.Pending.Command.CommandId == duplicate.CommandId);
                _ = AnswerOldAsync(old);
                _batch = null;
                DecideAgain([.. batch.Decisions.Where(d => d != old)]);
                break;
            case AppendOutcome.Conflict:
                Close(batch.Decisions, Overtaken());
                break;
            case AppendOutcome.Unknown unknown:
                Close(batch.Decisions, Refused(RejectionCode.OutcomeUnknown, "a known outcome", unknown.Reason));
                break;
            default:
                throw new UnreachableException();
        }

        Drain();
    }

    private void Advance(Batch<TState, TCommand> batch, AppendOutcome.Durable durable)
    {
        _durable = new(batch.After, durable.Version, durable.HeadHash, batch.LastAt);
        _batch = null;
        _fenced = true;
        SetCurrent();
        _sinceSnapshot += batch.Rows.Count;
        foreach (var decided in batch.Decisions)
        {
            if (decided.HasRows) _memory.Remember(new(decided.Pending.Command.CommandId, decided.Pending.Fingerprint, decided.Reply));
            Answer(decided);
        }

        ArrangeWork();
    }

    private void DecideAgain(IReadOnlyList<Decided<TCommand>> decisions)
    {
        var again = new Queue<Pending<TCommand>>();
        foreach (var (pending, _, _) in decisions)
        {
            if (++pending.NotWritten <= ShellLimits.MaxNotWritten) again.Enqueue(pending);
            else Finish(pending, Refused(RejectionCode.Overloaded, "a journal that takes the append", "it was not written; nothing changed"));
        }

        foreach (var waiting in _queue) again.Enqueue(waiting);
        _queue = again;
    }

    private void Close(IReadOnlyList<Decided<TCommand>> decisions, CommandReply reply)
    {
        _closed = true;
        _batch = null;
        _effects?.Stop();
        foreach (var (pending, _, _) in decisions) Finish(pending, reply);
        _queue = _patient.Before(_queue);
        foreach (var pending in _queue) Finish(pending, Refused(RejectionCode.Retry, "an open activation", "it closed before this was decided"));
        _queue.Clear();
        this.DeactivateOnIdle();
    }

    private void Finish(Pending<TCommand> pending, CommandReply reply)
    {
        _inFlight.Remove(pending.Command.CommandId);
        pending.Complete(reply);
    }

    private bool IsSnapshotDue => _codec.HasSnapshots && _sinceSnapshot >= ShellLimits.SnapshotEvery;

    private async Task SnapshotAsync(CancellationToken cancellationToken)
    {
        var (durable, events) = (_durable, _sinceSnapshot);
        var code = StreamLoader<TMachine, TState, TCommand, TEvent>.CodeOf();
        var state = _codec.Write(durable.State);
        if (state.Length > JournalLimits.MaxSnapshotBytes)
        {
            // A snapshot only saves time: without one the stream replays from its events, but it must never be kept from waking.
            _log.LogWarning("The state of {Stream} has {Bytes} bytes: too large for a snapshot, it replays from its events.", _stream, state.Length);
            _sinceSnapshot = 0;
            return;
        }

        await _services.Journal.SaveSnapshotAsync(_stream.Id, new(durable.Version, code, durable.Hash.ToArray(), state), cancellationToken);
        _sinceSnapshot -= events;
    }
}
