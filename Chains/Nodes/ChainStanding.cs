namespace TPWallet.Chains.Nodes;

/// <summary>How far a Bitcoin node says that it is.</summary>
/// <param name="Height">Of the block that it builds on.</param>
/// <param name="IsLoading">It still loads the chain of earlier years, so that its height says nothing about the chain's.</param>
public sealed record ChainStanding(int Height, bool IsLoading);
