using System.Numerics;
using System.Text.Json.Nodes;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>Seeded random types and values of the contract ABI.</summary>
internal sealed class RandomAbi(int seed)
{
    private readonly Random _random = new(seed);

    public (Items<AbiParameter> Parameters, AbiValue[] Values) Next()
    {
        Items<AbiParameter> parameters = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => new AbiParameter(Type(0)))];
        return (parameters, Values(parameters));
    }

    public AbiValue[] Values(Items<AbiParameter> parameters) => [.. parameters.Select(parameter => Value(parameter.Type))];

    /// <summary>A value as the peer's script reads it: numbers as decimal text, bytes and addresses as hex.</summary>
    public static JsonNode Json(AbiValue value) => value switch
    {
        AbiValue.Number number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AbiValue.Flag flag => flag.Value,
        AbiValue.Account account => EthereumAddress.Checksum(account.Value),
        AbiValue.Bytes bytes => Hex.Encode(bytes.Value),
        AbiValue.Text text => text.Value,
        AbiValue.Sequence sequence => new JsonArray([.. sequence.Values.Select(Json)]),
        _ => throw new InvalidOperationException(value.GetType().Name),
    };

    private AbiType Type(int depth) => _random.Next(depth < 3 ? 11 : 7) switch
    {
        0 => new AbiType.Unsigned(8 * _random.Next(1, 33)),
        1 => new AbiType.Signed(8 * _random.Next(1, 33)),
        2 => new AbiType.Bool(),
        3 => new AbiType.Account(),
        4 => new AbiType.FixedBytes(_random.Next(1, 33)),
        5 => new AbiType.Bytes(),
        6 => new AbiType.Text(),
        7 => new AbiType.Array(Type(depth + 1)),
        8 => new AbiType.FixedArray(Type(depth + 1), _random.Next(1, 4)),
        _ => new AbiType.Tuple([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new AbiParameter(Type(depth + 1)))]),
    };

    private AbiValue Value(AbiType type) => type switch
    {
        AbiType.Unsigned unsigned => new AbiValue.Number(Integer(unsigned.Bits, BigInteger.Zero, BigInteger.Pow(2, unsigned.Bits) - 1)),
        AbiType.Signed signed => new AbiValue.Number(
            Integer(signed.Bits, -BigInteger.Pow(2, signed.Bits - 1), BigInteger.Pow(2, signed.Bits - 1) - 1)),
        AbiType.Bool => new AbiValue.Flag(_random.Next(2) == 0),
        AbiType.Account => new AbiValue.Account(Address.From(Bytes(20).Span)),
        AbiType.FixedBytes bytes => new AbiValue.Bytes(Bytes(bytes.Length)),
        AbiType.Function => new AbiValue.Bytes(Bytes(AbiType.Function.Length)),
        AbiType.Bytes => new AbiValue.Bytes(Bytes(_random.Next(80))),
        AbiType.Text => new AbiValue.Text(string.Concat(Enumerable.Range(0, _random.Next(30)).Select(_ => "aZ9 é☃🚀"[_random.Next(6)]))),
        AbiType.Array array => Many(array.Element, _random.Next(4)),
        AbiType.FixedArray array => Many(array.Element, array.Length),
        AbiType.Tuple tuple => new AbiValue.Sequence([.. tuple.Components.Select(component => Value(component.Type))]),
        _ => throw new InvalidOperationException(type.GetType().Name),
    };

    /// <summary>In one of four cases a border of the type; otherwise of random length, so that short numbers are as frequent as long ones.</summary>
    private BigInteger Integer(int bits, BigInteger least, BigInteger most)
    {
        if (_random.Next(4) == 0) return _random.Next(3) switch { 0 => least, 1 => most, _ => BigInteger.Zero };
        return new BigInteger(Bytes(_random.Next(1, (bits / 8) + 1)).Span, isUnsigned: least.Sign == 0, isBigEndian: true);
    }

    private AbiValue.Sequence Many(AbiType element, int count) => new([.. Enumerable.Range(0, count).Select(_ => Value(element))]);

    private HexBytes Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
