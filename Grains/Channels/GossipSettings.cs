using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>How often others are asked what they know of channels, and contracts whether those are still open.</summary>
/// <param name="AskEvery">Each operator.</param>
/// <param name="LookEvery">Each channel of others that is known.</param>
public sealed record GossipSettings(Span AskEvery, Span LookEvery)
{
    public static GossipSettings Default { get; } = new(Span.Seconds(30), Span.Hours(1));
}
