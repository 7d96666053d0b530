using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The leaves in which a key stands (none: it is the internal key) and where it comes from (BIP-371).</summary>
public sealed record PsbtTapDerivation(Items<Bytes32> LeafHashes, KeyOrigin Origin)
{
    public HexBytes Encode()
    {
        var writer = new BitcoinWriter().WriteCompactSize((ulong)LeafHashes.Count);
        foreach (var hash in LeafHashes) writer.WriteFixed(hash.ToArray());
        return writer.WriteFixed(Origin.Encode().Span).ToArray();
    }

    /// <summary>Codes: btc.*, psbt.derivation.</summary>
    public static Decoded<PsbtTapDerivation> Decode(ReadOnlySpan<byte> bytes)
    {
        const int hashLength = 32;
        var reader = new BitcoinReader(bytes, Psbt.MaxLength);
        var count = reader.ReadCount(hashLength);
        var hashes = ImmutableArray.CreateBuilder<Bytes32>(count);
        for (var i = 0; i < count; i++) hashes.Add(Bytes32.From(reader.ReadFixed(hashLength)));
        var origin = KeyOrigin.Decode(reader.ReadRest());
        if (reader.Fault is { } fault) return fault;
        return origin.TryGet(out var read, out var refusal) ? new PsbtTapDerivation(new(hashes.ToImmutable()), read) : refusal;
    }
}

/// <summary>The field that tells an output's tree: depth, leaf version and script of every leaf from left to right (BIP-371).</summary>
public static class PsbtTapTree
{
    public static HexBytes Encode(TapTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var writer = new BitcoinWriter();
        foreach (var (leaf, path) in tree.Paths())
            writer.Write((byte)path.Count).Write(leaf.Version).WriteBytes(leaf.Script.Span);
        return writer.ToArray();
    }

    /// <summary>Codes: btc.*, psbt.tap-tree, where the depths are not those of one whole tree or a leaf version is odd.</summary>
    public static Decoded<TapTree> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes, Psbt.MaxLength);
        // Subtrees that wait for their right half, with their depth: the same depth twice makes a branch one level up.
        var waiting = new Stack<(TapTree Tree, int Depth)>();
        do
        {
            var (tree, depth) = ReadLeaf(ref reader);
            if (waiting.TryPeek(out var above) && (above.Depth > depth || above.Depth == 0))
                reader.Fail("psbt.tap-tree", "leaves from left to right", $"depth {depth} after {above.Depth}");
            while (reader.Fault is null && waiting.TryPeek(out var left) && left.Depth == depth)
            {
                _ = waiting.Pop();
                (tree, depth) = (new TapTree.Branch(left.Tree, tree), depth - 1);
            }

            waiting.Push((tree, depth));
        }
        while (reader.More);
        if (reader.Fault is { } fault) return fault;
        return waiting.Count == 1 && waiting.Peek().Depth == 0
            ? waiting.Peek().Tree
            : new DecodeRefusal("psbt.tap-tree", "a whole tree", $"{waiting.Count} parts");
    }

    private static (TapTree Tree, int Depth) ReadLeaf(ref BitcoinReader reader)
    {
        var (depth, version) = (reader.ReadByte(), reader.ReadByte());
        var script = Script.From(reader.ReadBytes());
        if (depth > TapTree.MaxDepth || (version & 1) != 0)
            reader.Fail("psbt.tap-tree", $"a depth up to {TapTree.MaxDepth} and an even leaf version", $"{depth}, 0x{version:x2}");
        return (new TapTree.Leaf(new(script, version)), depth);
    }
}
