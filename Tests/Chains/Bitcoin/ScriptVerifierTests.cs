using System.Globalization;
using System.Reflection;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Each operation and each rule of the script language: bare, in a version 0 witness and in Tapscript. No code means that it unlocks.</summary>
public sealed class ScriptVerifierTests
{
    private static readonly Dictionary<string, byte> Names = typeof(Op).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(static field => field.FieldType == typeof(byte)).ToDictionary(static field => field.Name, static field => (byte)field.GetValue(null)!);

    [Theory]
    [InlineData("1", null)]
    [InlineData("0", "script.false")]
    [InlineData("x80", "script.false")]
    [InlineData("x0080", "script.false")]
    [InlineData("x8000", null)]
    [InlineData("1 1", "script.stack-not-clean")]
    [InlineData("", "script.false")]
    [InlineData("1 2 Add 3 NumEqual", null)]
    [InlineData("5 2 Sub 3 NumEqualVerify 1", null)]
    [InlineData("5 2 Sub 4 NumEqualVerify 1", "script.verify")]
    [InlineData("1 2 NumNotEqual", null)]
    [InlineData("0 Not", null)]
    [InlineData("7 NotEqual0", null)]
    [InlineData("1 Add1 2 NumEqual", null)]
    [InlineData("1 Sub1 0 NumEqual", null)]
    [InlineData("1 Negate Negate1 NumEqual", null)]
    [InlineData("Negate1 Abs 1 NumEqual", null)]
    [InlineData("1 0 BoolAnd Not", null)]
    [InlineData("1 0 BoolOr", null)]
    [InlineData("1 2 LessThan", null)]
    [InlineData("2 1 GreaterThan", null)]
    [InlineData("2 2 LessThanOrEqual", null)]
    [InlineData("1 2 GreaterThanOrEqual", "script.false")]
    [InlineData("1 2 Min 1 NumEqual", null)]
    [InlineData("1 2 Max 2 NumEqual", null)]
    [InlineData("1 1 3 Within", null)]
    [InlineData("3 1 3 Within", "script.false")]
    [InlineData("x0000000001 Add1", "script.number")]
    [InlineData("x0100 Add1", "script.number")]
    [InlineData("xffffff7f Add1 x0000008000 Equal", null)]
    [InlineData("Add1", "script.stack-empty")]
    [InlineData("1 Dup Equal", null)]
    [InlineData("1 2 Swap 1 EqualVerify 2 Equal", null)]
    [InlineData("1 2 3 Rot 1 EqualVerify 3 EqualVerify 2 Equal", null)]
    [InlineData("1 2 Over 1 EqualVerify 2 EqualVerify 1 Equal", null)]
    [InlineData("1 2 Nip 2 Equal", null)]
    [InlineData("1 2 Tuck 2 EqualVerify 1 EqualVerify 2 Equal", null)]
    [InlineData("1 2 Drop", null)]
    [InlineData("1 2 3 Drop2", null)]
    [InlineData("1 2 Dup2 Add 3 NumEqualVerify Add 3 NumEqual", null)]
    [InlineData("1 2 3 Dup3 Add Add 6 NumEqualVerify Drop2", null)]
    [InlineData("1 2 3 4 Over2 2 EqualVerify 1 EqualVerify Drop2 Drop", null)]
    [InlineData("1 2 3 4 5 6 Rot2 2 EqualVerify 1 EqualVerify Drop2 Drop2 1", null)]
    [InlineData("1 2 3 4 Swap2 2 EqualVerify 1 EqualVerify Drop", null)]
    [InlineData("1 IfDup Equal", null)]
    [InlineData("0 IfDup Not", null)]
    [InlineData("7 8 Depth 2 EqualVerify Drop", null)]
    [InlineData("7 8 9 2 Pick 7 EqualVerify Drop2", null)]
    [InlineData("7 8 9 2 Roll 7 EqualVerify Drop", null)]
    [InlineData("7 3 Pick", "script.stack-empty")]
    [InlineData("7 Negate1 Roll", "script.stack-empty")]
    [InlineData("5 ToAltStack FromAltStack 5 Equal", null)]
    [InlineData("FromAltStack", "script.stack-empty")]
    [InlineData("x010203 Size 3 EqualVerify Drop 1", null)]
    [InlineData("1 If 2 Else 3 EndIf 2 Equal", null)]
    [InlineData("0 If 2 Else 3 EndIf 3 Equal", null)]
    [InlineData("0 NotIf 2 EndIf 2 Equal", null)]
    [InlineData("0 If 1 If Return EndIf Else 1 EndIf", null)]
    [InlineData("0 If Return EndIf 1", null)]
    [InlineData("0 If VerIf EndIf 1", "script.opcode")]
    [InlineData("0 If Ver EndIf 1", null)]
    [InlineData("1 If", "script.unbalanced")]
    [InlineData("EndIf 1", "script.unbalanced")]
    [InlineData("Else 1", "script.unbalanced")]
    [InlineData("5 If 1 EndIf", null)]
    [InlineData("Return", "script.return")]
    [InlineData("Ver", "script.opcode")]
    [InlineData("Reserved", "script.opcode")]
    [InlineData("CheckSigAdd", "script.opcode")]
    [InlineData("!7e 1", "script.disabled")]
    [InlineData("0 If !95 EndIf 1", "script.disabled")]
    [InlineData("1 Nop", null)]
    [InlineData("1 Nop1", "script.upgradable")]
    [InlineData("1 Nop10", "script.upgradable")]
    [InlineData("1 CodeSeparator", "script.code-separator")]
    [InlineData("0 If CodeSeparator EndIf 1", "script.code-separator")]
    [InlineData("!01 !05", "script.push-not-minimal")]
    [InlineData("!4c !01 !77", "script.push-not-minimal")]
    [InlineData("!05 !01", "script.truncated")]
    [InlineData("!4d !01", "script.truncated")]
    [InlineData("x616263 Ripemd160 x8eb208f7e05d987a9b044a8e98c6b087f15a0bfc Equal", null)]
    [InlineData("x616263 Sha1 xa9993e364706816aba3e25717850c26c9cd0d89d Equal", null)]
    [InlineData("x616263 Sha256 xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad Equal", null)]
    [InlineData("x616263 Hash256 x4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358 Equal", null)]
    [InlineData("x616263 Hash160 xbb1be98c142444d7a56aa3981c3942a978e4dc33 Equal", null)]
    [InlineData("100 CheckLockTimeVerify Drop 1", null)]
    [InlineData("101 CheckLockTimeVerify Drop 1", "script.lock-time")]
    [InlineData("500000000 CheckLockTimeVerify Drop 1", "script.lock-time")]
    [InlineData("Negate1 CheckLockTimeVerify Drop 1", "script.lock-time")]
    [InlineData("10 CheckSequenceVerify Drop 1", null)]
    [InlineData("11 CheckSequenceVerify Drop 1", "script.sequence")]
    [InlineData("4194314 CheckSequenceVerify Drop 1", "script.sequence")]
    [InlineData("Negate1 CheckSequenceVerify Drop 1", "script.sequence")]
    [InlineData("2147483648 CheckSequenceVerify Drop 1", null)]
    [InlineData("0 0 0 CheckMultisig", null)]
    [InlineData("1 0 0 CheckMultisig", "script.null-dummy")]
    [InlineData("0 1 0 CheckMultisig", "script.multisig")]
    [InlineData("0 0 21 CheckMultisig", "script.multisig")]
    [InlineData("0 KEY CheckSig Not", null)]
    [InlineData("x00 KEY CheckSig Not", "script.signature-form")]
    [InlineData("0 x02 CheckSig Not", "script.key")]
    [InlineData("0 0 1 KEY 1 CheckMultisig Not", null)]
    public void Bare_Script_UnlocksOrHasItsCode(string text, string? code) => Verify(Assemble(text), [], new([])).Should().Be(code);

    [Theory]
    [InlineData("1 If 1 EndIf", null)]
    [InlineData("5 If 1 EndIf", "script.minimal-if")]
    [InlineData("1 CodeSeparator", null)]
    [InlineData("1 1", "script.stack-not-clean")]
    [InlineData("0", "script.false")]
    [InlineData("0 UNCOMPRESSED CheckSig Not", "script.key")]
    public void WitnessV0_Script_UnlocksOrHasItsCode(string text, string? code)
    {
        var script = Assemble(text);
        Verify(OutputScript.WitnessScriptHash(script), [], new([script.Bytes])).Should().Be(code);
        Verify(OutputScript.WitnessScriptHash(Script.FromHex("51")), [], new([script.Bytes])).Should().Be("script.witness-hash");
        var program = OutputScript.WitnessScriptHash(script);
        Verify(OutputScript.ScriptHash(program), new ScriptBuilder().Push(program.Span).Build().Span, new([script.Bytes])).Should().Be(code);
        Verify(OutputScript.ScriptHash(program), new ScriptBuilder().Push(1).Push(program.Span).Build().Span, new([script.Bytes])).Should().Be("script.witness-malleated");
    }

    [Theory]
    [InlineData("1", null)]
    [InlineData("!50", "script.upgradable")]
    [InlineData("0 If !bb EndIf 1", "script.upgradable")]
    [InlineData("0 0 1 KEY 1 CheckMultisig", "script.opcode")]
    [InlineData("0 XONLY CheckSig Not", null)]
    [InlineData("0 5 XONLY CheckSigAdd 5 NumEqual", null)]
    [InlineData("0 KEY CheckSig Not", "script.upgradable")]
    [InlineData("0 0 CheckSig Not", "script.key")]
    [InlineData("x00 XONLY CheckSig", "script.signature-form")]
    [InlineData("5 If 1 EndIf", "script.minimal-if")]
    public void Tapscript_Script_UnlocksOrHasItsCode(string text, string? code)
    {
        var script = Assemble(text);
        var output = Taproot.OutputKey(Taproot.UnspendableKey, Taproot.LeafHash(new(script))).Value;
        var block = new ControlBlock(Taproot.TapscriptVersion, output.OddY, Taproot.UnspendableKey, []);
        var locking = OutputScript.Taproot(output.Key.ToArray());
        Verify(locking, [], new([script.Bytes, block.Encode()])).Should().Be(code);
        Verify(locking, [], new([script.Bytes, block.Encode(), HexBytes.From([Taproot.AnnexTag, 1])])).Should().Be(code, "an annex changes nothing but digests");
        Verify(locking, [], new([script.Bytes, (block with { OddY = !block.OddY }).Encode()])).Should().Be("taproot.path");
        Verify(locking, [], new([script.Bytes, HexBytes.From(new byte[32])])).Should().Be("taproot.control-block");
        Verify(locking, [], new([])).Should().Be("script.witness-count");
    }

    [Fact]
    public void Limits_OneBeyond_HaveTheirCode()
    {
        Verify(Assemble("1 " + string.Join(' ', Enumerable.Repeat("Nop", 201))), [], new([])).Should().BeNull();
        Verify(Assemble("1 " + string.Join(' ', Enumerable.Repeat("Nop", 202))), [], new([])).Should().Be("script.operations");
        Verify(Assemble(string.Join(' ', Enumerable.Repeat("1", 1001))), [], new([])).Should().Be("script.stack-size");
        Verify(Script.From(new byte[Script.MaxLength + 1]), [], new([])).Should().Be("script.length");
        Verify(new ScriptBuilder().Push(new byte[521]).Build(), [], new([])).Should().Be("script.element-size");
        Verify(Assemble("1"), Assemble("Nop").Span, new([])).Should().Be("script.not-push-only");
        Verify(Assemble("1"), [], new([HexBytes.From([1])])).Should().Be("script.unexpected-witness");
        Verify(OutputScript.Witness(0, new byte[21]), [], new([])).Should().Be("script.witness-length");
        Verify(OutputScript.Witness(2, new byte[32]), [], new([])).Should().Be("script.upgradable");
        Verify(OutputScript.WitnessPubKeyHash(Convert.FromHexString(Key)), [], new([HexBytes.Empty])).Should().Be("script.witness-count");
    }

    private const string Key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    private static string? Verify(Script locking, ReadOnlySpan<byte> unlocking, Items<HexBytes> witness)
    {
        var input = new BitcoinInput(new(BitcoinHash.Zero, 0), Script.From(unlocking), 10, witness);
        var transaction = new BitcoinTransaction(2, [input], [new(1, Script.FromHex("51"))], 100);
        return ScriptVerifier.Verify(new(transaction, [new(1, locking)]), 0)?.Code;
    }

    /// <summary>Names of <see cref="Op"/>, decimal numbers, x and hex for pushes, ! and hex for a bare byte.</summary>
    private static Script Assemble(string text)
    {
        var builder = new ScriptBuilder();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Names.TryGetValue(word, out var opcode)) builder.Add(opcode);
            else if (word[0] == 'x') builder.Push(Convert.FromHexString(word[1..]));
            else if (word[0] == '!') builder.Add(Convert.FromHexString(word[1..])[0]);
            else if (word == "KEY") builder.Push(Convert.FromHexString(Key));
            else if (word == "XONLY") builder.Push(Convert.FromHexString(Key[2..]));
            else if (word == "UNCOMPRESSED") builder.Push(Uncompressed());
            else builder.Push(long.Parse(word, CultureInfo.InvariantCulture));
        }

        return builder.Build();
    }

    private static byte[] Uncompressed()
    {
        var point = new byte[Secp256k1.UncompressedLength];
        Secp256k1.TryConvertPublicKey(Convert.FromHexString(Key), point).Should().BeTrue();
        return point;
    }
}
