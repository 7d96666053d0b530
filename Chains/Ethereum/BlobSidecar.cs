using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// What travels beside a blob transaction between nodes and into eth_sendRawTransaction: the blobs (131,072 bytes each), their
/// commitments and proofs (48 bytes each). Version 0 has one proof per blob (EIP-4844), version 1 has 128 cell proofs per blob (EIP-7594).
/// </summary>
public sealed record BlobSidecar(byte Version, Items<HexBytes> Blobs, Items<HexBytes> Commitments, Items<HexBytes> Proofs)
{
    public const int BlobLength = 131_072;
    public const int CommitmentLength = 48;
    public const int CellsPerBlob = 128;

    /// <summary>More blobs than any fork allows in one transaction; the network's own limit is lower.</summary>
    public const int MaxBlobs = 32;

    /// <summary>How many proofs belong to so many blobs under a version.</summary>
    public static int ProofCount(byte version, int blobs) => version == 0 ? blobs : blobs * CellsPerBlob;

    internal void Write(RlpWriter writer)
    {
        if (Version != 0) writer.Write((ulong)Version);
        foreach (var column in (ReadOnlySpan<Items<HexBytes>>)[Blobs, Commitments, Proofs])
        {
            var list = writer.BeginList();
            foreach (var item in column) writer.Write(item);
            writer.EndList(list);
        }
    }

    internal static BlobSidecar Read(ref RlpReader reader, int hashes)
    {
        byte version = 0;
        if (!reader.NextIsList)
        {
            var given = reader.ReadUInt64();
            if (given != 1) reader.Fail("tx.sidecar-version", "version 1 (EIP-7594)", $"{given}");
            version = 1;
        }

        var blobs = ReadColumn(ref reader, BlobLength, MaxBlobs);
        var commitments = ReadColumn(ref reader, CommitmentLength, MaxBlobs);
        var proofs = ReadColumn(ref reader, CommitmentLength, MaxBlobs * CellsPerBlob);
        if (blobs.Count != hashes || commitments.Count != hashes || proofs.Count != ProofCount(version, hashes))
        {
            reader.Fail(
                "tx.sidecar-count",
                $"{hashes} blobs and commitments, {ProofCount(version, hashes)} proofs",
                $"{blobs.Count}, {commitments.Count}, {proofs.Count}");
        }

        return new(version, blobs, commitments, proofs);
    }

    private static Items<HexBytes> ReadColumn(ref RlpReader reader, int length, int max)
    {
        var list = reader.BeginList();
        var items = ImmutableArray.CreateBuilder<HexBytes>();
        while (reader.More)
        {
            if (items.Count == max) reader.Fail("tx.too-many", $"at most {max} items", "more");
            else items.Add(HexBytes.From(reader.ReadFixed(length)));
        }

        reader.EndList(list);
        return new(items.ToImmutable());
    }
}
