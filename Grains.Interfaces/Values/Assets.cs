using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>A chain by CAIP-2, e.g. "eip155:1". The internal ledger is "tpw:ledger".</summary>
[GenerateSerializer, Immutable, Alias("tpw.chain-id")]
[JsonConverter(typeof(TextJsonConverter<ChainId>))]
public readonly record struct ChainId(string Value) : IText<ChainId>, IComparable<ChainId>
{
    private const string Eip155 = "eip155:";
    private const string Bip122 = "bip122:";

    public static string Form => "a CAIP-2 chain id such as \"eip155:1\"";

    public static ChainId Ledger => new("tpw:ledger");

    /// <summary>The EIP-155 chain number; throws for a chain of another family.</summary>
    public ulong EvmNumber => IsEvm
        ? ulong.Parse(Value.AsSpan(Eip155.Length), System.Globalization.CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"{Value} is no EVM chain.");

    public bool IsEvm => Value is not null && Value.StartsWith(Eip155, StringComparison.Ordinal);

    /// <summary>Whether it is of the Bitcoin family, whose ids hold the beginning of the genesis block's hash.</summary>
    public bool IsBitcoin => Value is not null && Value.StartsWith(Bip122, StringComparison.Ordinal);

    /// <summary>Whether it is a chain with nodes, of a family that is known here; the internal ledger is none.</summary>
    public bool HasNodes => IsEvm || IsBitcoin;

    public static ChainId Evm(ulong number) => new(Eip155 + number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static ChainId Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out ChainId value)
    {
        value = default;
        if (text is null || text.Length > 41) return false;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is < 3 or > 8 || colon == text.Length - 1) return false;
        foreach (var c in text.AsSpan(0, colon))
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        foreach (var c in text.AsSpan(colon + 1))
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        if (text.StartsWith(Eip155, StringComparison.Ordinal)
            && (!ulong.TryParse(text.AsSpan(colon + 1), out var n) || n == 0 || text[colon + 1] == '0')) return false;
        value = new(text);
        return true;
    }

    public int CompareTo(ChainId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";
}

/// <summary>
/// An asset by CAIP-19: "eip155:1/slip44:60" (native coin), "eip155:1/erc20:0x…", "eip155:1/erc721:0x…/42", "eip155:1/erc1155:0x…/42".
/// Addresses inside are lower case, so that one asset has one text.
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.asset-id")]
[JsonConverter(typeof(TextJsonConverter<AssetId>))]
public readonly record struct AssetId(string Value) : IText<AssetId>, IComparable<AssetId>
{
    public static string Form => "a CAIP-19 asset id in lower case such as \"eip155:1/slip44:60\" or \"eip155:1/erc20:0x…\"";

    public ChainId Chain => ChainId.Parse(Value[..Value.IndexOf('/', StringComparison.Ordinal)]);

    /// <summary>"slip44", "erc20", "erc721" or "erc1155".</summary>
    public string Namespace => Part[..Part.IndexOf(':', StringComparison.Ordinal)];

    public bool IsNative => Namespace == "slip44";

    public bool IsNft => Namespace is "erc721" or "erc1155";

    /// <summary>The token contract, or null for a native coin.</summary>
    public Address? Contract => IsNative ? null : Address.Parse(Reference.Split('/')[0]);

    /// <summary>The token id of an NFT, or null.</summary>
    public UInt256? TokenId => IsNft ? UInt256.Parse(Reference.Split('/')[1]) : null;

    private string Part => Value[(Value.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private string Reference => Part[(Part.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The chain's own coin by SLIP-44: 0 on the Bitcoin family, 60 elsewhere.</summary>
    public static AssetId Native(ChainId chain) => new($"{chain}/slip44:{(chain.IsBitcoin ? 0 : 60)}");

    public static AssetId Erc20(ChainId chain, Address contract) => new($"{chain}/erc20:{contract}");

    public static AssetId Nft(ChainId chain, string standard, Address contract, UInt256 id) => new($"{chain}/{standard}:{contract}/{id}");

    public static AssetId Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out AssetId value)
    {
        value = default;
        if (text is null || text.Length > 200) return false;
        var parts = text.Split('/');
        if (parts.Length is < 2 or > 3 || !ChainId.TryParse(parts[0], out _)) return false;
        var kind = parts[1].Split(':');
        var ok = kind.Length == 2 && kind[0] switch
        {
            "slip44" => parts.Length == 2 && uint.TryParse(kind[1], out _) && UInt256.TryParse(kind[1], out _),
            "erc20" => parts.Length == 2 && Address.TryParse(kind[1], out _),
            "erc721" or "erc1155" => parts.Length == 3 && Address.TryParse(kind[1], out _) && UInt256.TryParse(parts[2], out _),
            _ => false,
        };
        if (ok) value = new(text);
        return ok;
    }

    public int CompareTo(AssetId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";
}

/// <summary>
/// 20 bytes that say who may spend: an EVM address; on a Bitcoin chain the hash of the public key of a P2WPKH output (BIP-141), shown as an address at the edge. Text here:
/// 0x and 40 lower-case hex digits; checksummed text (EIP-55) is read at the edge (Chains).
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.address")]
[JsonConverter(typeof(TextJsonConverter<Address>))]
public readonly record struct Address(string Value) : IText<Address>, IComparable<Address>
{
    public static string Form => "an address as 0x and 40 lower-case hex digits";

    public static Address From(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 20 ? new("0x" + Convert.ToHexStringLower(bytes)) : throw new FormatException($"Expected 20 bytes, got {bytes.Length}.");

    public static Address Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out Address value)
    {
        value = default;
        if (text is not { Length: 42 } || !HexBytes.TryParse(text, out _)) return false;
        value = new(text);
        return true;
    }

    public byte[] ToArray() => Convert.FromHexString(Value.AsSpan(2));

    public int CompareTo(Address other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";
}

/// <summary>An amount of one asset in its base units. Two assets never mix: that throws, since it is a bug.</summary>
[GenerateSerializer, Immutable, Alias("tpw.amount")]
public readonly record struct Amount(AssetId Asset, UInt256 Value)
{
    public static Amount operator +(Amount left, Amount right) => new(Same(left, right), left.Value + right.Value);

    public static Amount operator -(Amount left, Amount right) => new(Same(left, right), left.Value - right.Value);

    public override string ToString() => $"{Value} {Asset}";

    private static AssetId Same(Amount left, Amount right) => left.Asset == right.Asset
        ? left.Asset
        : throw new InvalidOperationException($"Amounts of {left.Asset} and {right.Asset} do not mix.");
}
