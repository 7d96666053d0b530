using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What each idempotency key was answered, for <see cref="Kept"/>: the same key with the same body has the same answer, with another body or while the
/// first still runs it is refused. Grains remember what they accepted for ever; this adds the refusals, which the store keeps over a restart and for other
/// silos. Bounded: beyond <see cref="MaxAnswers"/> in memory and <see cref="MaxStored"/> in the store the oldest are forgotten.
/// </summary>
/// <param name="store">Where refusals are kept; null keeps them in memory only.</param>
public sealed class AnswerMemory(TimeProvider clock, IAnswerStore? store, int maxAnswers = AnswerMemory.MaxAnswers)
{
    /// <summary>Most answers kept in memory by default.</summary>
    public const int MaxAnswers = 100_000;

    /// <summary>Most refusals kept in the store.</summary>
    public const int MaxStored = 1_000_000;

    /// <summary>After so many refusals the store is cleared of old ones.</summary>
    private const int SweepEvery = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly Queue<(Guid Id, Entry Entry)> _order = new();
    private int _stored;

    /// <summary>How long an answer is kept.</summary>
    public static Span Kept { get; } = Span.Hours(24);

    /// <summary>Gives the kept answer, or runs the command once and keeps what it says.</summary>
    /// <param name="commandId">From the idempotency key.</param>
    /// <param name="fingerprint">Of the command's content.</param>
    /// <param name="run">Sends the command. It is awaited to its end even when the caller has gone.</param>
    public async Task<CommandReply> AnswerAsync(Guid commandId, Bytes32 fingerprint, Func<Task<CommandReply>> run)
    {
        var now = new Instant(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var entry = new Entry(fingerprint, now);
        lock (_lock)
        {
            Forget(now);
            if (_entries.TryGetValue(commandId, out var known) && known.IsKeptAt(now)) return known.Answer(fingerprint);
            _entries[commandId] = entry;
            _order.Enqueue((commandId, entry));
        }

        var answered = entry;
        try
        {
            answered = await FindAsync(commandId, now) ?? await RunAsync(commandId, entry, run);
            return answered.Answer(fingerprint);
        }
        finally
        {
            lock (_lock)
            {
                // Where nothing was decided, or nobody knows, the same key must be able to ask again.
                if (!answered.IsDecided) Remove(commandId, entry);
                else if (_entries.TryGetValue(commandId, out var current) && ReferenceEquals(current, entry)) _entries[commandId] = answered;
            }
        }
    }

    /// <summary>A refusal of before a restart, or of another silo.</summary>
    private async Task<Entry?> FindAsync(Guid commandId, Instant now)
    {
        if (store is null || await store.FindAnswerAsync(commandId, CancellationToken.None) is not { } kept) return null;
        var entry = new Entry(Bytes32.From(kept.Fingerprint.Span), new(kept.AtUnixMs));
        if (!entry.IsKeptAt(now)) return null;
        entry.Reply = JsonSerializer.Deserialize(kept.Reply.Span, ContractJson.Default.CommandReply) as CommandReply.Refused;
        return entry.Reply is null ? null : entry;
    }

    /// <summary>A refusal is durable before it is given.</summary>
    private async Task<Entry> RunAsync(Guid commandId, Entry entry, Func<Task<CommandReply>> run)
    {
        var reply = await run();
        if (store is not null && reply is CommandReply.Refused refused && !RefusalStatus.IsTransient(refused.Rejection.Code))
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(reply, ContractJson.Default.CommandReply);
            await store.KeepAnswerAsync(new(commandId, entry.Fingerprint.ToArray(), entry.At.UnixMs, json), CancellationToken.None);
            if (Interlocked.Increment(ref _stored) % SweepEvery == 0)
                await store.ForgetAnswersAsync((entry.At - Kept).UnixMs, MaxStored, CancellationToken.None);
        }

        entry.Reply = reply;
        return entry;
    }

    private void Forget(Instant now)
    {
        while (_order.TryPeek(out var oldest) && (!oldest.Entry.IsKeptAt(now) || _order.Count >= maxAnswers))
        {
            _order.Dequeue();
            if (_entries.TryGetValue(oldest.Id, out var current) && current.At <= oldest.Entry.At) _entries.Remove(oldest.Id);
        }
    }

    private void Remove(Guid id, Entry entry)
    {
        if (_entries.TryGetValue(id, out var current) && ReferenceEquals(current, entry)) _entries.Remove(id);
    }

    private sealed class Entry(Bytes32 fingerprint, Instant at)
    {
        public Bytes32 Fingerprint => fingerprint;

        public Instant At => at;

        public CommandReply? Reply { get; set; }

        public bool IsDecided => Reply is not null && !(Reply is CommandReply.Refused refused && RefusalStatus.IsTransient(refused.Rejection.Code));

        public bool IsKeptAt(Instant now) => at + Kept >= now;

        public CommandReply Answer(Bytes32 asked)
        {
            if (asked != fingerprint)
                return Refuse(RejectionCode.IdempotencyMismatch, "the body that this idempotency key came with first", "another body");
            return Reply ?? Refuse(RejectionCode.Retry, "one request at a time for an idempotency key", "the first is still running");
        }

        private static CommandReply.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
    }
}
