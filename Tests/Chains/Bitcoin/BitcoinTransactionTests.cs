using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

public sealed class BitcoinTransactionTests
{
    // The coinbase of the genesis block: its id is the Merkle root that the block's header carries.
    private const string Genesis =
        "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039"
        + "204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55"
        + "48271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";

    private static readonly OutPoint Some = new(BitcoinHash.Of([1]), 7);

    private static readonly BitcoinTransaction Plain = new(
        2, [new BitcoinInput(Some)], [new BitcoinOutput(1000, OutputScript.PubKeyHashOf(new byte[20]))], 5);

    private static readonly BitcoinTransaction Witnessed = Plain.WithInput(0, Plain.Inputs[0] with { Witness = [HexBytes.From([1, 2]), HexBytes.Empty] });

    public static TheoryData<string?, BitcoinTransaction> Rules => new()
    {
        { null, Plain },
        { "tx.no-inputs", Plain with { Inputs = [] } },
        { "tx.no-outputs", Plain with { Outputs = [] } },
        { "tx.value", Plain with { Outputs = [new(-1, default)] } },
        { "tx.value", Plain with { Outputs = [new(BitcoinOutput.MaxMoneySat + 1, default)] } },
        { "tx.total-value", Plain with { Outputs = [new(BitcoinOutput.MaxMoneySat, default), new(1, default)] } },
        { "tx.duplicate-input", Plain with { Inputs = [Plain.Inputs[0], Plain.Inputs[0] with { Sequence = 1 }] } },
        { "tx.null-input", Plain with { Inputs = [Plain.Inputs[0], new BitcoinInput(OutPoint.Null)] } },
        { "tx.coinbase-script", Plain with { Inputs = [new BitcoinInput(OutPoint.Null)] } },
        { null, Plain with { Inputs = [new BitcoinInput(OutPoint.Null) { ScriptSig = Script.FromHex("5151") }] } },
        { "tx.weight", Plain with { Outputs = [new(1, Script.From(new byte[100_000]))] } },
        { "tx.too-small", Plain with { Outputs = [new(1, Script.FromHex("6a"))] } },
    };

    [Fact]
    public void Decode_GenesisCoinbase_HasItsId()
    {
        var transaction = BitcoinTransaction.Decode(Convert.FromHexString(Genesis)).Value;
        transaction.Txid().ToString().Should().Be("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
        (transaction.Wtxid(), transaction.IsCoinbase, transaction.Weight()).Should().Be((transaction.Txid(), true, 4 * 204));
        OutputScript.KindOf(transaction.Outputs[0].ScriptPubKey).Should().Be(OutputKind.PubKey);
        Convert.ToHexStringLower(transaction.Encode()).Should().Be(Genesis);
    }

    [Fact]
    public void Weight_Witness_CountsOneFourth()
    {
        // Marker and flag, then one count, two lengths and two bytes.
        (Witnessed.Weight() - Plain.Weight(), Witnessed.VirtualSize()).Should().Be((2 + 5, Plain.VirtualSize() + 2));
        (Witnessed.Txid(), Witnessed.Wtxid() == Plain.Wtxid()).Should().Be((Plain.Txid(), false));
        BitcoinTransaction.Decode(Witnessed.Encode()).Value.Should().Be(Witnessed);
        BitcoinTransaction.DecodeStripped(Witnessed.EncodeStripped()).Value.Should().Be(Plain);
    }

    [Fact]
    public void Decode_MalformedBytes_HasItsCode()
    {
        var bytes = Witnessed.Encode();
        Code(bytes[..^1]).Should().Be("btc.truncated");
        Code([.. bytes, 0]).Should().Be("btc.trailing");
        Code([.. bytes[..5], 2, .. bytes[6..]]).Should().Be("tx.flag");
        Code([.. bytes[..4], 0, 1, 0, 0, 0, 0, 0, 0]).Should().Be("tx.no-inputs");
        Code([]).Should().Be("btc.truncated");
        Code(new byte[BitcoinReader.MaxLength + 1]).Should().Be("btc.too-long");
        Code((Plain with { Outputs = [] }).Encode()).Should().Be("tx.no-outputs");
        Code((Plain with { Outputs = [new(-1, default)] }).Encode()).Should().Be("tx.value");
        var plain = Plain.Encode();
        Code([.. plain[..4], 0xfd, 1, 0, .. plain[5..]]).Should().Be("btc.compact-size");
        Code([.. plain[..4], 0xfe, 0xff, 0xff, 0xff, 0x7f, .. plain[5..]]).Should().Be("btc.truncated", "a count is bounded by the bytes that are there");
        Code([.. plain[..4], 0, 1, .. plain[4..^4], 0, .. plain[^4..]]).Should().Be("tx.superfluous-witness");

        static string Code(byte[] input) => BitcoinTransaction.Decode(input).Refusal!.Code;
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Check_Transaction_BreaksItsRule(string? code, BitcoinTransaction transaction) =>
        BitcoinTransactionRules.Check(transaction)?.Code.Should().Be(code);

    [Theory]
    [InlineData(0, "00")]
    [InlineData(252, "fc")]
    [InlineData(253, "fdfd00")]
    [InlineData(65_535, "fdffff")]
    [InlineData(65_536, "fe00000100")]
    [InlineData(4_294_967_295, "feffffffff")]
    [InlineData(4_294_967_296, "ff0000000001000000")]
    public void CompactSize_Value_HasItsShortestForm(ulong value, string hex)
    {
        Convert.ToHexStringLower(new BitcoinWriter().WriteCompactSize(value).Written).Should().Be(hex);
        BitcoinWriter.CompactSizeLength(value).Should().Be(hex.Length / 2);
        var reader = new BitcoinReader(Convert.FromHexString(hex));
        reader.ReadCompactSize().Should().Be(value);
        reader.Fault.Should().BeNull();
    }
}
