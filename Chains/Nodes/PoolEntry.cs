namespace TPWallet.Chains.Nodes;

/// <summary>A transaction in a pool.</summary>
/// <param name="VirtualSize">In virtual bytes.</param>
/// <param name="FeeSat">Its own fee.</param>
/// <param name="Ancestors">How many unconfirmed transactions it rests on, itself included.</param>
/// <param name="AncestorFeeSat">What they pay together.</param>
/// <param name="AncestorVirtualSize">Their size together.</param>
/// <param name="Descendants">How many rest on it, itself included.</param>
public sealed record PoolEntry(int VirtualSize, long FeeSat, int Ancestors, long AncestorFeeSat, int AncestorVirtualSize, int Descendants);
