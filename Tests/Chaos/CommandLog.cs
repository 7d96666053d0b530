using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Demo.Processes;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>A command as the checks need it: its content is in the journal, or nowhere.</summary>
internal sealed record LoggedCommand(Guid CommandId, string What) : ICommand;

/// <summary>
/// What clients sent and were told, in the order in which it happened, and what the members' devices signed. It is compared with the journal when all is over.
/// Several processes keep one each; their entries are put in order by the machine's one monotonic clock: a command is noted before it is sent and an answer
/// when it is there, so what is noted as answered before another was sent, was.
/// </summary>
internal sealed class CommandLog
{
    private static readonly JsonSerializerOptions _form = new()
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractJson.Default, new DefaultJsonTypeInfoResolver()),
    };

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<Vote> _votes = [];
    private readonly HashSet<SeenAccount> _seen = [];
    private Tally _tally;

    /// <summary>How far the clients are.</summary>
    public Tally Tally
    {
        get
        {
            lock (_lock) return _tally;
        }
    }

    /// <summary>A command is sent for the first time; the number stands for it from now on.</summary>
    public int First(StreamName stream, LoggedCommand command)
    {
        lock (_lock)
        {
            _tally = _tally with { Sent = _tally.Sent + 1 };
            _entries.Add(new(Stopwatch.GetTimestamp(), _entries.Count, stream.Key, command, null));
            return _entries.Count - 1;
        }
    }

    public void Answered(int number, CommandReply reply)
    {
        lock (_lock) _entries.Add(new(Stopwatch.GetTimestamp(), number, null, null, reply));
    }

    public void Signed(Vote vote)
    {
        lock (_lock) _votes.Add(vote);
    }

    /// <summary>A read of an account.</summary>
    public void Saw(AccountView view)
    {
        lock (_lock)
        {
            _tally = _tally with { Reads = _tally.Reads + 1 };
            _seen.Add(SeenAccount.Of(view));
        }
    }

    public void CountKnown()
    {
        lock (_lock) _tally = _tally with { Known = _tally.Known + 1 };
    }

    public void CountAbandoned()
    {
        lock (_lock) _tally = _tally with { Abandoned = _tally.Abandoned + 1 };
    }

    public void CountSettled(int transfers)
    {
        lock (_lock) _tally = _tally with { Settled = _tally.Settled + 1, Transfers = _tally.Transfers + transfers };
    }

    /// <summary>Writes it for the process that compares.</summary>
    public async Task SaveAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, new Saved(_entries, _votes, [.. _seen], _tally), _form, cancellationToken);
    }

    /// <summary>What a process saved.</summary>
    public static async Task<CommandLog> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var saved = await JsonSerializer.DeserializeAsync<Saved>(file, _form, cancellationToken) ?? throw new InvalidDataException($"{path} holds nothing.");
        var log = new CommandLog { _tally = saved.Tally };
        log._entries.AddRange(saved.Entries);
        log._votes.AddRange(saved.Votes);
        log._seen.UnionWith(saved.Seen);
        return log;
    }

    /// <summary>Before the rows are checked: only who voted is known from elsewhere than the journal.</summary>
    public static void TellVotes(IEnumerable<CommandLog> logs, AuthorityCheck authority)
    {
        foreach (var vote in logs.SelectMany(log => log._votes)) authority.Cast(vote);
    }

    /// <summary>After all rows: each answer against them, as if the conversation were held again.</summary>
    public static void TellAnswers(IReadOnlyList<CommandLog> logs, CommandCheck commands)
    {
        var sent = new Dictionary<(int Log, int Number), SentCommand>();
        foreach (var (log, entry) in logs.SelectMany((log, i) => log._entries.Select(entry => (i, entry))).OrderBy(pair => pair.entry.At))
        {
            if (entry.Command is { } command) sent[(log, entry.Number)] = commands.First(new StreamName(Stage.Tenant, PacketDecider.Kind, entry.Packet!), command);
            else commands.Answered(sent[(log, entry.Number)], entry.Reply!);
        }
    }

    /// <summary>After all rows: each look at an account against the state that its version has.</summary>
    public static void TellReads(IEnumerable<CommandLog> logs, IJudge judge, IReadOnlyDictionary<string, Mirror> streams)
    {
        foreach (var seen in logs.SelectMany(log => log._seen).Distinct())
        {
            var mirror = streams.GetValueOrDefault(new StreamName(Stage.Tenant, AccountDecider.Kind, seen.Account.ToString()).ToString());
            if (mirror is null || seen.Version > mirror.Version) judge.Fail("read", $"{seen.Account} was seen at {seen.Version}, its last is {mirror?.Version ?? 0}");
            else if (SeenAccount.Of(AccountViews.View((AccountState)mirror.StateAt(seen.Version), seen.Version, seen.Head)!) is var right && right != seen)
                judge.Fail("read", $"{seen.Account} was seen otherwise at {seen.Version} than it was: {seen}, {right}");
            else if (mirror.HashAt(seen.Version) != seen.Head) judge.Fail("read", $"{seen.Account} was seen at {seen.Version} with another history: {seen.Head}");
        }
    }

    /// <param name="At">Of the machine's monotonic clock, in its ticks.</param>
    /// <param name="Packet">The packet's key, where the command was sent.</param>
    private sealed record Entry(long At, int Number, string? Packet, LoggedCommand? Command, CommandReply? Reply);

    private sealed record Saved(List<Entry> Entries, List<Vote> Votes, List<SeenAccount> Seen, Tally Tally);
}

/// <summary>What a client saw of an account.</summary>
/// <param name="Head">Hash of the row that the version has.</param>
/// <param name="View">Hash of all that was seen.</param>
internal sealed record SeenAccount(AccountId Account, long Version, Bytes32 Head, Bytes32 View)
{
    public static SeenAccount Of(AccountView view) =>
        new(view.Id, view.Version, view.Head, Canonical.Hash("test.account-view", view, ContractJson.Default.AccountView));
}

/// <summary>How far clients are.</summary>
/// <param name="Sent">Commands sent, without repetitions.</param>
/// <param name="Known">Of these, those whose outcome a client knows.</param>
/// <param name="Abandoned">Those that a client gave up on without an answer, as one that dies does.</param>
/// <param name="Settled">Packets that settled before their clients' eyes.</param>
/// <param name="Transfers">Their legs.</param>
/// <param name="Reads">Answered reads of accounts.</param>
internal readonly record struct Tally(int Sent, int Known, int Abandoned, int Settled, int Transfers, int Reads)
{
    public static Tally operator +(Tally one, Tally other) => new(
        one.Sent + other.Sent,
        one.Known + other.Known,
        one.Abandoned + other.Abandoned,
        one.Settled + other.Settled,
        one.Transfers + other.Transfers,
        one.Reads + other.Reads);
}
