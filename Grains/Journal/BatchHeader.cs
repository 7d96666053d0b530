using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Grains.Journal;

/// <summary>
/// One commit of one committer incarnation. Headers of an incarnation form a hash chain; the root is an RFC 6962 tree over the hashes of the rows.
/// </summary>
/// <param name="Committer">Small id of the incarnation in this database.</param>
/// <param name="Incarnation">Random id of the incarnation, bound into the hash.</param>
/// <param name="N">1 for its first batch, then without a gap.</param>
/// <param name="Keys">
/// Stream id (16 bytes) and version (8 bytes, big-endian) of each row, in order: where the rows are, without an index on the events.
/// </param>
/// <param name="Root">Merkle root over the rows' hashes in that order.</param>
/// <param name="Previous">Hash of batch n − 1; empty for the first.</param>
/// <param name="Hash">Hash of this header.</param>
public sealed record BatchHeader(int Committer, Guid Incarnation, long N, byte[] Keys, byte[] Root, byte[] Previous, byte[] Hash)
{
    /// <summary>Bytes of one entry in <see cref="Keys"/>.</summary>
    public const int KeyBytes = StreamId.Size + sizeof(long);

    /// <summary>How many rows the batch has.</summary>
    public int Count => Keys.Length / KeyBytes;

    /// <summary>Where the i-th row is.</summary>
    public (StreamId Stream, long Version) Key(int index)
    {
        var key = Keys.AsSpan(index * KeyBytes, KeyBytes);
        return (StreamId.FromBytes(key[..StreamId.Size]), BinaryPrimitives.ReadInt64BigEndian(key[StreamId.Size..]));
    }

    /// <summary>Closes a batch: computes root and hash.</summary>
    /// <param name="committer">Small id of the incarnation.</param>
    /// <param name="incarnation">Random id of the incarnation.</param>
    /// <param name="n">The batch's number.</param>
    /// <param name="rows">Its rows in order.</param>
    /// <param name="previous">Hash of the batch before it.</param>
    public static BatchHeader Close(int committer, Guid incarnation, long n, IReadOnlyList<SealedRow> rows, byte[] previous)
    {
        var keys = new byte[rows.Count * KeyBytes];
        var leaves = new byte[rows.Count][];
        for (var i = 0; i < rows.Count; i++)
        {
            var key = keys.AsSpan(i * KeyBytes, KeyBytes);
            rows[i].Stream.WriteBytes(key);
            BinaryPrimitives.WriteInt64BigEndian(key[StreamId.Size..], rows[i].Version);
            leaves[i] = MerkleTree.LeafHash(rows[i].Hash);
        }

        var root = MerkleTree.Root(leaves);
        return new BatchHeader(committer, incarnation, n, keys, root, previous, HashOf(incarnation, n, keys, root, previous));
    }

    /// <summary>The hash that a header with these fields must have.</summary>
    public static byte[] HashOf(Guid incarnation, long n, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> root, ReadOnlySpan<byte> previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("tpw/journal/batch/1"u8);
        hash.AppendData(incarnation.ToByteArray(bigEndian: true));
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, n);
        hash.AppendData(number);
        BinaryPrimitives.WriteInt64BigEndian(number, keys.Length);
        hash.AppendData(number);
        hash.AppendData(keys);
        hash.AppendData(root);
        // Only the last field varies in length, and it ends the message: no two headers share a message.
        hash.AppendData(previous);
        return hash.GetHashAndReset();
    }
}

/// <summary>A batch and its rows.</summary>
/// <param name="Header">The batch.</param>
/// <param name="Rows">Its rows in order.</param>
public sealed record BatchRows(BatchHeader Header, IReadOnlyList<JournalRow> Rows);
