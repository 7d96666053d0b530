namespace TPWallet.Grains.Journal;

/// <summary>Where a stream ends. An empty stream has version 0 and an empty hash.</summary>
/// <param name="Version">Version of the last row.</param>
/// <param name="Hash">Hash of the last row.</param>
public sealed record StreamHead(long Version, byte[] Hash)
{
    /// <summary>The head of a stream that has no row.</summary>
    public static StreamHead Empty { get; } = new(0, []);
}
