using System.Collections.Concurrent;
using System.Reflection;
using TPWallet.Grains.Journal;

namespace TPWallet.Benchmarks.Hosting;

/// <summary>Stands before a journal and counts the rows that become durable, by type; tells when a count is reached. Changes nothing.</summary>
public class JournalCounter : DispatchProxy
{
    private readonly ConcurrentDictionary<MethodInfo, MethodInvoker> _invokers = new();
    private readonly ConcurrentDictionary<string, RowCount> _counts = new(StringComparer.Ordinal);
    private IJournal _inner = null!;

    /// <summary>Told of each append that became durable.</summary>
    public event Action<Append>? Durable;

    /// <summary>A journal that is counted, and its counter.</summary>
    public static (IJournal Journal, JournalCounter Counter) Over(IJournal inner)
    {
        var journal = Create<IJournal, JournalCounter>();
        var counter = (JournalCounter)(object)journal;
        counter._inner = inner;
        return (journal, counter);
    }

    /// <summary>Durable rows of a type since the start.</summary>
    public long Count(string type) => Of(type).Value;

    /// <summary>Ends when so many rows of a type are durable.</summary>
    public Task ReachAsync(string type, long count) => Of(type).ReachAsync(count);

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = _invokers.GetOrAdd(targetMethod!, static method => MethodInvoker.Create(method)).Invoke(_inner, args.AsSpan());
        if (result is Task<AppendOutcome> append) _ = CountAsync(append, (Append)args![0]!);
        return result;
    }

    private async Task CountAsync(Task<AppendOutcome> outcome, Append append)
    {
        if (await outcome.ConfigureAwait(false) is not AppendOutcome.Durable) return;
        foreach (var row in append.Rows) Of(row.Type).Add();
        Durable?.Invoke(append);
    }

    private RowCount Of(string type) => _counts.GetOrAdd(type, static _ => new RowCount());

    private sealed class RowCount
    {
        private readonly Lock _gate = new();
        private long _value;
        private (long Count, TaskCompletionSource Reached)? _awaited;

        public long Value => Interlocked.Read(ref _value);

        public void Add()
        {
            lock (_gate)
            {
                if (++_value >= _awaited?.Count) _awaited.Value.Reached.TrySetResult();
            }
        }

        public Task ReachAsync(long count)
        {
            lock (_gate)
            {
                if (_value >= count) return Task.CompletedTask;
                _awaited = (count, new(TaskCreationOptions.RunContinuationsAsynchronously));
                return _awaited.Value.Reached.Task;
            }
        }
    }
}
