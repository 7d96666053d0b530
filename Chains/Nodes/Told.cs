using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>A value and the node that told it, so that it can be held to its word.</summary>
public sealed record Told<T>(T Value, Name By);
