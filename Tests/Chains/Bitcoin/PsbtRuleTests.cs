using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Each rule on the form of a PSBT: one field too many, too few, too long, too short or in the wrong version.</summary>
public sealed class PsbtRuleTests
{
    private static readonly HexBytes Key33 = HexBytes.From(Convert.FromHexString("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"));
    private static readonly HexBytes Key32 = HexBytes.From(Key33.Span[1..]);
    private static readonly HexBytes NoPoint = HexBytes.From([.. new byte[31], 5]);
    private static readonly HexBytes Origin = new KeyOrigin(1, DerivationPath.Parse("m/0h/7")).Encode();

    private static readonly BitcoinTransaction Unsigned = new(
        2, [new BitcoinInput(new(BitcoinHash.Of([1]), 0))], [new BitcoinOutput(1000, OutputScript.Taproot(Key32.Span))], 0);

    private static readonly Psbt V0 = PsbtCreator.Create(Unsigned).Value;
    private static readonly Psbt V2 = PsbtCreator.AddOutput(PsbtCreator.AddInput(PsbtCreator.CreateV2(), Unsigned.Inputs[0].Previous).Value, Unsigned.Outputs[0]).Value;

    /// <summary>Map, type, key data, value, and the code that it gets in version 0 and in version 2; no code means that it is taken.</summary>
    public static TheoryData<char, ulong, HexBytes, HexBytes, string?, string?> Fields => new()
    {
        { 'g', PsbtGlobal.UnsignedTransaction, Bytes(1), Bytes(1), "psbt.key-data", "psbt.key-data" },
        { 'g', PsbtGlobal.ExtendedKey, Bytes(77), Origin, "psbt.key-data", "psbt.key-data" },
        { 'g', PsbtGlobal.TransactionVersion, default, Bytes(4), "psbt.field-version", null },
        { 'g', PsbtGlobal.TransactionVersion, default, Bytes(3), "psbt.value", "psbt.value" },
        { 'g', PsbtGlobal.FallbackLockTime, default, Bytes(4), "psbt.field-version", null },
        { 'g', PsbtGlobal.InputCount, default, Bytes(1), "psbt.field-version", "psbt.missing" },
        { 'g', PsbtGlobal.OutputCount, default, Bytes(1), "psbt.field-version", "btc.trailing" },
        { 'g', PsbtGlobal.OutputCount, default, Bytes(2), "btc.trailing", "btc.trailing" },
        { 'g', PsbtGlobal.Modifiable, default, Bytes(1), "psbt.field-version", null },
        { 'g', PsbtGlobal.Modifiable, default, Bytes(2), "psbt.value", "psbt.value" },
        { 'g', PsbtGlobal.Version, default, Number(1), "psbt.version", "psbt.version" },
        { 'g', PsbtGlobal.Version, default, Number(2), "psbt.field-version", null },
        { 'g', PsbtGlobal.Version, default, Number(0), null, "psbt.missing" },
        { 'g', PsbtField.Proprietary, Bytes(0), default, "btc.truncated", "btc.truncated" },
        { 'g', PsbtField.Proprietary, HexBytes.From([3, 1, 2, 3, 9, 8]), Bytes(5), null, null },
        { 'g', 0x70, Bytes(9), Bytes(5), null, null },
        { 'i', PsbtIn.NonWitnessUtxo, Bytes(1), Unsigned.Encode(), "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.NonWitnessUtxo, default, Unsigned.Encode(), null, null },
        { 'i', PsbtIn.NonWitnessUtxo, default, Unsigned.Encode()[..^1], "btc.truncated", "btc.truncated" },
        { 'i', PsbtIn.WitnessUtxo, Bytes(1), Bytes(9), "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.WitnessUtxo, default, Bytes(9), null, null },
        { 'i', PsbtIn.WitnessUtxo, default, Bytes(10), "btc.trailing", "btc.trailing" },
        { 'i', PsbtIn.PartialSignature, HexBytes.From(Key33.Span[..32]), Bytes(70), "psbt.public-key", "psbt.public-key" },
        { 'i', PsbtIn.PartialSignature, HexBytes.From([2, .. NoPoint.Span]), Bytes(70), "psbt.public-key", "psbt.public-key" },
        { 'i', PsbtIn.PartialSignature, Key33, Bytes(70), null, null },
        { 'i', PsbtIn.PartialSignature, Key33, Bytes(0), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.Sighash, Bytes(1), Bytes(4), "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.Sighash, default, Bytes(3), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.RedeemScript, Bytes(1), default, "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.WitnessScript, Bytes(1), default, "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.Derivation, HexBytes.From(Key33.Span[..32]), Origin, "psbt.public-key", "psbt.public-key" },
        { 'i', PsbtIn.Derivation, Key33, Bytes(5), "psbt.derivation", "psbt.derivation" },
        { 'i', PsbtIn.Derivation, Key33, Origin, null, null },
        { 'i', PsbtIn.FinalScriptSig, Bytes(1), default, "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.FinalWitness, Bytes(1), Bytes(1), "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.FinalWitness, default, Bytes(2), "btc.trailing", "btc.trailing" },
        { 'i', PsbtIn.Ripemd160, Bytes(19), default, "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.Sha256, Bytes(32), Bytes(3), null, null },
        { 'i', PsbtIn.PreviousTxid, default, Bytes(32), "psbt.field-version", null },
        { 'i', PsbtIn.PreviousTxid, default, Bytes(31), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.OutputIndex, default, Bytes(4), "psbt.field-version", null },
        { 'i', PsbtIn.Sequence, default, Bytes(4), "psbt.field-version", null },
        { 'i', PsbtIn.RequiredTime, default, Number(500_000_000), "psbt.field-version", null },
        { 'i', PsbtIn.RequiredTime, default, Number(499_999_999), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.RequiredHeight, default, Number(1), "psbt.field-version", null },
        { 'i', PsbtIn.RequiredHeight, default, Number(500_000_000), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.RequiredHeight, default, Number(0), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.TapKeySignature, default, Bytes(63), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.TapKeySignature, default, Bytes(64), null, null },
        { 'i', PsbtIn.TapKeySignature, default, Bytes(66), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.TapScriptSignature, HexBytes.From([.. Key33.Span, .. new byte[32]]), Bytes(64), "psbt.key-data", "psbt.key-data" },
        { 'i', PsbtIn.TapScriptSignature, HexBytes.From([.. NoPoint.Span, .. new byte[32]]), Bytes(64), "psbt.public-key", "psbt.public-key" },
        { 'i', PsbtIn.TapScriptSignature, HexBytes.From([.. Key32.Span, .. new byte[32]]), Bytes(66), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.TapScriptSignature, HexBytes.From([.. Key32.Span, .. new byte[32]]), Bytes(65), null, null },
        { 'i', PsbtIn.TapLeafScript, Bytes(98), Bytes(2), "taproot.control-block", "taproot.control-block" },
        { 'i', PsbtIn.TapLeafScript, Bytes(96), Bytes(2), "taproot.control-block", "taproot.control-block" },
        { 'i', PsbtIn.TapLeafScript, Bytes(97), Bytes(0), "psbt.value", "psbt.value" },
        { 'i', PsbtIn.TapLeafScript, Bytes(97), Bytes(2), null, null },
        { 'i', PsbtIn.TapDerivation, Key33, HexBytes.From([0, .. Origin.Span]), "psbt.public-key", "psbt.public-key" },
        { 'i', PsbtIn.TapDerivation, Key32, HexBytes.From([1, .. Origin.Span]), "btc.truncated", "btc.truncated" },
        { 'i', PsbtIn.TapDerivation, Key32, HexBytes.From([0, .. Origin.Span]), null, null },
        { 'i', PsbtIn.TapInternalKey, default, Key33, "psbt.public-key", "psbt.public-key" },
        { 'i', PsbtIn.TapInternalKey, default, Key32, null, null },
        { 'i', PsbtIn.TapMerkleRoot, default, Bytes(31), "psbt.value", "psbt.value" },
        { 'i', 0x0f_ff, Bytes(3), Bytes(3), null, null },
        { 'o', PsbtOut.RedeemScript, Bytes(1), default, "psbt.key-data", "psbt.key-data" },
        { 'o', PsbtOut.WitnessScript, Bytes(32), default, "psbt.key-data", "psbt.key-data" },
        { 'o', PsbtOut.Derivation, HexBytes.From(Key33.Span[..32]), Origin, "psbt.public-key", "psbt.public-key" },
        { 'o', PsbtOut.Amount, default, Bytes(8), "psbt.field-version", null },
        { 'o', PsbtOut.Amount, default, HexBytes.From([.. new byte[7], 0x80]), "tx.value", "tx.value" },
        { 'o', PsbtOut.Script, default, Bytes(8), "psbt.field-version", null },
        { 'o', PsbtOut.TapInternalKey, default, Key33, "psbt.public-key", "psbt.public-key" },
        { 'o', PsbtOut.TapDerivation, Key33, HexBytes.From([0, .. Origin.Span]), "psbt.public-key", "psbt.public-key" },
        { 'o', PsbtOut.TapTree, default, default, "btc.truncated", "btc.truncated" },
        { 'o', PsbtOut.TapTree, default, HexBytes.From([0, 0xc0, 1, 0x51]), null, null },
        { 'o', PsbtOut.TapTree, default, HexBytes.From([0, 0xc1, 1, 0x51]), "psbt.tap-tree", "psbt.tap-tree" },
        { 'o', PsbtOut.TapTree, default, HexBytes.From([1, 0xc0, 1, 0x51]), "psbt.tap-tree", "psbt.tap-tree" },
        { 'o', PsbtOut.TapTree, default, HexBytes.From([2, 0xc0, 0, 1, 0xc0, 0, 2, 0xc0, 0]), "psbt.tap-tree", "psbt.tap-tree" },
        { 'o', PsbtOut.TapTree, default, HexBytes.From([0, 0xc0, 0, 0, 0xc0, 0]), "psbt.tap-tree", "psbt.tap-tree" },
        { 'o', PsbtOut.TapTree, default, HexBytes.From([129, 0xc0, 0]), "psbt.tap-tree", "psbt.tap-tree" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Decode_OneField_IsTakenAsItIsOrHasItsCode(char map, ulong type, HexBytes keyData, HexBytes value, string? first, string? second)
    {
        foreach (var (psbt, code) in new[] { (V0, first), (V2, second) })
        {
            var changed = map switch
            {
                'g' => psbt with { Global = psbt.Global.With(type, keyData, value) },
                'i' => psbt.WithInput(0, psbt.Inputs[0].With(type, keyData, value)),
                _ => psbt.WithOutput(0, psbt.Outputs[0].With(type, keyData, value)),
            };
            var decoded = Psbt.Decode(changed.Encode());
            decoded.Refusal?.Code.Should().Be(code);
            if (code is null) decoded.Value.Should().Be(changed, "what is not understood is kept");
        }
    }

    [Theory]
    [InlineData('g', PsbtGlobal.TransactionVersion)]
    [InlineData('g', PsbtGlobal.InputCount)]
    [InlineData('g', PsbtGlobal.OutputCount)]
    [InlineData('i', PsbtIn.PreviousTxid)]
    [InlineData('i', PsbtIn.OutputIndex)]
    [InlineData('o', PsbtOut.Amount)]
    [InlineData('o', PsbtOut.Script)]
    public void Decode_Version2WithoutARequiredField_IsRefused(char map, ulong type)
    {
        var without = map switch
        {
            'g' => V2 with { Global = V2.Global.Without(type) },
            'i' => V2.WithInput(0, V2.Inputs[0].Without(type)),
            _ => V2.WithOutput(0, V2.Outputs[0].Without(type)),
        };
        Psbt.Decode(without.Encode()).Refusal!.Code.Should().Be("psbt.missing");
    }

    [Fact]
    public void Decode_MalformedWhole_HasItsCode()
    {
        var good = V0.Encode();
        Code(Unsigned.Encode()).Should().Be("psbt.magic");
        Code([]).Should().Be("psbt.magic");
        Code(good[..^1]).Should().Be("psbt.count", "an output's map is missing");
        Code([.. good, 0]).Should().Be("btc.trailing");
        Code([.. good[..5], .. good[6..]]).Should().NotBeNull();
        Code((V0 with { Global = PsbtMap.Empty }).Encode()).Should().Be("psbt.missing");
        var filled = Unsigned.WithInput(0, Unsigned.Inputs[0] with { ScriptSig = Script.FromHex("51") });
        Code((V0 with { Global = PsbtMap.Empty.With(PsbtGlobal.UnsignedTransaction, filled.Encode()) }).Encode()).Should().Be("psbt.signed-transaction");
        PsbtCreator.Create(filled).Refusal!.Code.Should().Be("psbt.signed-transaction");
        var witnessed = Unsigned.WithInput(0, Unsigned.Inputs[0] with { Witness = [Key32] });
        Code((V0 with { Global = PsbtMap.Empty.With(PsbtGlobal.UnsignedTransaction, witnessed.Encode()) }).Encode()).Should().NotBeNull();
        var twice = new PsbtMap([new(PsbtIn.Sighash, default, Number(1)), new(PsbtIn.Sighash, default, Number(1))]);
        Code(V0.WithInput(0, twice).Encode()).Should().Be("psbt.duplicate");
        Code((V2 with { Global = V2.Global.With(PsbtGlobal.InputCount, HexBytes.From([0xfe, 0xff, 0xff, 0xff, 0x7f])) }).Encode()).Should().Be("psbt.count");
        Psbt.DecodeBase64("cHNidP8*").Refusal!.Code.Should().Be("psbt.base64");
        Psbt.DecodeBase64(null).Refusal!.Code.Should().Be("psbt.base64");
        Psbt.DecodeBase64("cHNidP8BAAoAAAAAAAAAAAAAAA==").Value.Inputs.Count.Should().Be(0, "nothing in and nothing out is a beginning");

        static string? Code(byte[] bytes) => Psbt.Decode(bytes).Refusal?.Code;
    }

    /// <summary>BIP-370: heights and times of two inputs, and the lock time that results; −1 means that they exclude each other.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 77)]
    [InlineData(10000, 0, 0, 0, 10000)]
    [InlineData(10000, 0, 9000, 0, 10000)]
    [InlineData(10000, 0, 9000, 1657048460, 10000)]
    [InlineData(10000, 1657048459, 9000, 1657048460, 10000)]
    [InlineData(0, 1657048459, 9000, 1657048460, 1657048460)]
    [InlineData(10000, 1657048459, 0, 1657048460, 1657048460)]
    [InlineData(10000, 0, 0, 1657048460, -1)]
    public void LockTime_OfTwoInputs_IsTheHighestOfOneKind(uint height1, uint time1, uint height2, uint time2, long expected)
    {
        var psbt = PsbtCreator.CreateV2(fallbackLockTime: 77);
        psbt = PsbtCreator.AddInput(psbt, new(BitcoinHash.Of([1]), 0), null, Some(height1), Some(time1)).Value;
        var both = PsbtCreator.AddInput(psbt, new(BitcoinHash.Of([2]), 0), null, Some(height2), Some(time2));
        if (expected < 0) both.Refusal!.Code.Should().Be("psbt.lock-time");
        else both.Value.LockTime().Value.Should().Be((uint)expected);

        static uint? Some(uint number) => number == 0 ? null : number;
    }

    private static HexBytes Bytes(int length) => new byte[length];

    private static HexBytes Number(uint number) => new BitcoinWriter().Write(number).ToArray();
}
