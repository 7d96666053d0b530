using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>eth_getProof of an account, already checked against the state root that was given.</summary>
public sealed record AccountProof(AccountState State, Items<HexBytes> Nodes);
