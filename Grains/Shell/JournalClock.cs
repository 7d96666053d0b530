using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>
/// The time that commands are stamped with: the journal database's clock, carried forward by this machine's monotonic clock between
/// commits, give or take <paramref name="doubt"/> (engine-notes.md, Time). All silos on one journal so agree within the doubt.
/// </summary>
public sealed class JournalClock(TimeProvider time, Span doubt)
{
    private readonly Lock _gate = new();
    private long _databaseMs = -1;
    private long _takenAt;
    private RecoveryEpoch? _recovery;

    /// <summary>How far the database's clock may be from this machine's before money commands are refused.</summary>
    public Span Doubt => doubt;

    public Instant Now
    {
        get
        {
            lock (_gate)
                return new(_databaseMs < 0 ? LocalMs : _databaseMs + (long)time.GetElapsedTime(_takenAt).TotalMilliseconds);
        }
    }

    /// <summary>
    /// Whether this machine's wall clock is further from the database's than the doubt allows, or the database was not heard yet; then no money command is decided.
    /// </summary>
    public bool IsDoubtful => doubt > Span.Zero && (!IsHeard || Math.Abs(Now.UnixMs - LocalMs) > doubt.Ms);

    private bool IsHeard
    {
        get
        {
            lock (_gate) return _databaseMs >= 0;
        }
    }

    /// <summary>
    /// The newest restore of the journal, or null: each machine hears of it before it decides anything (MachineGrain), and until it has ended every stamp tells
    /// of it. Set before the silo serves.
    /// </summary>
    public RecoveryEpoch? Recovery
    {
        get => Volatile.Read(ref _recovery);
        set => Volatile.Write(ref _recovery, value);
    }

    private long LocalMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>When the database is asked, by this machine's monotonic clock.</summary>
    public long AskNow() => time.GetTimestamp();

    /// <summary>
    /// Called with the database's clock after each commit and at start. What was longer on its way than a quarter of the doubt, as when this machine slept meanwhile, says less than
    /// what was heard before it.
    /// </summary>
    /// <param name="askedAt">What <see cref="AskNow"/> said before it was asked.</param>
    public void Observe(long databaseUnixMs, long askedAt)
    {
        lock (_gate)
        {
            if (_databaseMs >= 0 && doubt > Span.Zero && time.GetElapsedTime(askedAt).TotalMilliseconds > doubt.Ms / 4) return;
            _databaseMs = databaseUnixMs;
            _takenAt = time.GetTimestamp();
        }
    }

    /// <summary>
    /// The interval for one decision. The subject's time never runs backwards: where the clock reads less than its last event, that reading counts. The floor
    /// was read from such a clock too, so the doubt is on both sides of it.
    /// </summary>
    /// <param name="floor">The clock's reading at the subject's last event.</param>
    public Stamp Stamp(Instant floor)
    {
        var now = Now;
        if (now < floor) now = floor;
        return new Stamp(now.UnixMs > doubt.Ms ? now - doubt : new Instant(0), now + doubt)
        {
            RestoredAt = Recovery is { EndedAtUnixMs: null, BeganAtUnixMs: var began } ? new Instant(began) : null,
        };
    }
}
