using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>How long the first call of a channel contract waits for others of its key; zero: each goes alone.</summary>
public sealed record ActGathering(Span Wait)
{
    public static ActGathering Default { get; } = new(Span.Seconds(5));
}
