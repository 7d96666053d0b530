using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>A multisignature of a descriptor: k of these keys, in the given order or sorted by their bytes (BIP-383, BIP-67, BIP-387).</summary>
public sealed record DescriptorMultisig(int Required, Items<DescriptorKey> Keys, bool Sorted)
{
    internal IReadOnlyList<HexBytes> At(uint index, Func<HexBytes, HexBytes> form)
    {
        var keys = Keys.Select(key => form(key.At(index).Key));
        return Sorted ? [.. keys.OrderBy(static key => Convert.ToHexStringLower(key.Span), StringComparer.Ordinal)] : [.. keys];
    }
}

/// <summary>A tree of scripts in a descriptor (BIP-386, BIP-387): a leaf is one key or a multisignature.</summary>
public abstract record DescriptorTree
{
    private DescriptorTree()
    {
    }

    /// <summary>pk(KEY).</summary>
    public sealed record Single(DescriptorKey Key) : DescriptorTree;

    /// <summary>multi_a or sortedmulti_a.</summary>
    public sealed record Multi(DescriptorMultisig Terms) : DescriptorTree;

    /// <summary>{TREE,TREE}.</summary>
    public sealed record Branch(DescriptorTree Left, DescriptorTree Right) : DescriptorTree;
}

/// <summary>
/// An output descriptor (BIP-380 to 387): pkh, wpkh, sh(wpkh), wsh(multi) and wsh(sortedmulti), the same inside sh, and tr with a tree. It says all that is
/// needed to watch outputs and to tell signers what to sign.
/// </summary>
public abstract record Descriptor
{
    private Descriptor()
    {
    }

    /// <summary>pkh(KEY).</summary>
    public sealed record PubKeyHash(DescriptorKey Key) : Descriptor;

    /// <summary>wpkh(KEY), inside sh(…) where nested.</summary>
    public sealed record WitnessPubKeyHash(DescriptorKey Key, bool Nested) : Descriptor;

    /// <summary>wsh(multi(…)) or wsh(sortedmulti(…)), inside sh(…) where nested.</summary>
    public sealed record WitnessMultisig(DescriptorMultisig Terms, bool Nested) : Descriptor;

    /// <summary>tr(KEY) or tr(KEY,TREE).</summary>
    public sealed record Taproot(DescriptorKey Key, DescriptorTree? Tree) : Descriptor;

    /// <summary>Whether any key is a range, so that each index gives another output.</summary>
    public bool IsRange => Keys().Any(static key => key.IsRange);

    /// <summary>
    /// Reads a descriptor; a checksum is checked where it stands and required where <paramref name="checksumRequired"/>. Codes: descriptor.checksum,
    /// descriptor.form, descriptor.multisig, descriptor.depth and those of <see cref="DescriptorKey"/>.
    /// </summary>
    public static Decoded<Descriptor> Parse(string? text, BitcoinNetwork network, bool checksumRequired = false) =>
        DescriptorParser.Parse(text, network, checksumRequired);

    /// <summary>The text with its checksum.</summary>
    public string Format(BitcoinNetwork network)
    {
        var text = DescriptorParser.Write(this, network);
        return $"{text}#{DescriptorChecksum.Of(text)}";
    }

    /// <summary>The output at an index, below 2^31.</summary>
    public DescriptorOutput At(uint index) => DescriptorOutput.Of(this, index);

    /// <summary>Every key, in the order of the text.</summary>
    public IEnumerable<DescriptorKey> Keys() => this switch
    {
        PubKeyHash one => [one.Key],
        WitnessPubKeyHash one => [one.Key],
        WitnessMultisig many => many.Terms.Keys,
        Taproot tap => Keys(tap.Tree).Prepend(tap.Key),
        _ => throw new UnreachableException("Every descriptor has keys."),
    };

    private static IEnumerable<DescriptorKey> Keys(DescriptorTree? tree) => tree switch
    {
        null => [],
        DescriptorTree.Single leaf => [leaf.Key],
        DescriptorTree.Multi leaf => leaf.Terms.Keys,
        DescriptorTree.Branch branch => Keys(branch.Left).Concat(Keys(branch.Right)),
        _ => throw new UnreachableException("A tree is a leaf or a branch."),
    };
}
