using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>How a transaction that a relay was sent ended, as far as the relay is judged by it.</summary>
internal enum RelayEnd
{
    /// <summary>Not yet.</summary>
    None,

    Included,
    Leaked,
    Suspected,
    Missed,
    Replaced,
}

/// <summary>What one private relay was sent, and what became of it, in memory. Each transaction ends once; what is sent again after that is no news.</summary>
internal sealed class RelayBook(Instant since)
{
    /// <summary>Transactions that are waited for; of more, the oldest is forgotten.</summary>
    public const int MaxWaiting = 4_096;

    private const int MaxEnded = 16_384;

    private readonly Dictionary<Bytes32, Entry> _waiting = [];
    private readonly Queue<Bytes32> _turns = new();
    private readonly MetHashes _ended = new(MaxEnded);
    private RelayService _counts = RelayService.Begun(since);

    public RelayService Counts => _counts with { Waiting = _waiting.Values.Count(static entry => entry.IsTaken) };

    /// <summary>Transactions to look at in one round.</summary>
    public int Turns => _turns.Count;

    /// <param name="head">The newest block when it was sent; null: nobody knows.</param>
    public void Record(Relayed sent, ulong? head)
    {
        if (sent.Answer is RelayAnswer.Unreached or RelayAnswer.Silent) _counts = _counts with { Errors = _counts.Errors + 1 };
        if (sent.Answer is RelayAnswer.Refused) _counts = _counts with { Refused = _counts.Refused + 1 };
        if (sent.Answer is RelayAnswer.Unreached || _ended.Has(sent.TxHash)) return;
        if (!_waiting.TryGetValue(sent.TxHash, out var entry))
        {
            if (_turns.Count >= MaxWaiting) _waiting.Remove(_turns.Dequeue());
            _turns.Enqueue(sent.TxHash);
            entry = new(head, sent.Deadline, true, false);
        }

        var taken = sent.Answer is RelayAnswer.Taken or RelayAnswer.Silent;
        if (taken && !entry.IsTaken) _counts = _counts with { Given = _counts.Given + 1 };
        _waiting[sent.TxHash] = entry with { IsAlone = entry.IsAlone && sent.IsAlone, IsTaken = entry.IsTaken || taken };
    }

    /// <summary>The next one to look at; it has to be put back by <see cref="End"/>, ended or not.</summary>
    public bool TryNext(out Bytes32 transaction) => _turns.TryDequeue(out transaction);

    /// <summary>What a transaction's watcher says of it, for this relay.</summary>
    /// <param name="view">Null: nobody watches it yet.</param>
    public RelayEnd Judge(Bytes32 transaction, WatchedView? view, Instant now)
    {
        if (!_waiting.TryGetValue(transaction, out var entry)) return RelayEnd.None;
        if (view is { WasPublic: true }) return entry.IsAlone ? RelayEnd.Leaked : RelayEnd.Suspected;
        if (view?.Inclusion is not null) return RelayEnd.Included;
        if (entry.Deadline <= now) return RelayEnd.Missed;
        return view?.ConflictedBy is null ? RelayEnd.None : RelayEnd.Replaced;
    }

    /// <summary>Counts an end; one that has not ended waits for its next turn.</summary>
    /// <param name="block">That it is in; null: in none.</param>
    public void End(Bytes32 transaction, RelayEnd end, BlockRef? block)
    {
        if (!_waiting.TryGetValue(transaction, out var entry)) return;
        if (end is RelayEnd.None)
        {
            _turns.Enqueue(transaction);
            return;
        }

        _waiting.Remove(transaction);
        _ended.Add(transaction);
        _counts = end switch
        {
            RelayEnd.Leaked => _counts with { Leaked = _counts.Leaked + 1 },
            RelayEnd.Suspected => _counts with { Suspected = _counts.Suspected + 1 },

            // What it did not take it has no part in.
            _ when !entry.IsTaken => _counts,
            RelayEnd.Included => Waited(entry.Head, block) with { Included = _counts.Included + 1 },
            RelayEnd.Missed => _counts with { Missed = _counts.Missed + 1 },
            RelayEnd.Replaced => _counts with { Replaced = _counts.Replaced + 1 },
            _ => throw new UnreachableException($"No such end: {end}."),
        };
    }

    private RelayService Waited(ulong? head, BlockRef? block)
    {
        if (head is not { } before || block is not { } at) return _counts;
        var step = RelayService.StepOf(at.Number > before ? at.Number - before : 0);
        return _counts with { Waits = _counts.Waits.SetItem(step, _counts.Waits[step] + 1) };
    }

    private sealed record Entry(ulong? Head, Instant? Deadline, bool IsAlone, bool IsTaken);
}
