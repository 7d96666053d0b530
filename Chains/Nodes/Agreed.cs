using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>A value that nodes of two organisations gave, and who they are.</summary>
public sealed record Agreed<T>(T Value, ImmutableArray<Name> Witnesses);
