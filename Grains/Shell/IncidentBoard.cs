using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>Something that an operator must look at.</summary>
/// <param name="Code">Stable code, see <see cref="IncidentCodes"/>.</param>
/// <param name="Subject">What it concerns: a stream, a node, a chain.</param>
/// <param name="Detail">What was found; never a secret.</param>
/// <param name="Since">When it was first raised by this silo.</param>
/// <param name="Times">How often it was raised.</param>
public sealed record Incident(string Code, string Subject, string Detail, Instant Since, int Times);

/// <summary>The stable codes of incidents.</summary>
public static class IncidentCodes
{
    /// <summary>The audit at start found rows or batches of the journal that do not prove themselves.</summary>
    public const string JournalAudit = "journal.audit";

    /// <summary>The journal was restored from a copy that may have lost its tail: limit windows count as full until the recovery has ended.</summary>
    public const string JournalRestored = "journal.restored";

    /// <summary>A stream could not be loaded: its grain is stopped.</summary>
    public const string StreamUnreadable = "journal.stream-unreadable";

    /// <summary>A stream could not be woken so often that it was given up.</summary>
    public const string WakeDead = "wake.dead-letter";

    /// <summary>A node contradicted a proven fact, or answers for another chain.</summary>
    public const string NodeQuarantined = "node.quarantined";

    /// <summary>The nodes have given nothing that could be proved for a while, as when too few organisations are left: money waits.</summary>
    public const string ChainSilent = "chain.silent";

    /// <summary>The chain goes on and no block becomes final: it is not followed further until one does.</summary>
    public const string FinalityStalled = "chain.finality-stalled";

    /// <summary>A nonce was used up to a final block, and several searches could not prove by what: money waits.</summary>
    public const string LookupUnproven = "chain.lookup-unproven";

    /// <summary>A transaction has been in a block for a week that neither became final nor left the chain.</summary>
    public const string WatchUnsettled = "watch.unsettled";

    /// <summary>A block holds another transaction that spends what a watched one does: not final yet, and not ours.</summary>
    public const string DoubleSpent = "watch.double-spent";

    /// <summary>A node's pool holds another transaction, not ours, that spends what a watched one does: no block has it yet.</summary>
    public const string RivalInPool = "watch.rival-in-pool";

    /// <summary>A payment to an own address that no block had was replaced in a node's pool. It was never credited.</summary>
    public const string DepositReplaced = "watch.deposit-replaced";

    /// <summary>Finality contradicted itself: the chain is stopped until an operator resumes it.</summary>
    public const string ChainStopped = "chain.stopped";

    /// <summary>A side of a channel no longer knows what it signed: it signs nothing more, and never closes with what it has.</summary>
    public const string ChannelLostState = "channel.lost-state";

    /// <summary>The other side of a channel no longer knows what both signed: nothing new is agreed with it.</summary>
    public const string ChannelPeerLost = "channel.peer-lost";

    /// <summary>A channel's ledger, its newest state and the contract do not say the same.</summary>
    public const string ChannelBooksDiffer = "channel.books-differ";

    /// <summary>The channels of a key, the contract and the account's own ledger do not say the same.</summary>
    public const string ChannelKeyBooksDiffer = "channel.key-books-differ";

    /// <summary>The contract settled a channel by an older state than the newest: nobody challenged it in time.</summary>
    public const string ChannelSettledOld = "channel.settled-old";

    /// <summary>A payment that this side could have taken went back: its secret was said neither to the peer nor to the contract in time.</summary>
    public const string ChannelLockLost = "channel.lock-lost";

    /// <summary>The tower that guards a side of a channel for us does not take what is handed to it, or has not for long.</summary>
    public const string ChannelUnguarded = "channel.unguarded";

    /// <summary>A channel that is guarded here for another operator is being closed by an old state, and what has to be said to the contract could not be.</summary>
    public const string TowerUnanswered = "tower.unanswered";

    /// <summary>An operator at the other side of channels has done what costs it its standing: less is held for it, or no channel is opened with it.</summary>
    public const string PeerPoorStanding = "peer.poor-standing";

    /// <summary>A lane signs nothing new: its key was used elsewhere.</summary>
    public const string LaneStopped = "lane.stopped";
}

/// <summary>
/// This silo's incidents since its start: logged as critical when first raised, counted, and shown by the health endpoint. Bounded: when full, further
/// ones are logged and counted only.
/// </summary>
public sealed class IncidentBoard
{
    /// <summary>Incidents kept.</summary>
    public const int MaxKept = 256;

    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TPWallet.Incidents";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Raised = Meter.CreateCounter<long>("tpw.incidents", "{incident}", "Incidents raised, by code.");

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Code, string Subject), Incident> _kept = [];
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = New();

    public IncidentBoard(ILoggerFactory logs, TimeProvider time)
    {
        _log = logs.CreateLogger<IncidentBoard>();
        _time = time;
    }

    /// <summary>All that were raised and kept, by code and subject.</summary>
    public IReadOnlyList<Incident> All
    {
        get
        {
            lock (_gate) return [.. _kept.Values];
        }
    }

    /// <summary>Ends when an incident of this code is on the board.</summary>
    public async Task UntilRaisedAsync(string code, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (All.Any(incident => incident.Code == code)) return;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Raises one; the same code and subject again is counted, and not logged a second time as critical.</summary>
    public void Raise(string code, string subject, string detail)
    {
        Raised.Add(1, new KeyValuePair<string, object?>("code", code));
        if (Keep(code, subject, detail)) _log.LogCritical("Incident {Code}: {Subject}: {Detail}", code, subject, detail);
        else _log.LogWarning("Incident {Code} again: {Subject}: {Detail}", code, subject, detail);
        Interlocked.Exchange(ref _changed, New()).TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it is a new one.</summary>
    private bool Keep(string code, string subject, string detail)
    {
        lock (_gate)
        {
            if (_kept.TryGetValue((code, subject), out var known))
            {
                _kept[(code, subject)] = known with { Times = known.Times + 1 };
                return false;
            }

            if (_kept.Count < MaxKept)
                _kept.Add((code, subject), new(code, subject, detail, new(_time.GetUtcNow().ToUnixTimeMilliseconds()), 1));
            return true;
        }
    }
}
