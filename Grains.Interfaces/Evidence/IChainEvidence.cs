using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Evidence;

/// <summary>What a chain's own rules prove of a leg.</summary>
/// <param name="From">Who signed the transaction, recovered from its signature.</param>
/// <param name="BlockTime">What the block says.</param>
/// <param name="Confirmations">The block itself and those on top of it.</param>
public sealed record ProvedLeg(
    ChainId Chain, Address From, Bytes32 TxHash, BlockRef Block, Instant BlockTime, bool Succeeded, int Confirmations);

/// <summary>
/// The chain's part of checking evidence, pure: it reads no node. Chains implements it. What it cannot tell is whether the block is the
/// chain's: that takes the block hash from a node that the reader trusts.
/// </summary>
public interface IChainEvidence
{
    /// <summary>
    /// Null with the refusal where the transaction does not realise the leg (PayloadMismatch), its signature is none (BadSignature), or the
    /// proofs do not lead from the header to it (ProofInvalid).
    /// </summary>
    ProvedLeg? Prove(Leg leg, EvidenceLeg evidence, out Rejection? refusal);
}
