using Orleans.Runtime;

namespace TPWallet.Tests.Clusters;

/// <summary>
/// A silo that reads in the table of members that it is dead, or that its runtime failed, ends its process at once (Environment.FailFast). Here several silos and
/// the tests share one process: only the silo concerned ends, and says why.
/// </summary>
internal sealed class OwnEnd : IFatalErrorHandler
{
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why it ended itself; never done if it did not.</summary>
    public Task<string> Reason => _reason.Task;

    public bool IsUnexpected(Exception exception) => exception is not ThreadAbortException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) =>
        _reason.TrySetResult($"{sender}: {context} {exception?.Message}");
}
