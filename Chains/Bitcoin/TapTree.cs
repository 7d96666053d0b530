using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>A tree of scripts (BIP-341).</summary>
public abstract record TapTree
{
    /// <summary>Deepest leaf: a control block has at most so many hashes.</summary>
    public const int MaxDepth = 128;

    private TapTree()
    {
    }

    /// <summary>The root that the output key commits to.</summary>
    public abstract Bytes32 Root { get; }

    /// <summary>A leaf.</summary>
    public sealed record Leaf(TapLeaf Content) : TapTree
    {
        public override Bytes32 Root => Taproot.LeafHash(Content);
    }

    /// <summary>Two subtrees.</summary>
    public sealed record Branch(TapTree Left, TapTree Right) : TapTree
    {
        public override Bytes32 Root => Taproot.BranchHash(Left.Root, Right.Root);
    }

    /// <summary>Every leaf from left to right, its depth, and the hashes beside its path from the leaf up.</summary>
    public IEnumerable<(TapLeaf Leaf, Items<Bytes32> Path)> Paths() => this switch
    {
        Branch branch => Below(branch.Left, branch.Right).Concat(Below(branch.Right, branch.Left)),
        Leaf leaf => [(leaf.Content, [])],
        _ => throw new UnreachableException("A tree is a leaf or a branch."),
    };

    private static IEnumerable<(TapLeaf Leaf, Items<Bytes32> Path)> Below(TapTree tree, TapTree sibling)
    {
        var root = sibling.Root;
        return tree.Paths().Select(found => (found.Leaf, new Items<Bytes32>([.. found.Path, root])));
    }
}

/// <summary>What proves that a script belongs to an output key: leaf version and parity, the internal key, the path up (BIP-341).</summary>
public sealed record ControlBlock(byte LeafVersion, bool OddY, Bytes32 InternalKey, Items<Bytes32> Path)
{
    private const int BaseLength = 33;
    private const int NodeLength = 32;
    private const byte ParityMask = 1;

    public byte[] Encode() =>
        [(byte)(LeafVersion | (OddY ? ParityMask : 0)), .. InternalKey.ToArray(), .. Path.SelectMany(static hash => hash.ToArray())];

    /// <summary>Code: taproot.control-block, where the length is not 33 + 32·n with n up to 128.</summary>
    public static Decoded<ControlBlock> Decode(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.Length - BaseLength;
        if (rest < 0 || rest % NodeLength != 0 || rest / NodeLength > TapTree.MaxDepth)
            return new DecodeRefusal("taproot.control-block", $"33 + 32·n bytes, n up to {TapTree.MaxDepth}", $"{bytes.Length}");
        var path = ImmutableArray.CreateBuilder<Bytes32>(rest / NodeLength);
        for (var at = BaseLength; at < bytes.Length; at += NodeLength) path.Add(Bytes32.From(bytes.Slice(at, NodeLength)));
        return new ControlBlock((byte)(bytes[0] & ~ParityMask), (bytes[0] & ParityMask) != 0, Bytes32.From(bytes.Slice(1, NodeLength)), new(path.ToImmutable()));
    }

    /// <summary>The root that the path leads to from a script of this block's leaf version.</summary>
    public Bytes32 RootOf(Script script) => Path.Aggregate(Taproot.LeafHash(new(script, LeafVersion)), Taproot.BranchHash);

    /// <summary>Whether the script and this block lead to the output key (BIP-341).</summary>
    public bool Proves(Script script, Bytes32 outputKey) =>
        Taproot.OutputKey(InternalKey, RootOf(script)).TryGet(out var found, out _) && found == new TaprootOutputKey(outputKey, OddY);
}
