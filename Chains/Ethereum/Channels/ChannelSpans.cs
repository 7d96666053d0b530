namespace TPWallet.Chains.Ethereum.Channels;

/// <summary>The spans of one deployment, in seconds of the chain's clock.</summary>
/// <param name="Window">Δ: how long a close can be challenged.</param>
/// <param name="ReorgDepth">How long a block can still be replaced.</param>
/// <param name="FeeMargin">How long a transaction may wait while its fee is raised.</param>
/// <param name="ForcedInclusion">How long an L2's sequencer can keep a transaction out.</param>
public sealed record ChannelSpans(ulong Window, ulong ReorgDepth, ulong FeeMargin, ulong ForcedInclusion);
