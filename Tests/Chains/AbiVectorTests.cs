using System.Globalization;
using System.Numerics;
using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;

namespace TPWallet.Tests.Chains;

public sealed class AbiVectorTests
{
    [Fact]
    public void EveryVectorOfEthers_EncodesAndDecodes()
    {
        using var document = Vectors.Json("ethers", "abi.json.gz");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var type = AbiType.Parse(vector.GetProperty("type").GetString()!).Value;
            var value = Value(vector.GetProperty("verbose"));
            Items<AbiParameter> parameters = [new(type)];
            var encoded = vector.GetProperty("encoded").GetString();
            Hex.Encode(Abi.Encode(parameters, value)).Should().Be(encoded);
            Abi.Decode(parameters, Hex.Decode(encoded).Value).Value.Should().Equal(value);
            cases++;
        }

        cases.Should().Be(1024);
    }

    [Fact]
    public void EveryVectorOfEthereumTests_EncodesAndDecodes()
    {
        using var document = Vectors.Json("ethereum-tests", "ABITests", "basic_abi_tests.json");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateObject())
        {
            var types = Abi.Types([.. vector.Value.GetProperty("types").EnumerateArray().Select(static type => type.GetString()!)]);
            var args = vector.Value.GetProperty("args").EnumerateArray();
            var values = args.Zip(types, static (arg, parameter) => Typed(arg, parameter.Type)).ToArray();
            var encoded = Convert.FromHexString(vector.Value.GetProperty("result").GetString()!);
            Abi.Encode(types, values).Should().Equal(encoded, vector.Name);
            Abi.Decode(types, encoded).Value.Should().Equal(values);
            cases++;
        }

        cases.Should().Be(3);
    }

    private static AbiValue Value(JsonElement verbose)
    {
        var value = verbose.GetProperty("value");
        return verbose.GetProperty("type").GetString() switch
        {
            "array" or "object" => new AbiValue.Sequence([.. value.EnumerateArray().Select(Value)]),
            "number" => new AbiValue.Number(BigInteger.Parse(value.GetString()!, CultureInfo.InvariantCulture)),
            "hexstring" => new AbiValue.Bytes(Hex.Decode(value.GetString()).Value),
            "string" => new AbiValue.Text(value.GetString()!),
            "boolean" => new AbiValue.Flag(value.GetBoolean()),
            "address" => new AbiValue.Account(EthereumAddress.Parse(value.GetString()).Value),
            var other => throw new InvalidDataException(other),
        };
    }

    /// <summary>This file gives byte strings as ASCII text.</summary>
    private static AbiValue Typed(JsonElement arg, AbiType type) => type switch
    {
        AbiType.Array array => new AbiValue.Sequence([.. arg.EnumerateArray().Select(element => Typed(element, array.Element))]),
        AbiType.Unsigned => new AbiValue.Number(arg.GetUInt64()),
        AbiType.Account => new AbiValue.Account(EthereumAddress.Parse(arg.GetString()).Value),
        _ => new AbiValue.Bytes(System.Text.Encoding.ASCII.GetBytes(arg.GetString()!)),
    };
}
