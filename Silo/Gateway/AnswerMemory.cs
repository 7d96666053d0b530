using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What each idempotency key was answered, for <see cref="Kept"/>: the same key with the same body has the same answer, with another body or while
/// the first still runs it is refused. Grains remember what they accepted for ever; this adds the refusals, and the bodies. Bounded: beyond
/// <see cref="MaxAnswers"/> the oldest are forgotten, and the grains' own memory stands behind.
/// </summary>
public sealed class AnswerMemory(TimeProvider clock, int maxAnswers = AnswerMemory.MaxAnswers)
{
    /// <summary>Most answers kept by default.</summary>
    public const int MaxAnswers = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly Queue<(Guid Id, Entry Entry)> _order = new();

    /// <summary>How long an answer is kept.</summary>
    public static Span Kept { get; } = Span.Hours(24);

    /// <summary>Gives the kept answer, or runs the command once and keeps what it says.</summary>
    /// <param name="commandId">From the idempotency key.</param>
    /// <param name="fingerprint">Of the command's content.</param>
    /// <param name="run">Sends the command. It is awaited to its end even when the caller has gone.</param>
    public async Task<CommandReply> AnswerAsync(Guid commandId, Bytes32 fingerprint, Func<Task<CommandReply>> run)
    {
        var entry = new Entry(fingerprint, new(clock.GetUtcNow().ToUnixTimeMilliseconds()));
        lock (_lock)
        {
            Forget(entry.At);
            if (_entries.TryGetValue(commandId, out var known)) return known.Answer(fingerprint);
            _entries.Add(commandId, entry);
            _order.Enqueue((commandId, entry));
        }

        CommandReply? reply = null;
        try
        {
            reply = await run();
            return reply;
        }
        finally
        {
            lock (_lock)
            {
                // Where nothing was decided, or nobody knows, the same key must be able to ask again.
                if (reply is null || (reply is CommandReply.Refused refused && RefusalStatus.IsTransient(refused.Rejection.Code))) Remove(commandId, entry);
                else entry.Reply = reply;
            }
        }
    }

    private void Forget(Instant now)
    {
        while (_order.TryPeek(out var oldest) && (oldest.Entry.At + Kept < now || _order.Count >= maxAnswers))
        {
            _order.Dequeue();
            Remove(oldest.Id, oldest.Entry);
        }
    }

    private void Remove(Guid id, Entry entry)
    {
        if (_entries.TryGetValue(id, out var current) && ReferenceEquals(current, entry)) _entries.Remove(id);
    }

    private sealed class Entry(Bytes32 fingerprint, Instant at)
    {
        public Instant At { get; } = at;

        public CommandReply? Reply { get; set; }

        public CommandReply Answer(Bytes32 asked)
        {
            if (asked != fingerprint)
                return Refuse(RejectionCode.IdempotencyMismatch, "the body that this idempotency key came with first", "another body");
            return Reply ?? Refuse(RejectionCode.Retry, "one request at a time for an idempotency key", "the first is still running");
        }

        private static CommandReply.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
    }
}
