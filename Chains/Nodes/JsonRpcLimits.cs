namespace TPWallet.Chains.Nodes;

/// <summary>The bounds of one client.</summary>
/// <param name="Deadline">From sending to the last byte of the answer.</param>
/// <param name="MaxBodyBytes">Longest answer; a block with all its receipts and logs is some megabytes.</param>
/// <param name="MaxDepth">Deepest nesting of the JSON.</param>
/// <param name="MaxBatch">Most requests in one HTTP body.</param>
public sealed record JsonRpcLimits(TimeSpan Deadline, int MaxBodyBytes = 64 * 1024 * 1024, int MaxDepth = 32, int MaxBatch = 100)
{
    /// <summary>A deadline of 10 seconds, answers of at most 64 MiB.</summary>
    public static JsonRpcLimits Default { get; } = new(TimeSpan.FromSeconds(10));
}
