using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>Why a node is quarantined, to be checked by anybody.</summary>
/// <param name="Fact">The fact that it contradicted: code, what was proved, what it said.</param>
/// <param name="Evidence">What it said, as bytes: headers, blocks and receipts in their consensus encoding, one after the other.</param>
/// <param name="Since">When that was written down.</param>
[GenerateSerializer, Immutable, Alias("tpw.node-evidence")]
public sealed record NodeEvidence(ChainId Chain, Name Node, Name Organisation, string Fact, HexBytes Evidence, Instant Since);
