namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// What makes transfers durable: the journal port alone, or real Account grains. The benchmark counts a transfer when both accounts' rows are
/// durable; the answer may leave after the debit.
/// </summary>
public interface ITransferPath : IAsyncDisposable
{
    /// <summary>Accounts that clients may pick, from 0.</summary>
    int Accounts { get; }

    /// <summary>Transfers whose both sides are durable.</summary>
    long Completed { get; }

    /// <summary>Starts a transfer; the task ends when its debit is durable.</summary>
    Task TransferAsync(int from, int to, CancellationToken cancellationToken);

    /// <summary>Ends when every transfer that was started is durable on both sides.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}
