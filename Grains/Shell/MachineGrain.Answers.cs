using Microsoft.Extensions.Logging;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Journal;
using static TPWallet.Grains.Shell.ShellReplies;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Answers that leave without a row: refusals, "nothing to do", and those to old commands. A row's answer is fenced by its append; these look at the
/// journal instead, so that an activation which another overtook never speaks for the stream.
/// </summary>
public abstract partial class MachineGrain<TMachine, TState, TCommand, TEvent>
{
    /// <summary>
    /// Answers if nobody but this activation wrote: its own appends since then passed the fence, so what was decided before them stood. Where another
    /// wrote, this activation ends, and the caller asks the next one; where an own append is under way, it cannot be told, and is decided again.
    /// </summary>
    private async Task AnswerWhenCurrentAsync(IReadOnlyList<Decided<TCommand>> decisions)
    {
        try
        {
            var head = await _services.Journal.ReadHeadAsync(_stream.Id, CancellationToken.None);
            if (!_closed && head.Version <= _durable.Version)
            {
                SetCurrent();
                foreach (var decided in decisions) Answer(decided);
                return;
            }

            if (!_closed && _batch is null) Close([], Overtaken());
        }
        catch (Exception e)
        {
            _log.LogError(e, "Looking at the head of {Stream} failed.", _stream);
            foreach (var (pending, _, _) in decisions) Finish(pending, Refused(RejectionCode.Retry, "a readable journal", e.GetType().Name));
            return;
        }

        if (_closed)
        {
            foreach (var (pending, _, _) in decisions) Finish(pending, Overtaken());
            return;
        }

        DecideAgain(decisions);
        Drain();
    }

    /// <summary>A command that left no row may still be an old one whose id only the journal remembers.</summary>
    private void Answer(Decided<TCommand> decided)
    {
        if (_memory.IsComplete || decided.HasRows) Finish(decided.Pending, decided.Reply);
        else _ = AnswerOldAsync(decided);
    }

    private async Task AnswerOldAsync(Decided<TCommand> decided)
    {
        try
        {
            var old = await StreamLoader<TMachine, TState, TCommand, TEvent>.FindAsync(
                _services.Journal, _stream.Id, decided.Pending.Command.CommandId, CancellationToken.None);
            Finish(decided.Pending, old is { } known ? Known(known, decided.Pending.Fingerprint) : decided.Reply);
        }
        catch (Exception e)
        {
            _log.LogError(e, "Looking up an old command of {Stream} failed.", _stream);
            Finish(decided.Pending, Refused(RejectionCode.Retry, "a readable journal", e.GetType().Name));
        }
    }

    /// <summary>
    /// Whether another activation wrote since: then this one knows nothing of what is owed, and it ends. Seen where a partition left two activations
    /// and the one that wrote is gone.
    /// </summary>
    protected async Task<bool> IsOvertakenAsync()
    {
        if (_batch is not null) return false;
        var head = await _services.Journal.ReadHeadAsync(_stream.Id, CancellationToken.None);
        if (_batch is not null || head.Version <= _durable.Version)
        {
            SetCurrent();
            return _closed;
        }

        Close([], Overtaken());
        return true;
    }

    private CommandReply.Refused Overtaken() => Refused(RejectionCode.Retry, $"{_stream} at version {_durable.Version}", "another activation wrote");
}
