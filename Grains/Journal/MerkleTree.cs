using System.Numerics;
using System.Security.Cryptography;

namespace TPWallet.Grains.Journal;

/// <summary>
/// The Merkle tree of RFC 6962 section 2.1 (SHA-256, 0x00 before a leaf, 0x01 before an inner node), its inclusion and consistency proofs, and the
/// subtree proofs of draft-ietf-plants-merkle-tree-certs. Verifiers return false for any malformed proof; they never throw.
/// </summary>
public static class MerkleTree
{
    private const int HashSize = SHA256.HashSizeInBytes;

    /// <summary>The hash of a leaf: SHA-256(0x00 ‖ data).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> data)
    {
        if (data.Length <= HashSize)
        {
            Span<byte> small = stackalloc byte[1 + HashSize];
            small[0] = 0;
            data.CopyTo(small[1..]);
            return SHA256.HashData(small[..(1 + data.Length)]);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(data);
        return hash.GetHashAndReset();
    }

    /// <summary>The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> node = stackalloc byte[1 + 2 * HashSize];
        node[0] = 1;
        left.CopyTo(node[1..]);
        right.CopyTo(node[(1 + HashSize)..]);
        return SHA256.HashData(node);
    }

    /// <summary>The root over leaf hashes; SHA-256 of nothing for an empty tree.</summary>
    public static byte[] Root(ReadOnlySpan<byte[]> leafHashes)
    {
        if (leafHashes.IsEmpty) return SHA256.HashData([]);
        if (leafHashes.Length == 1) return leafHashes[0];
        var split = Split(leafHashes.Length);
        return NodeHash(Root(leafHashes[..split]), Root(leafHashes[split..]));
    }

    /// <summary>The audit path of a leaf (RFC 6962 section 2.1.1), lowest node first.</summary>
    public static IReadOnlyList<byte[]> InclusionProof(ReadOnlySpan<byte[]> leafHashes, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leafHashes.Length);
        var path = new List<byte[]>();
        while (leafHashes.Length > 1)
        {
            var split = Split(leafHashes.Length);
            path.Add(Root(index < split ? leafHashes[split..] : leafHashes[..split]));
            leafHashes = index < split ? leafHashes[..split] : leafHashes[split..];
            if (index >= split) index -= split;
        }

        path.Reverse();
        return path;
    }

    /// <summary>Whether a leaf is at this index of the tree of this size and root (RFC 9162 section 2.1.3.2).</summary>
    public static bool VerifyInclusion(ulong index, ulong size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        if (index >= size || leafHash.Length != HashSize || root.Length != HashSize || !WellFormed(proof)) return false;
        var (fn, sn) = (index, size - 1);
        var hash = leafHash.ToArray();
        foreach (var node in proof)
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = NodeHash(node, hash);
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                hash = NodeHash(hash, node);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && root.SequenceEqual(hash);
    }

    /// <summary>The proof that the first <paramref name="first"/> leaves are a prefix of all (RFC 6962 section 2.1.2), lowest node first.</summary>
    public static IReadOnlyList<byte[]> ConsistencyProof(ReadOnlySpan<byte[]> leafHashes, int first)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, leafHashes.Length);
        var path = new List<byte[]>();
        var whole = true;
        while (first != leafHashes.Length)
        {
            var split = Split(leafHashes.Length);
            if (first <= split)
            {
                path.Add(Root(leafHashes[split..]));
                leafHashes = leafHashes[..split];
            }
            else
            {
                path.Add(Root(leafHashes[..split]));
                leafHashes = leafHashes[split..];
                first -= split;
                whole = false;
            }
        }

        if (!whole) path.Add(Root(leafHashes));
        path.Reverse();
        return path;
    }

    /// <summary>Whether the tree of the first size is a prefix of the tree of the second (RFC 9162 section 2.1.4.2).</summary>
    public static bool VerifyConsistency(
        ulong first, ulong second, ReadOnlySpan<byte> firstRoot, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> proof) =>
        first > 0 && VerifySubtreeConsistency(0, first, second, firstRoot, secondRoot, proof);

    /// <summary>Whether a leaf is in the subtree [start, end) with this root; the index counts from the whole tree's first leaf.</summary>
    public static bool VerifySubtreeInclusion(
        ulong index, ulong start, ulong end, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root) =>
        IsSubtree(start, end) && index >= start && VerifyInclusion(index - start, end - start, leafHash, proof, root);

    /// <summary>Whether the subtree [start, end) with its root belongs to the tree of this size and root.</summary>
    public static bool VerifySubtreeConsistency(
        ulong start, ulong end, ulong size, ReadOnlySpan<byte> subtreeRoot, ReadOnlySpan<byte> root, IReadOnlyList<byte[]> proof)
    {
        if (end > size) return false;
        // The empty subtree is part of every tree, and a tree is part of itself: nothing is left to hash.
        if (start == end) return proof.Count == 0 && subtreeRoot.SequenceEqual(SHA256.HashData([]));
        if (start == 0 && end == size) return proof.Count == 0 && subtreeRoot.SequenceEqual(root);
        if (!IsSubtree(start, end) || subtreeRoot.Length != HashSize || root.Length != HashSize || !WellFormed(proof)) return false;
        var (fn, sn, tn) = (start, end - 1, size - 1);
        while (fn != sn && (sn == tn || (sn & 1) == 1)) (fn, sn, tn) = (fn >> 1, sn >> 1, tn >> 1);

        var next = 0;
        if (fn != sn && proof.Count == 0) return false;
        var left = fn == sn ? subtreeRoot.ToArray() : proof[next++];
        var all = left;
        for (; next < proof.Count; next++)
        {
            if (tn == 0) return false;
            if ((sn & 1) == 1 || sn == tn)
            {
                if (fn < sn) left = NodeHash(proof[next], left);
                all = NodeHash(proof[next], all);
                while ((sn & 1) == 0 && sn != 0) (fn, sn, tn) = (fn >> 1, sn >> 1, tn >> 1);
            }
            else
            {
                all = NodeHash(all, proof[next]);
            }

            (fn, sn, tn) = (fn >> 1, sn >> 1, tn >> 1);
        }

        return tn == 0 && subtreeRoot.SequenceEqual(left) && root.SequenceEqual(all);
    }

    /// <summary>Whether [start, end) is a subtree: not empty, and aligned to the power of two that covers it.</summary>
    public static bool IsSubtree(ulong start, ulong end) =>
        start < end && end - start <= 1UL << 62 && start % BitOperations.RoundUpToPowerOf2(end - start) == 0;

    private static int Split(int count) => 1 << BitOperations.Log2((uint)count - 1);

    private static bool WellFormed(IReadOnlyList<byte[]> proof)
    {
        foreach (var node in proof)
        {
            if (node.Length != HashSize) return false;
        }

        return true;
    }
}
