using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>The Merkle Patricia trie (yellow paper, appendix D): roots of ordered lists, and proofs of single keys (EIP-1186).</summary>
public static class MerklePatricia
{
    /// <summary>Most nodes in a proof: one for each nibble of a 32-byte key, and the leaf.</summary>
    public const int MaxProofNodes = 65;

    /// <summary>The root of the empty trie: keccak256(rlp("")).</summary>
    public static Bytes32 EmptyRoot { get; } = Bytes32.From(Keccak256.Hash([0x80]));

    /// <summary>The root over a list whose keys are rlp(index), as blocks commit to their transactions and receipts.</summary>
    public static Bytes32 OrderedRoot(IReadOnlyList<byte[]> values) => Root(OrderedEntries(values));

    /// <summary>The proof of one place of such a list: the nodes from the root to its value, for <see cref="Verify"/> with key rlp(index).</summary>
    public static ImmutableArray<HexBytes> OrderedProof(IReadOnlyList<byte[]> values, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)values.Count, nameof(index));
        var entries = OrderedEntries(values);
        var key = entries[index].Key;
        Array.Sort(entries, static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        return MerkleProofBuild.Build(entries, key);
    }

    /// <summary>The key of a place in an ordered list: rlp(index).</summary>
    public static byte[] OrderedKey(int index) => new RlpWriter().Write((ulong)index).ToArray();

    /// <summary>The root over keys and values; keys must differ.</summary>
    internal static Bytes32 Root((byte[] Key, byte[] Value)[] entries)
    {
        if (entries.Length == 0) return EmptyRoot;
        Array.Sort(entries, static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        return Bytes32.From(Keccak256.Hash(Node(entries, 0)));
    }

    /// <summary>
    /// Checks a proof of one key and gives its value, or null where it proves that there is none. Codes: proof.too-long, proof.missing,
    /// proof.hash, proof.shape, proof.left-over, rlp.*.
    /// </summary>
    public static Decoded<byte[]?> Verify(Bytes32 root, ReadOnlySpan<byte> key, IReadOnlyList<byte[]> proof)
    {
        if (proof.Count > MaxProofNodes) return new DecodeRefusal("proof.too-long", $"at most {MaxProofNodes} nodes", $"{proof.Count}");
        if (proof.Count == 0) return root == EmptyRoot ? (byte[]?)null : new DecodeRefusal("proof.missing", "a node", "none");
        var path = Nibbles(key);
        return MerkleProofWalk.Walk(root, path, proof);
    }

    private static (byte[] Key, byte[] Value)[] OrderedEntries(IReadOnlyList<byte[]> values)
    {
        var entries = new (byte[] Key, byte[] Value)[values.Count];
        for (var i = 0; i < entries.Length; i++) entries[i] = (Nibbles(OrderedKey(i)), values[i]);
        return entries;
    }

    internal static byte[] Nibbles(ReadOnlySpan<byte> bytes)
    {
        var nibbles = new byte[bytes.Length * 2];
        for (var i = 0; i < bytes.Length; i++) (nibbles[2 * i], nibbles[(2 * i) + 1]) = ((byte)(bytes[i] >> 4), (byte)(bytes[i] & 0xf));
        return nibbles;
    }

    /// <summary>The RLP of the node that holds these sorted entries, whose keys agree in the first <paramref name="depth"/> nibbles.</summary>
    internal static byte[] Node(ReadOnlySpan<(byte[] Key, byte[] Value)> entries, int depth)
    {
        var writer = new RlpWriter();
        var list = writer.BeginList();
        var first = entries[0].Key;
        if (entries.Length == 1) return writer.Write(Path(first.AsSpan(depth), leaf: true)).Write(entries[0].Value).EndList(list).ToArray();
        var shared = first.AsSpan(depth).CommonPrefixLength(entries[^1].Key.AsSpan(depth));
        if (shared > 0)
        {
            writer.Write(Path(first.AsSpan(depth, shared), leaf: false));
            WriteReference(writer, Node(entries, depth + shared));
            return writer.EndList(list).ToArray();
        }

        var (from, value) = first.Length == depth ? (1, entries[0].Value) : (0, []);
        for (byte nibble = 0; nibble < 16; nibble++)
        {
            var to = from;
            while (to < entries.Length && entries[to].Key[depth] == nibble) to++;
            if (to == from) writer.Write(ReadOnlySpan<byte>.Empty);
            else WriteReference(writer, Node(entries[from..to], depth + 1));
            from = to;
        }

        return writer.Write(value).EndList(list).ToArray();
    }

    /// <summary>A node of less than 32 bytes stands in its parent itself, a longer one by its hash.</summary>
    private static void WriteReference(RlpWriter writer, byte[] node)
    {
        if (node.Length < 32) writer.WriteRaw(node);
        else writer.Write(Keccak256.Hash(node));
    }

    /// <summary>Hex-prefix encoding: a flag nibble for leaf and odd length, then the path.</summary>
    private static byte[] Path(ReadOnlySpan<byte> nibbles, bool leaf)
    {
        var odd = nibbles.Length % 2;
        var bytes = new byte[(nibbles.Length / 2) + 1];
        bytes[0] = (byte)((leaf ? 0x20 : 0) | (odd == 1 ? 0x10 | nibbles[0] : 0));
        for (var i = odd; i < nibbles.Length; i += 2) bytes[(i / 2) + 1] = (byte)((nibbles[i] << 4) | nibbles[i + 1]);
        return bytes;
    }
}
