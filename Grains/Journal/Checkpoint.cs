using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Grains.Journal;

/// <summary>Where one committer's chain stood when a checkpoint was made.</summary>
/// <param name="Committer">Small id of the incarnation.</param>
/// <param name="Incarnation">Random id of the incarnation.</param>
/// <param name="N">Its newest batch.</param>
/// <param name="Hash">That batch's hash.</param>
public sealed record CommitterHead(int Committer, Guid Incarnation, long N, byte[] Hash)
{
    /// <summary>Bytes of a stored head.</summary>
    public const int Size = 4 + 16 + 8 + HashChain.Size;

    /// <summary>The bytes that are the head's leaf in the checkpoint tree.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Committer);
        Incarnation.TryWriteBytes(bytes.AsSpan(4), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(20), N);
        Hash.CopyTo(bytes.AsSpan(28));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static CommitterHead FromBytes(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32BigEndian(bytes),
        new Guid(bytes.Slice(4, 16), bigEndian: true),
        BinaryPrimitives.ReadInt64BigEndian(bytes[20..]),
        bytes.Slice(28, HashChain.Size).ToArray());
}

/// <summary>
/// A signed RFC 6962 tree over the newest batch of every committer. Each batch binds all batches of its committer before it, so one signature binds
/// the whole journal, without a global sequence: the order in which two committers commit is not the order of any number.
/// </summary>
/// <param name="Number">1 for the first checkpoint, then without a gap.</param>
/// <param name="AtUnixMs">Database time, milliseconds since 1970.</param>
/// <param name="Heads">The leaves, by committer id.</param>
/// <param name="Root">The tree's root.</param>
/// <param name="Previous">SHA-256 of the previous checkpoint's body; empty for the first.</param>
/// <param name="Signature">Signature over <see cref="Body"/>.</param>
public sealed record Checkpoint(
    long Number, long AtUnixMs, IReadOnlyList<CommitterHead> Heads, byte[] Root, byte[] Previous, byte[] Signature)
{
    /// <summary>Builds the unsigned checkpoint over these newest batches.</summary>
    public static Checkpoint Over(IEnumerable<BatchHeader> newest, Checkpoint? previous, long atUnixMs)
    {
        var heads = newest.OrderBy(b => b.Committer).Select(b => new CommitterHead(b.Committer, b.Incarnation, b.N, b.Hash)).ToArray();
        var number = (previous?.Number ?? 0) + 1;
        var link = previous is null ? [] : SHA256.HashData(previous.Body());
        return new Checkpoint(number, atUnixMs, heads, MerkleTree.Root(Leaves(heads)), link, []);
    }

    /// <summary>The bytes that are signed.</summary>
    public byte[] Body()
    {
        var tag = "tpw/journal/checkpoint/1"u8;
        var body = new byte[tag.Length + 8 + 8 + 4 + Root.Length + Previous.Length];
        tag.CopyTo(body);
        var rest = body.AsSpan(tag.Length);
        BinaryPrimitives.WriteInt64BigEndian(rest, Number);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], AtUnixMs);
        BinaryPrimitives.WriteInt32BigEndian(rest[16..], Heads.Count);
        Root.CopyTo(rest[20..]);
        Previous.CopyTo(rest[(20 + Root.Length)..]);
        return body;
    }

    /// <summary>The heads as they are stored.</summary>
    public byte[] HeadBytes() => [.. Heads.SelectMany(head => head.ToBytes())];

    /// <summary>The proof that a committer's head is under this checkpoint; check it with <see cref="Includes"/>.</summary>
    /// <exception cref="ArgumentException">The checkpoint does not know that committer.</exception>
    public IReadOnlyList<byte[]> Prove(int committer) => MerkleTree.InclusionProof(Leaves(Heads), IndexOf(committer));

    /// <summary>Whether a head is under this checkpoint's root, by its proof.</summary>
    public bool Includes(CommitterHead head, IReadOnlyList<byte[]> proof)
    {
        var index = Heads.TakeWhile(h => h.Committer != head.Committer).Count();
        return MerkleTree.VerifyInclusion((ulong)index, (ulong)Heads.Count, MerkleTree.LeafHash(head.ToBytes()), proof, Root);
    }

    /// <summary>
    /// Whether a batch's chain reaches this checkpoint: the headers run without a gap from that batch to the committer's head here, each hash right.
    /// With a row's inclusion in the batch's root this proves a row to someone who trusts the checkpoint's signature alone.
    /// </summary>
    /// <param name="headers">Headers from the batch to the head, oldest first.</param>
    public bool Reaches(IReadOnlyList<BatchHeader> headers)
    {
        if (headers.Count == 0) return false;
        for (var i = 0; i < headers.Count; i++)
        {
            var header = headers[i];
            if (!header.Hash.AsSpan().SequenceEqual(BatchHeader.HashOf(header.Incarnation, header.N, header.Keys, header.Root, header.Previous)))
                return false;
            if (i > 0 && (header.N != headers[i - 1].N + 1 || !header.Previous.AsSpan().SequenceEqual(headers[i - 1].Hash))) return false;
        }

        var last = headers[^1];
        return Heads.Any(h => h.Incarnation == last.Incarnation && h.N == last.N && h.Hash.AsSpan().SequenceEqual(last.Hash));
    }

    private int IndexOf(int committer)
    {
        for (var i = 0; i < Heads.Count; i++)
        {
            if (Heads[i].Committer == committer) return i;
        }

        throw new ArgumentException($"The checkpoint has no committer {committer}.", nameof(committer));
    }

    private static byte[][] Leaves(IEnumerable<CommitterHead> heads) => [.. heads.Select(h => MerkleTree.LeafHash(h.ToBytes()))];
}
