using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>A command as the checks need it: its content is in the journal, or nowhere.</summary>
internal sealed record LoggedCommand(Guid CommandId, string What) : ICommand;

/// <summary>
/// What clients sent and were told, in the order in which it happened, and what the members' devices signed. It is compared with the journal when all is over.
/// </summary>
internal sealed class CommandLog
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<Vote> _votes = [];
    private int _sent;
    private int _known;
    private int _abandoned;

    /// <summary>Commands sent, without repetitions.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Of these, those whose outcome a client knows.</summary>
    public int Known => Volatile.Read(ref _known);

    /// <summary>Those that a client gave up on without an answer, as one that dies does.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>A command is sent for the first time; the number stands for it from now on.</summary>
    public int First(StreamName stream, LoggedCommand command)
    {
        lock (_lock)
        {
            Interlocked.Increment(ref _sent);
            _entries.Add(new(_entries.Count, stream, command, null));
            return _entries.Count - 1;
        }
    }

    public void Answered(int number, CommandReply reply)
    {
        lock (_lock) _entries.Add(new(number, null, null, reply));
    }

    public void Signed(Vote vote)
    {
        lock (_lock) _votes.Add(vote);
    }

    public void CountKnown() => Interlocked.Increment(ref _known);

    public void CountAbandoned() => Interlocked.Increment(ref _abandoned);

    /// <summary>Before the rows are checked: only who voted is known from elsewhere than the journal.</summary>
    public void TellVotes(AuthorityCheck authority)
    {
        foreach (var vote in _votes) authority.Cast(vote);
    }

    /// <summary>After all rows: each answer against them, as if the conversation were held again.</summary>
    public void TellAnswers(CommandCheck commands)
    {
        var sent = new Dictionary<int, SentCommand>();
        foreach (var entry in _entries)
        {
            if (entry.Command is { } command) sent[entry.Number] = commands.First(entry.Stream!, command);
            else commands.Answered(sent[entry.Number], entry.Reply!);
        }
    }

    private sealed record Entry(int Number, StreamName? Stream, LoggedCommand? Command, CommandReply? Reply);
}
