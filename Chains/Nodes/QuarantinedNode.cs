using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>A node is used no more.</summary>
/// <param name="Node">Which.</param>
/// <param name="Fact">The fact that it contradicted.</param>
/// <param name="Evidence">What it said, as bytes: headers and receipts in their consensus encoding. Empty for another chain's id.</param>
/// <param name="MayReturn">It stood still, and is used again when it has caught up.</param>
public sealed record QuarantinedNode(Name Node, NodeError Fact, HexBytes Evidence, bool MayReturn = false);
