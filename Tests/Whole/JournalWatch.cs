using System.Reflection;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Whole;

/// <summary>A journal that tells when something became durable, so that a test can wait for what the system does by itself.</summary>
public class JournalWatch : DispatchProxy
{
    private IJournal _inner = null!;
    private TaskCompletionSource _changed = New();

    private int _left = int.MaxValue;

    /// <summary>Ends when the process "died": from then on no append is ever answered.</summary>
    public TaskCompletionSource Died { get; } = New();

    /// <summary>Lets so many appends become durable, then dies at the next one: its effects are done, its record is not.</summary>
    public void DieAfter(int appends) => Volatile.Write(ref _left, appends);

    /// <summary>Ends at the next append.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public static (IJournal Journal, JournalWatch Watch) Over(IJournal inner)
    {
        var journal = Create<IJournal, JournalWatch>();
        var watch = (JournalWatch)(object)journal;
        watch._inner = inner;
        return (journal, watch);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IJournal.AppendAsync) && Interlocked.Decrement(ref _left) < 0)
        {
            Died.TrySetResult();
            return new TaskCompletionSource<AppendOutcome>().Task;
        }

        var result = targetMethod!.Invoke(_inner, args);
        if (result is Task<AppendOutcome> append) append.ContinueWith(_ => Tell(), TaskScheduler.Default);
        return result;
    }

    private void Tell() => Interlocked.Exchange(ref _changed, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
