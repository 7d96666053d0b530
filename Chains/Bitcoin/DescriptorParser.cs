using System.Globalization;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Reads and writes the text of descriptors.</summary>
internal static class DescriptorParser
{
    /// <summary>Longest text that is read, in characters.</summary>
    private const int MaxLength = 16_384;

    /// <summary>Most keys of multi_a: their signatures must fit the stack.</summary>
    private const int MaxTapKeys = 999;

    public static Decoded<Descriptor> Parse(string? text, BitcoinNetwork network, bool checksumRequired)
    {
        if (text is null || text.Length > MaxLength) return Form(text);
        var mark = text.LastIndexOf('#');
        if (mark < 0 && checksumRequired) return new DecodeRefusal("descriptor.checksum", "a checksum", "none");
        if (mark >= 0)
        {
            var expected = DescriptorChecksum.Of(text[..mark]);
            if (expected is null || text[(mark + 1)..] != expected) return new DecodeRefusal("descriptor.checksum", expected ?? "other characters", "another");
            text = text[..mark];
        }

        var nested = Unwrap(text, "sh") is not null;
        var inner = Unwrap(text, "sh") ?? text;
        if (Unwrap(inner, "wpkh") is { } wpkh)
            return Key(wpkh, network).TryGet(out var key, out var refusal) ? new Descriptor.WitnessPubKeyHash(key, nested) : refusal;
        if (Unwrap(inner, "wsh") is { } wsh)
            return Multisig(wsh, "multi", network, xOnly: false).TryGet(out var terms, out var refusal) ? new Descriptor.WitnessMultisig(terms, nested) : refusal;
        if (!nested && Unwrap(inner, "pkh") is { } pkh) return Key(pkh, network).TryGet(out var key, out var refusal) ? new Descriptor.PubKeyHash(key) : refusal;
        if (!nested && Unwrap(inner, "tr") is { } tr) return ParseTaproot(tr, network);
        return Form(text);
    }

    public static string Write(Descriptor descriptor, BitcoinNetwork network) => descriptor switch
    {
        Descriptor.PubKeyHash one => $"pkh({one.Key.Format(network)})",
        Descriptor.WitnessPubKeyHash one => Nest($"wpkh({one.Key.Format(network)})", one.Nested),
        Descriptor.WitnessMultisig many => Nest($"wsh({Write(many.Terms, "multi", network)})", many.Nested),
        Descriptor.Taproot { Tree: null } tap => $"tr({tap.Key.Format(network)})",
        Descriptor.Taproot tap => $"tr({tap.Key.Format(network)},{Write(tap.Tree, network)})",
        _ => throw new UnreachableException("Every descriptor has a text."),
    };

    private static string Write(DescriptorTree tree, BitcoinNetwork network) => tree switch
    {
        DescriptorTree.Single leaf => $"pk({leaf.Key.Format(network)})",
        DescriptorTree.Multi leaf => Write(leaf.Terms, "multi_a", network),
        DescriptorTree.Branch branch => $"{{{Write(branch.Left, network)},{Write(branch.Right, network)}}}",
        _ => throw new UnreachableException("A tree is a leaf or a branch."),
    };

    private static string Write(DescriptorMultisig terms, string name, BitcoinNetwork network) => string.Create(
        CultureInfo.InvariantCulture, $"{(terms.Sorted ? "sorted" : "")}{name}({terms.Required},{string.Join(',', terms.Keys.Select(key => key.Format(network)))})");

    private static string Nest(string text, bool nested) => nested ? $"sh({text})" : text;

    private static Decoded<Descriptor> ParseTaproot(string text, BitcoinNetwork network)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (!DescriptorKey.Parse(comma < 0 ? text : text[..comma], network, xOnly: true).TryGet(out var key, out var refusal)) return refusal;
        if (comma < 0) return new Descriptor.Taproot(key, null);
        return ParseTree(text[(comma + 1)..], network, 0).TryGet(out var tree, out var malformed) ? new Descriptor.Taproot(key, tree) : malformed;
    }

    private static Decoded<DescriptorTree> ParseTree(string text, BitcoinNetwork network, int depth)
    {
        if (depth > TapTree.MaxDepth) return new DecodeRefusal("descriptor.depth", $"a depth up to {TapTree.MaxDepth}", "more");
        if (Unwrap(text, "pk") is { } single)
            return DescriptorKey.Parse(single, network, xOnly: true).TryGet(out var key, out var refusal) ? new DescriptorTree.Single(key) : refusal;
        if (!text.StartsWith('{'))
            return Multisig(text, "multi_a", network, xOnly: true).TryGet(out var terms, out var refusal) ? new DescriptorTree.Multi(terms) : refusal;
        if (!text.EndsWith('}') || SplitTop(text[1..^1]) is not [var first, var second]) return Form(text);
        if (!ParseTree(first, network, depth + 1).TryGet(out var left, out var malformed)) return malformed;
        return ParseTree(second, network, depth + 1).TryGet(out var right, out malformed) ? new DescriptorTree.Branch(left, right) : malformed;
    }

    private static Decoded<DescriptorMultisig> Multisig(string text, string name, BitcoinNetwork network, bool xOnly)
    {
        var sorted = Unwrap(text, "sorted" + name);
        if ((sorted ?? Unwrap(text, name)) is not { } list) return Form(text);
        var parts = list.Split(',');
        var most = xOnly ? MaxTapKeys : OutputScript.MaxMultisigKeys;
        var isNumber = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var required);
        if (!isNumber || required < 1 || required > parts.Length - 1 || parts.Length - 1 > most)
            return new DecodeRefusal("descriptor.multisig", $"k of up to {most} keys", parts[0].Length <= 8 ? $"{parts[0]} of {parts.Length - 1}" : "another number");
        var keys = ImmutableArray.CreateBuilder<DescriptorKey>(parts.Length - 1);
        foreach (var part in parts[1..])
        {
            if (!DescriptorKey.Parse(part, network, xOnly).TryGet(out var key, out var refusal)) return refusal;
            keys.Add(key);
        }

        return new DescriptorMultisig(required, new(keys.ToImmutable()), sorted is not null);
    }

    private static Decoded<DescriptorKey> Key(string text, BitcoinNetwork network) => DescriptorKey.Parse(text, network, xOnly: false);

    /// <summary>What stands inside name(…), or null.</summary>
    private static string? Unwrap(string text, string name) =>
        text.Length > name.Length + 1 && text.StartsWith(name, StringComparison.Ordinal) && text[name.Length] == '(' && text[^1] == ')'
            ? text[(name.Length + 1)..^1]
            : null;

    /// <summary>Splits at the commas that stand in no bracket.</summary>
    private static List<string> SplitTop(string text)
    {
        var (parts, depth, from) = (new List<string>(), 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '{' or '(' or '[') depth++;
            else if (text[i] is '}' or ')' or ']') depth--;
            else if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[from..i]);
                from = i + 1;
            }
        }

        parts.Add(text[from..]);
        return parts;
    }

    private static DecodeRefusal Form(string? text) => new(
        "descriptor.form", "pkh, wpkh, sh(wpkh), wsh(multi), wsh(sortedmulti), sh(wsh) or tr", text is null ? "nothing" : text.Length <= 64 ? text : $"{text.Length} characters");
}
