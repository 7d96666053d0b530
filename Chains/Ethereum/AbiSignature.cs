using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>What a signature stands for.</summary>
public enum AbiKind
{
    Function,
    Event,
    Error,
}

/// <summary>A log of a contract: up to four topics and data.</summary>
public sealed record LogEntry(Address Address, Items<Bytes32> Topics, HexBytes Data);

/// <summary>A function, event or error: its selector or topic, and its codec. Read one with <see cref="Parse"/>.</summary>
public sealed record AbiSignature(AbiKind Kind, string Name, Items<AbiParameter> Inputs, Items<AbiParameter> Outputs, bool Anonymous)
{
    /// <summary>Length of a function's or error's selector in bytes.</summary>
    public const int SelectorLength = 4;

    private readonly byte[] _hash = Keccak256.Hash(Encoding.ASCII.GetBytes($"{Name}({string.Join(',', Inputs.Select(static input => input.Type))})"));

    /// <summary>Name and bare types, e.g. "transfer(address,uint256)": what the selector and the topic are hashes of.</summary>
    public string Canonical => $"{Name}({string.Join(',', Inputs.Select(static input => input.Type))})";

    /// <summary>The first four bytes of the hash of <see cref="Canonical"/>.</summary>
    public HexBytes Selector => HexBytes.From(_hash.AsSpan(0, SelectorLength));

    /// <summary>The whole hash: the first topic of an event that is not anonymous.</summary>
    public Bytes32 Topic => Bytes32.From(_hash);

    /// <summary>Reads a human-readable signature. Codes: abi.signature, abi.type.</summary>
    public static Decoded<AbiSignature> Parse(string text) => AbiParser.ParseSignature(text);

    /// <summary>Selector ‖ arguments: call data of a function, or the data of an error.</summary>
    /// <exception cref="ArgumentException">The arguments do not fit the signature.</exception>
    public byte[] Encode(params ReadOnlySpan<AbiValue> arguments) => [.. Selector.Span, .. Abi.Encode(Inputs, arguments)];

    /// <summary>The arguments of call data (or error data) that begins with this selector. Code besides abi.*: abi.selector.</summary>
    public Decoded<Items<AbiValue>> Decode(ReadOnlySpan<byte> data, AbiStrictness strictness = AbiStrictness.Canonical) =>
        data.StartsWith(Selector.Span)
            ? Abi.Decode(Inputs, data[SelectorLength..], strictness)
            : new DecodeRefusal("abi.selector", Hex.Encode(Selector), Hex.Encode(data[..Math.Min(data.Length, SelectorLength)]));

    /// <summary>What a function returned.</summary>
    public Decoded<Items<AbiValue>> DecodeOutputs(ReadOnlySpan<byte> data) => Abi.Decode(Outputs, data, AbiStrictness.Lenient);

    /// <summary>
    /// The fields of a log in declared order. An indexed field of a type that does not fit a word comes as the 32 bytes of its hash.
    /// Codes besides abi.*: abi.topic, abi.topics.
    /// </summary>
    public Decoded<Items<AbiValue>> DecodeLog(LogEntry log)
    {
        var skip = Anonymous ? 0 : 1;
        var indexed = Inputs.Count(static input => input.Indexed);
        if (log.Topics.Count != indexed + skip) return new DecodeRefusal("abi.topics", $"{indexed + skip} topics", $"{log.Topics.Count}");
        if (!Anonymous && log.Topics[0] != Topic) return new DecodeRefusal("abi.topic", Topic.ToString(), log.Topics[0].ToString());
        Items<AbiParameter> plain = [.. Inputs.Where(static input => !input.Indexed)];
        if (!Abi.Decode(plain, log.Data.Span, AbiStrictness.Lenient).TryGet(out var body, out var refusal)) return refusal;
        var values = ImmutableArray.CreateBuilder<AbiValue>();
        var (topic, field) = (skip, 0);
        foreach (var input in Inputs)
        {
            if (!input.Indexed)
            {
                values.Add(body[field++]);
                continue;
            }

            Items<AbiParameter> one = [input.Type is AbiType.Plain ? input : new(new AbiType.FixedBytes(AbiType.Word))];
            if (!Abi.Decode(one, log.Topics[topic++].ToArray(), AbiStrictness.Lenient).TryGet(out var value, out refusal)) return refusal;
            values.Add(value[0]);
        }

        return new Items<AbiValue>(values.ToImmutable());
    }

    public bool Equals(AbiSignature? other) =>
        other is not null && Kind == other.Kind && Name == other.Name && Anonymous == other.Anonymous
        && Inputs == other.Inputs && Outputs == other.Outputs;

    public override int GetHashCode() => HashCode.Combine(Kind, Name, Inputs);

    public override string ToString() => Canonical;

    internal static AbiSignature Known(string text) => Parse(text).Value;
}
