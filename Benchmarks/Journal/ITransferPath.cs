namespace TPWallet.Benchmarks.Journal;

/// <summary>What makes account transfers durable. A transfer counts when both accounts' rows are durable; the answer may leave after the debit.</summary>
public interface ITransferPath : IAsyncDisposable
{
    /// <summary>Accounts that clients may pick as payers, from 0.</summary>
    int Accounts { get; }

    /// <summary>Transfers whose both sides are durable.</summary>
    long Completed { get; }

    /// <summary>Makes sure that so many transfers can be sent, from any payers, or all from one. Not part of what is measured.</summary>
    Task PrepareAsync(int transfers, int? payer, CancellationToken cancellationToken);

    /// <summary>Starts a transfer from this account, or one near it; the task ends when its debit is durable.</summary>
    /// <param name="client">Number of the client that asks.</param>
    Task TransferAsync(int client, int payer, CancellationToken cancellationToken);

    /// <summary>Ends when nothing that was started is on its way any more, the acknowledgements included.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}
