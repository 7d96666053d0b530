using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces.Evidence;

/// <summary>One journal row as it is stored. Its hash covers every field here and the row before it.</summary>
[GenerateSerializer, Immutable, Alias("tpw.evidence.row")]
public sealed record EvidenceRow(
    long Version, string Type, int Schema, HexBytes Payload, Guid? CommandId, HexBytes Fingerprint, Instant At, Bytes32 Hash);

/// <summary>A whole stream from its first row on.</summary>
[GenerateSerializer, Immutable, Alias("tpw.evidence.journal")]
public sealed record EvidenceJournal(string Tenant, string Kind, string Key, ImmutableArray<EvidenceRow> Rows);

/// <summary>A leg's transaction, and the proof that a block holds it and what became of it.</summary>
/// <param name="Raw">The signed transaction as it was broadcast (EIP-2718).</param>
/// <param name="Headers">RLP of the block's header, then of the blocks on top of it, each naming the one before as its parent.</param>
/// <param name="Index">Its place in the block: the key of both proofs.</param>
/// <param name="TransactionProof">Nodes of the transactions trie from the root to the transaction.</param>
/// <param name="ReceiptProof">Nodes of the receipts trie from the root to the receipt.</param>
[GenerateSerializer, Immutable, Alias("tpw.evidence.leg")]
public sealed record EvidenceLeg(
    Name Leg,
    HexBytes Raw,
    ImmutableArray<HexBytes> Headers,
    int Index,
    ImmutableArray<HexBytes> TransactionProof,
    ImmutableArray<HexBytes> ReceiptProof);

/// <summary>
/// The whole story of one settled packet, to be checked offline by who knows the account id alone (Domain, EvidenceVerifier).
/// </summary>
/// <param name="Proofs">The initial devices' consent to the genesis.</param>
/// <param name="Bounds">What the simulation found and the votes cover.</param>
/// <param name="Attestations">The signer's word for each address that the packet spends from.</param>
/// <param name="Journals">The account's and the packet's streams.</param>
[GenerateSerializer, Immutable, Alias("tpw.evidence")]
public sealed record EvidencePack(
    int Schema,
    Genesis Genesis,
    ImmutableArray<DeviceProof> Proofs,
    ImmutableArray<EnactedChange> Lineage,
    PacketContent Packet,
    EffectBounds Bounds,
    ImmutableArray<Vote> Votes,
    ImmutableArray<KeyAttestation> Attestations,
    ImmutableArray<EvidenceLeg> Legs,
    ImmutableArray<EvidenceJournal> Journals)
{
    /// <summary>The schema that this code writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Most headers on top of a leg's block.</summary>
    public const int MaxHeaders = 1024;

    /// <summary>Most rows of one stream.</summary>
    public const int MaxRows = 1_000_000;
}
