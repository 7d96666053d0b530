using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class RlpVectorTests
{
    [Fact]
    public void Decode_EveryValidVectorOfEthereumTests_RoundTrips()
    {
        using var document = Vectors.Json("ethereum-tests", "RLPTests", "rlptest.json");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateObject())
        {
            var bytes = Bytes(vector.Value.GetProperty("out"));
            RlpItem.Decode(bytes).Value.Should().Be(Expected(vector.Value.GetProperty("in")), vector.Name);
            RlpItem.Decode(bytes).Value.Encode().Should().Equal(bytes, vector.Name);
            cases++;
        }

        cases.Should().Be(28);
    }

    [Fact]
    public void Decode_EveryInvalidVectorOfEthereumTests_IsRefused()
    {
        using var document = Vectors.Json("ethereum-tests", "RLPTests", "invalidRLPTest.json");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateObject())
        {
            RlpItem.Decode(Bytes(vector.Value.GetProperty("out"))).Refusal!.Code.Should().StartWith("rlp.", vector.Name);
            cases++;
        }

        cases.Should().Be(26);
    }

    [Fact]
    public void Decode_EveryVectorOfEthers_RoundTrips()
    {
        using var document = Vectors.Json("ethers", "rlp.json.gz");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var bytes = Bytes(vector.GetProperty("encoded"));
            var item = Tree(vector.GetProperty("decoded"));
            RlpItem.Decode(bytes).Value.Should().Be(item);
            item.Encode().Should().Equal(bytes);
            cases++;
        }

        cases.Should().Be(61);
    }

    [Theory]
    [InlineData("8100", "rlp.non-minimal")]
    [InlineData("b800", "rlp.non-minimal")]
    [InlineData("b90001ff", "rlp.non-minimal")]
    [InlineData("83ffff", "rlp.truncated")]
    [InlineData("", "rlp.truncated")]
    [InlineData("8080", "rlp.trailing")]
    [InlineData("c28100", "rlp.non-minimal")]
    [InlineData("c182", "rlp.truncated")]
    [InlineData("ffffffffffffffffff", "rlp.truncated")]
    public void Decode_NonCanonicalInput_HasItsOwnCode(string hex, string code) =>
        RlpItem.Decode(Convert.FromHexString(hex)).Refusal!.Code.Should().Be(code);

    [Theory]
    [InlineData("00", "rlp.leading-zero")]
    [InlineData("820001", "rlp.leading-zero")]
    [InlineData("89010000000000000000", "rlp.integer-too-long")]
    [InlineData("c0", "rlp.expected-string")]
    public void ReadUInt64_NonCanonicalInteger_HasItsOwnCode(string hex, string code)
    {
        var reader = new RlpReader(Convert.FromHexString(hex));
        reader.ReadUInt64();
        reader.Fault!.Code.Should().Be(code);
    }

    [Fact]
    public void Decode_NestingBeyondTheMaximum_IsRefusedAndAtTheMaximumAccepted()
    {
        RlpItem.Decode(Nested(RlpReader.MaxDepth)).IsOk.Should().BeTrue();
        RlpItem.Decode(Nested(RlpReader.MaxDepth + 1)).Refusal!.Code.Should().Be("rlp.too-deep");
    }

    [Fact]
    public void Decode_InputBeyondTheMaximum_IsRefused() =>
        RlpItem.Decode(new byte[RlpReader.MaxLength + 1]).Refusal!.Code.Should().Be("rlp.too-long");

    private static byte[] Nested(int depth)
    {
        RlpItem item = new RlpItem.Bytes(HexBytes.Empty);
        for (var i = 0; i < depth; i++) item = new RlpItem.List([item]);
        return item.Encode();
    }

    private static byte[] Bytes(JsonElement hex)
    {
        var text = hex.GetString()!;
        return Convert.FromHexString(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text);
    }

    private static RlpItem Tree(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? new RlpItem.Bytes(Bytes(element))
        : new RlpItem.List([.. element.EnumerateArray().Select(Tree)]);

    /// <summary>The file writes byte strings as text, numbers as JSON numbers and big numbers as "#digits".</summary>
    private static RlpItem Expected(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => new RlpItem.List([.. element.EnumerateArray().Select(Expected)]),
        JsonValueKind.Number => Integer(element.GetUInt64()),
        _ => FromText(element.GetString()!),
    };

    private static RlpItem.Bytes FromText(string text) => text.StartsWith('#')
        ? Integer(BigInteger.Parse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture))
        : new(Encoding.Latin1.GetBytes(text));

    private static RlpItem.Bytes Integer(BigInteger value) => new(value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true));
}
