namespace TPWallet.Tests.Chaos;

/// <summary>
/// The times of a plan and the pauses of clients that ask again: they are part of what is tried, like a fault's kind. Nothing is believed to have happened because a
/// time has passed; what must have happened is waited for and checked.
/// </summary>
internal static class PlanClock
{
    public static async Task AfterAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = TimeProvider.System.CreateTimer(_ => over.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await over.Task.WaitAsync(cancellationToken);
    }
}
