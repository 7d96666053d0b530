using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>One command of a client, from its first sending on. Every try has the same id.</summary>
/// <param name="Journal">How often the journal had been put back.</param>
internal sealed record SentCommand(string Stream, ICommand Command, long HeadBefore, int Journal = 0);

/// <summary>
/// What clients were told, against what is on disk: what was accepted is there, once, at the version that was told, and behind everything that any client
/// was told before this command was first sent. What was refused is not there, and what came too late never will be.
/// </summary>
internal sealed class CommandCheck(IJudge judge, IReadOnlyDictionary<string, Mirror> streams)
{
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);
    private readonly HashSet<(string Stream, Guid Id)> _accepted = [];
    private readonly HashSet<(string Kind, Guid Id)> _written = [];
    private readonly HashSet<(string Kind, Guid Id)> _early = [];

    private int _journal;

    public long Sent { get; private set; }

    public long Accepted => _accepted.Count;

    /// <summary>A row became durable.</summary>
    public void Written(string kind, Guid command) => _written.Add((kind, command));

    /// <summary>A silo decided a command. The network may have made two of it: then one may be refused before the other is taken, and each is told the truth.</summary>
    public void Decided(string kind, Guid command, CommandReply reply)
    {
        if (reply is not CommandReply.Refused) return;
        if (_written.Contains((kind, command))) _early.Remove((kind, command));
        else _early.Add((kind, command));
    }

    public SentCommand First(StreamName stream, ICommand command)
    {
        Sent++;
        return new(stream.ToString(), command, _told.GetValueOrDefault(stream.ToString()), _journal);
    }

    /// <summary>The journal was put back: what was told of its lost tail holds no longer, until it is asked for again.</summary>
    public void PutBack()
    {
        _journal++;
        foreach (var stream in _told.Keys.ToArray()) _told[stream] = Math.Min(_told[stream], streams.GetValueOrDefault(stream)?.Version ?? 0);
        _written.Clear();
        _early.Clear();
        _accepted.RemoveWhere(one => streams.GetValueOrDefault(one.Stream)?.Find(one.Id) is null);
    }

    public void Answered(SentCommand sent, CommandReply reply)
    {
        var row = streams.TryGetValue(sent.Stream, out var mirror) ? mirror.Find(sent.Command.CommandId) : null;
        switch (reply)
        {
            case CommandReply.Accepted { Events.IsEmpty: true }:
                break;
            case CommandReply.Accepted accepted when row is null || row.Value.Version != accepted.Version || !row.Value.Names.SequenceEqual(accepted.Events):
                judge.Fail("acknowledged", $"{sent.Command} was told {accepted.Version}, {sent.Stream} has {row?.Version.ToString() ?? "nothing"} of it");
                break;
            case CommandReply.Accepted accepted:
                if (sent.Journal == _journal && accepted.Version <= sent.HeadBefore)
                    judge.Fail("linearizable", $"{sent.Command} is at {accepted.Version} of {sent.Stream}, {sent.HeadBefore} was told before it was sent");
                _told[sent.Stream] = Math.Max(_told.GetValueOrDefault(sent.Stream), accepted.Version);
                _accepted.Add((sent.Stream, sent.Command.CommandId));
                break;
            case CommandReply.Refused
            {
                Rejection.Code: RejectionCode.IdempotencyMismatch or RejectionCode.Retry or RejectionCode.Overloaded
                or RejectionCode.OutcomeUnknown or RejectionCode.ClockDoubtful
            }:
                break;
            case CommandReply.Refused refused:
                if (row is not null && !_early.Contains((mirror!.Name.Kind, sent.Command.CommandId))) judge.Fail("refused", $"{sent.Command} was refused with {refused.Rejection}, and is in {sent.Stream}");
                if (Answers.IsTooLate(refused.Rejection) && sent.Journal == _journal && mirror?.IsRefused(sent.Command.CommandId) is not true)
                    judge.Fail("late", $"{sent.Command} was refused with {refused.Rejection}, and {sent.Stream} does not say so: a copy may still be taken");
                if (_accepted.Contains((sent.Stream, sent.Command.CommandId)))
                    judge.Fail("idempotent", $"{sent.Command} was accepted, then refused with {refused.Rejection}");
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The id of an accepted command came with other content: only the one refusal is right.</summary>
    public void AnsweredMixedUp(SentCommand sent, CommandReply reply)
    {
        if (reply is CommandReply.Accepted || reply is CommandReply.Refused
            {
                Rejection.Code: not (RejectionCode.IdempotencyMismatch or RejectionCode.Retry
            or RejectionCode.Overloaded or RejectionCode.OutcomeUnknown or RejectionCode.ClockDoubtful)
            })
            judge.Fail("idempotency-mismatch", $"{sent.Command} came with an accepted command's id and was answered {reply}");
    }
}
