namespace TPWallet.Tests.Signer;

/// <summary>The signer's clock in a test's hand.</summary>
internal sealed class SettableClock(long unixMs) : TimeProvider
{
    /// <summary>The true time; the monotonic clock runs with it.</summary>
    public long UnixMs { get; set; } = unixMs;

    /// <summary>How far the wall clock is ahead of the true time.</summary>
    public long SkewMs { get; set; }

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMs + SkewMs);

    public override long GetTimestamp() => UnixMs;
}
