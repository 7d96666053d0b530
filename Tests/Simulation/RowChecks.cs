using TPWallet.Domain.Accounts;
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

/// <summary>A durable row of a stream.</summary>
/// <param name="When">When it was decided, by the true time; null where only its date is known.</param>
internal readonly record struct WrittenRow(StreamName Stream, JournalRow Row, Moment? When);

/// <summary>
/// The invariants that rows and answers decide, whoever wrote the rows: simulated silos, or real processes that were killed (Tests/Chaos). Rows come in an
/// order in which each follows everything that it was decided on.
/// </summary>
internal sealed class RowChecks
{
    private readonly DeafJudge _judge;
    private readonly SortedDictionary<string, Mirror> _streams = new(StringComparer.Ordinal);
    private readonly FirstAnswerCheck _answers;

    public RowChecks(IJudge judge)
    {
        _judge = new DeafJudge(judge);
        Ledger = new LedgerCheck(_judge);
        Cases = new CaseCheck(_judge);
        Authority = new AuthorityCheck(_judge, _streams, Cases);
        Held = new HeldCheck(_judge, Cases);
        Returns = new ReturnCheck(_judge, _streams, Cases.IsRejected);
        _answers = new FirstAnswerCheck(_judge, _streams);
        Commands = new CommandCheck(_judge, _streams);
        Channels = new ChannelCheck(_judge, _streams);
    }

    public LedgerCheck Ledger { get; }

    public AuthorityCheck Authority { get; }

    public HeldCheck Held { get; }

    public CaseCheck Cases { get; }

    public ReturnCheck Returns { get; }

    public CommandCheck Commands { get; }

    public ChannelCheck Channels { get; }

    public IReadOnlyDictionary<string, Mirror> ByName => _streams;

    public IEnumerable<Mirror> Streams => _streams.Values;

    /// <summary>One durable row; its event, or null for one of the shell's own.</summary>
    /// <param name="when">When it was decided, by the true time; null where only its date is known.</param>
    public object? Add(StreamName name, JournalRow row, Moment? when = null)
    {
        if (!_streams.TryGetValue(name.ToString(), out var mirror)) _streams[name.ToString()] = mirror = new Mirror(name);
        var before = mirror.State;
        var (@event, fault) = mirror.Add(row);
        if (row.CommandId is { } command) Commands.Written(name.Kind, command);
        if (fault is not null) _judge.Fail("audit-chain", $"{name}: {fault}");
        if (@event is null) return null;
        Ledger.Add(mirror, @event);
        var moment = when ?? new(new(row.AtUnixMs), new(row.AtUnixMs));
        Held.Add(mirror, before, @event);
        Cases.Add(mirror, before, @event, moment);
        Returns.Add(mirror, before, @event);
        Channels.Add(mirror, before, @event);
        _answers.Add(mirror, @event);
        Authority.Add(mirror, before, @event, moment);
        return @event;
    }

    /// <summary>The journal was put back to these rows, all of which were judged when they were written.</summary>
    /// <param name="now">The true time.</param>
    /// <param name="isSigned">Whether a leg can be on the chain, whatever the journal knows of it.</param>
    public void PutBack(IReadOnlyList<WrittenRow> rows, Instant now, Func<LegRef, bool> isSigned)
    {
        _streams.Clear();
        Ledger.Clear();
        Held.Clear();
        Cases.Clear();
        Returns.Clear();
        Channels.PutBack();
        _judge.IsDeaf = true;
        Authority.PutBack(now, () => Replay(rows), isSigned);
        _judge.IsDeaf = false;
        Commands.PutBack();
    }

    /// <summary>Everything that can be looked over quickly.</summary>
    public void Scan()
    {
        Ledger.Scan(_streams.Values);
        Cases.Scan(_streams.Values);
        foreach (var stream in _streams.Values)
            if (stream.State is PacketState packet && Unclosed(packet) is { } leg) _judge.Fail("close-untold", $"{stream.Name} is closing, and the lane of {leg.Id} was not told: {leg}");
    }

    /// <summary>A leg at a lane that nobody asked to close although its packet is closing. What undoes another leg goes on.</summary>
    private static PacketLeg? Unclosed(PacketState packet) => packet.Phase is PacketPhase.Running { Closing: not null }
        ? packet.Legs.Values.FirstOrDefault(leg => leg is { Stage.IsAtLane: true, CloseAsked: false } && packet.Content!.Legs.First(one => one.Id == leg.Id).Compensates is null)
        : null;

    /// <summary>What keeps the streams from being at their end; null when nothing does.</summary>
    public string? Unfinished()
    {
        foreach (var stream in _streams.Values)
        {
            if (stream.State is PacketState { Phase: not (PacketPhase.Ended or PacketPhase.Draft or PacketPhase.Absent) } packet)
                return $"{Mirror.Short(stream.Name.Key)} is {PacketDecider.StateName(packet)}: {packet.Phase}, {string.Join(", ", packet.Legs.Values)}";
            if (!stream.Owed.IsEmpty) return $"{stream.Name} owes {stream.Owed.First()}";
            if (stream.State is AccountState.Open open && HeldCheck.Forgotten(open) is { } parked) return $"{Mirror.Short(stream.Name.Key)}: {parked}";
            if (stream.State is LaneState lane && lane.Entries.Values.FirstOrDefault(entry => !entry.IsFinished) is { } entry)
                return $"{stream.Name} has {entry.Intent.Leg} at {entry.Stage.GetType().Name}";
            if (Channels.Unfinished(stream) is { } channel) return channel;
        }

        return Ledger.Unfinished();
    }

    private void Replay(IReadOnlyList<WrittenRow> rows)
    {
        foreach (var (stream, row, when) in rows) Add(stream, row, when);
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

    /// <summary>Hears nothing while rows come that were judged before, at another time of day.</summary>
    private sealed class DeafJudge(IJudge judge) : IJudge
    {
        public bool IsDeaf { get; set; }

        public string Tenant => judge.Tenant;

        public Span ClockDoubt => judge.ClockDoubt;

        public Span CommonClockError => judge.CommonClockError;

        public void Fail(string invariant, string detail)
        {
            if (!IsDeaf) judge.Fail(invariant, detail);
        }
    }
}
