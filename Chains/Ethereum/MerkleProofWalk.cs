using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>Follows one path through the nodes of a proof, each of which must hash to what its parent says.</summary>
internal static class MerkleProofWalk
{
    private const int BranchItems = 17;

    public static Decoded<byte[]?> Walk(Bytes32 root, ReadOnlySpan<byte> path, IReadOnlyList<byte[]> proof)
    {
        var used = 0;
        var reference = (RlpItem)new RlpItem.Bytes(root.ToArray());
        var position = 0;
        // Each step consumes a proof node or a nibble, so it ends.
        for (var step = 0; step <= 2 * MerklePatricia.MaxProofNodes; step++)
        {
            if (reference is RlpItem.Bytes { Value.Length: 0 }) return Done(null, used, proof);
            if (!Resolve(reference, proof, ref used).TryGet(out var items, out var refusal)) return refusal;
            if (items.Count == BranchItems)
            {
                if (position == path.Length) return Done(ValueOf(items[16]), used, proof);
                reference = items[path[position++]];
                continue;
            }

            if (!ReadPath(items).TryGet(out var part, out refusal)) return refusal;
            var fits = path[position..].StartsWith(part.Nibbles);
            if (part.Leaf) return Done(fits && position + part.Nibbles.Length == path.Length ? ValueOf(items[1]) : null, used, proof);
            if (!fits) return Done(null, used, proof);
            position += part.Nibbles.Length;
            reference = items[1];
        }

        return Shape("more steps than a path has");
    }

    private static Decoded<byte[]?> Done(byte[]? value, int used, IReadOnlyList<byte[]> proof) => used == proof.Count
        ? value
        : new DecodeRefusal("proof.left-over", $"{used} nodes", $"{proof.Count}");

    private static byte[]? ValueOf(RlpItem item) => item is RlpItem.Bytes { Value.Length: > 0 } bytes ? bytes.Value.Span.ToArray() : null;

    private static Decoded<Items<RlpItem>> Resolve(RlpItem reference, IReadOnlyList<byte[]> proof, ref int used)
    {
        // A node of less than 32 bytes stands in its parent itself.
        if (reference is RlpItem.List inline) return Shaped(inline);
        if (reference is not RlpItem.Bytes { Value.Length: 32 } hash) return Shape("a reference of another length").Refusal!;
        if (used == proof.Count) return new DecodeRefusal("proof.missing", "a further node", "the end");
        var node = proof[used++];
        if (!Keccak256.Hash(node).AsSpan().SequenceEqual(hash.Value.Span))
            return new DecodeRefusal("proof.hash", Hex.Encode(hash.Value), Hex.Encode(Keccak256.Hash(node)));
        if (!RlpItem.Decode(node).TryGet(out var item, out var refusal)) return refusal;
        return item is RlpItem.List list ? Shaped(list) : Shape("a byte string").Refusal!;
    }

    private static Decoded<Items<RlpItem>> Shaped(RlpItem.List list) =>
        list.Values.Count is 2 or BranchItems ? list.Values : Shape($"{list.Values.Count} items").Refusal!;

    private static Decoded<(byte[] Nibbles, bool Leaf)> ReadPath(Items<RlpItem> items)
    {
        if (items[0] is not RlpItem.Bytes { Value.Length: > 0 } encoded) return Shape("no path").Refusal!;
        var nibbles = MerklePatricia.Nibbles(encoded.Value.Span);
        var flag = nibbles[0];
        if (flag > 3 || ((flag & 1) == 0 && nibbles[1] != 0)) return Shape("a path with an unknown flag").Refusal!;
        return (nibbles[((flag & 1) == 1 ? 1 : 2)..], (flag & 2) != 0);
    }

    private static Decoded<byte[]?> Shape(string actual) => new DecodeRefusal("proof.shape", "a trie node", actual);
}
