using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class AbiTests
{
    private const string Word1 = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string Offset20 = "0000000000000000000000000000000000000000000000000000000000000020";
    private const string Ones = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    [Theory]
    [InlineData("uint256", "", "abi.truncated")]
    [InlineData("uint8", Ones, "abi.range")]
    [InlineData("int8", "0000000000000000000000000000000000000000000000000000000000000080", "abi.range")]
    [InlineData("bool", "0000000000000000000000000000000000000000000000000000000000000002", "abi.bool")]
    [InlineData("address", Ones, "abi.padding")]
    [InlineData("bytes4", Word1, "abi.padding")]
    [InlineData("function", Word1, "abi.padding")]
    [InlineData("bytes", Ones, "abi.offset")]
    [InlineData("bytes", Offset20 + Ones, "abi.length")]
    [InlineData("bytes", Offset20 + Offset20, "abi.truncated")]
    [InlineData("string", Offset20 + Word1 + "ff00000000000000000000000000000000000000000000000000000000000000", "abi.utf8")]
    [InlineData("bytes", Offset20 + Word1 + "ff00000000000000000000000000000000000000000000000000000000000001", "abi.not-canonical")]
    [InlineData("uint256", Word1 + "00", "abi.not-canonical")]
    [InlineData("uint256[]", Offset20 + "000000000000000000000000000000000000000000000000000000007fffffff", "abi.truncated")]
    public void Decode_BytesThatAreNoValue_HaveTheirOwnCode(string type, string hex, string code) =>
        Abi.Decode(Abi.Types(type), Convert.FromHexString(hex)).Refusal!.Code.Should().Be(code);

    [Fact]
    public void Decode_OffsetsThatShareOneTail_AreBounded()
    {
        // Each level is an array of 1,024 offsets that all point at the next level: 1,024^3 values in 100 kB.
        const int length = 1024;
        var words = new List<byte[]> { Number(0x20) };
        for (var level = 0; level < 3; level++)
        {
            words.Add(Number(length));
            for (var i = 0; i < length; i++) words.Add(Number(level < 2 ? length * 32UL : 7UL));
        }

        var refusal = Abi.Decode(Abi.Types("uint256[][][]"), words.SelectMany(static word => word).ToArray(), AbiStrictness.Lenient).Refusal!;
        refusal.Code.Should().Be("abi.too-many");
    }

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint0")]
    [InlineData("uint264")]
    [InlineData("uint08")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("uint256[0]")]
    [InlineData("uint256[65537]")]
    [InlineData("uint256[65536][65536][65536]")]
    [InlineData("uint256[")]
    [InlineData("(uint256")]
    [InlineData("uint256)")]
    [InlineData("")]
    [InlineData("fixed128x18")]
    public void ParseType_TextThatIsNoType_IsRefused(string text) => AbiType.Parse(text).Refusal!.Code.Should().StartWith("abi.");

    [Fact]
    public void ParseType_NestingBeyondTheMaximum_IsRefused()
    {
        AbiType.Parse(new string('(', 40) + "uint256" + new string(')', 40)).IsOk.Should().BeFalse();
        AbiType.Parse("uint256" + string.Concat(Enumerable.Repeat("[]", 40))).IsOk.Should().BeFalse();
    }

    [Theory]
    [InlineData("function transfer(address to, uint amount) external returns (bool)", "transfer(address,uint256)")]
    [InlineData("f((uint256 a, bytes b)[2] memory x, int y)", "f((uint256,bytes)[2],int256)")]
    [InlineData("event Transfer(address indexed from, address indexed to, uint256 value)", "Transfer(address,address,uint256)")]
    [InlineData("error Denied()", "Denied()")]
    [InlineData("multi(tuple(uint8 a, string b) t)", "multi((uint8,string))")]
    public void ParseSignature_HumanReadable_HasItsCanonicalForm(string text, string canonical) =>
        AbiSignature.Parse(text).Value.Canonical.Should().Be(canonical);

    [Theory]
    [InlineData("transfer")]
    [InlineData("transfer(")]
    [InlineData("transfer(address,)")]
    [InlineData("transfer(address) whatever")]
    [InlineData("(address)")]
    [InlineData("transfer(address))")]
    public void ParseSignature_TextThatIsNone_IsRefused(string text) => AbiSignature.Parse(text).IsOk.Should().BeFalse();

    [Fact]
    public void DecodeLog_IndexedText_ComesAsItsHash()
    {
        var named = AbiSignature.Parse("event Named(string indexed name, uint256 id, address indexed owner)").Value;
        var owner = Address.Parse("0x00000000000000000000000000000000000000aa");
        var hash = new Bytes32(99UL);
        var topic = Bytes32.From([.. new byte[12], .. owner.ToArray()]);
        var log = new LogEntry(owner, [named.Topic, hash, topic], new Bytes32(5UL).ToArray());
        named.DecodeLog(log).Value.Should().Equal(hash, (AbiValue)(UInt256)5UL, owner);
        named.DecodeLog(log with { Topics = [named.Topic, hash] }).Refusal!.Code.Should().Be("abi.topics");
        named.DecodeLog(log with { Topics = [hash, hash, topic] }).Refusal!.Code.Should().Be("abi.topic");
    }

    [Fact]
    public void Encode_ValueThatDoesNotFit_IsABugAndThrows()
    {
        var encode = static () => Abi.Encode(Abi.Types("uint8"), (UInt256)256UL);
        encode.Should().Throw<ArgumentException>();
        var shape = static () => Abi.Encode(Abi.Types("uint8[2]"), AbiValue.Of(UInt256.One));
        shape.Should().Throw<ArgumentException>();
    }

    private static byte[] Number(ulong value) => new Bytes32(value).ToArray();
}
