namespace TPWallet.Tests.Signer;

/// <summary>The signer's clock in a test's hand.</summary>
internal sealed class SettableClock(long unixMs) : TimeProvider
{
    public long UnixMs { get; set; } = unixMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMs);
}
