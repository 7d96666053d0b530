using TPWallet.Domain.Lanes;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>Who hears that an invariant does not hold.</summary>
internal interface IJudge
{
    /// <summary>The tenant that all streams belong to.</summary>
    string Tenant { get; }

    /// <summary>How far a clock may be off before nothing is decided by it.</summary>
    Span ClockDoubt => Span.Seconds(30);

    /// <summary>How far all clocks may have been off together; the machines cannot know.</summary>
    Span CommonClockError => default;

    /// <param name="invariant">Its stable name.</param>
    /// <param name="detail">What was seen.</param>
    void Fail(string invariant, string detail);
}

/// <summary>
/// The invariants that rows and answers decide, whoever wrote the rows: simulated silos, or real processes that were killed (Tests/Chaos). Rows come in an
/// order in which each follows everything that it was decided on.
/// </summary>
internal sealed class RowChecks
{
    private readonly IJudge _judge;
    private readonly SortedDictionary<string, Mirror> _streams = new(StringComparer.Ordinal);
    private readonly FirstAnswerCheck _answers;

    public RowChecks(IJudge judge)
    {
        _judge = judge;
        Ledger = new LedgerCheck(judge);
        Authority = new AuthorityCheck(judge, _streams);
        _answers = new FirstAnswerCheck(judge, _streams);
        Commands = new CommandCheck(judge, _streams);
    }

    public LedgerCheck Ledger { get; }

    public AuthorityCheck Authority { get; }

    public CommandCheck Commands { get; }

    public IReadOnlyDictionary<string, Mirror> ByName => _streams;

    public IEnumerable<Mirror> Streams => _streams.Values;

    /// <summary>One durable row; its event, or null for one of the shell's own.</summary>
    /// <param name="when">When it was decided, by the true time; null where only its date is known.</param>
    public object? Add(StreamName name, JournalRow row, Moment? when = null)
    {
        if (!_streams.TryGetValue(name.ToString(), out var mirror)) _streams[name.ToString()] = mirror = new Mirror(name);
        var before = mirror.State;
        var (@event, fault) = mirror.Add(row);
        if (fault is not null) _judge.Fail("audit-chain", $"{name}: {fault}");
        if (@event is null) return null;
        Ledger.Add(mirror, @event);
        _answers.Add(mirror, @event);
        Authority.Add(mirror, before, @event, when ?? new(new(row.AtUnixMs), new(row.AtUnixMs)));
        return @event;
    }

    /// <summary>Everything that can be looked over quickly.</summary>
    public void Scan() => Ledger.Scan(_streams.Values);

    /// <summary>What keeps the streams from being at their end; null when nothing does.</summary>
    public string? Unfinished()
    {
        foreach (var stream in _streams.Values)
        {
            if (stream.State is PacketState { Phase: not (PacketPhase.Ended or PacketPhase.Draft or PacketPhase.Absent) } packet)
                return $"{Mirror.Short(stream.Name.Key)} is {PacketDecider.StateName(packet)}: {packet.Phase}, {string.Join(", ", packet.Legs.Values)}";
            if (!stream.Owed.IsEmpty) return $"{stream.Name} owes {stream.Owed.First()}";
            if (stream.State is LaneState lane && lane.Entries.Values.FirstOrDefault(entry => !entry.IsFinished) is { } entry)
                return $"{stream.Name} has {entry.Intent.Leg} at {entry.Stage.GetType().Name}";
        }

        return Ledger.Unfinished();
    }

    /// <summary>Every batch of every committer as it was sealed, and nothing given up.</summary>
    public async Task AuditAsync(IJournal journal)
    {
        foreach (var newest in await journal.ReadNewestBatchesAsync(CancellationToken.None))
        {
            for (long after = 0; after < newest.N; after += JournalLimits.MaxPage)
            {
                var report = await journal.AuditAsync(newest.Committer, after, JournalLimits.MaxPage, CancellationToken.None);
                if (!report.Clean) _judge.Fail("audit-chain", $"committer {newest.Committer}: {report}");
            }
        }

        var dead = await journal.ReadDeadWakesAsync(default, JournalLimits.MaxPage, CancellationToken.None);
        if (dead.Count > 0) _judge.Fail("dead-letter", $"{dead[0].Stream} was given up after {dead[0].Attempts} attempts");
    }
}
