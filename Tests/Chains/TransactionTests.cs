using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class TransactionTests
{
    private static readonly Address To = Address.Parse("0x00000000000000000000000000000000000000bb");
    private static readonly Bytes32 BlobHash = Bytes32.From([1, .. new byte[31]]);

    private static readonly EthereumTransaction.DynamicFee Valid = new(1, 0, 1UL, 2UL, 21_000, To, 1UL, HexBytes.Empty, []);

    private static readonly EthereumTransaction.Blob Blob = new(1, 0, 1UL, 2UL, 21_000, To, 1UL, HexBytes.Empty, [], 3UL, [BlobHash, BlobHash]);

    public static TheoryData<string?, EthereumTransaction> Rules => new()
    {
        { null, Valid },
        { null, Blob },
        { "tx.nonce", Valid with { Nonce = ulong.MaxValue } },
        { "tx.worst-cost", Valid with { Value = UInt256.MaxValue } },
        { "tx.tip-above-cap", Valid with { MaxPriorityFeePerGas = 3UL } },
        { "tx.init-code-size", Valid with { To = null, Data = new byte[TransactionRules.MaxInitCode + 1], GasLimit = 30_000_000 } },
        { "tx.intrinsic-gas", Valid with { GasLimit = 20_999 } },
        { "tx.intrinsic-gas", Valid with { Data = new byte[] { 1 }, GasLimit = 21_039 } },
        { null, Valid with { Data = new byte[] { 1 }, GasLimit = 21_040 } },
        { "tx.intrinsic-gas", Valid with { Access = [new(To, [BlobHash])], GasLimit = 25_299 } },
        { null, Valid with { Access = [new(To, [BlobHash])], GasLimit = 25_300 } },
        { "tx.intrinsic-gas", Valid with { To = null, GasLimit = 52_999 } },
        { null, Valid with { To = null, GasLimit = 53_000 } },
        { "tx.no-blobs", Blob with { BlobVersionedHashes = [] } },
        { "tx.blob-version", Blob with { BlobVersionedHashes = [Bytes32.Zero] } },
        { "tx.no-authorizations", new EthereumTransaction.SetCode(1, 0, 1UL, 2UL, 21_000, To, 1UL, HexBytes.Empty, [], []) },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Check_Transaction_BreaksItsRule(string? code, EthereumTransaction transaction) =>
        TransactionRules.Check(transaction)?.Code.Should().Be(code);

    [Fact]
    public void WorstCost_OfABlobTransaction_CountsItsBlobs() =>
        Blob.WorstCost().Should().Be((UInt256)(1UL + (21_000UL * 2) + (3UL * 2 * 131_072)));

    [Fact]
    public void WorstCost_BeyondAnyBalance_IsNone() => (Valid with { MaxFeePerGas = UInt256.MaxValue }).WorstCost().Should().BeNull();

    [Fact]
    public void Sender_HighS_IsRefusedAlthoughTheSameKeySignedIt()
    {
        var order = (UInt256)System.Numerics.BigInteger.Parse(
            "0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber,
            System.Globalization.CultureInfo.InvariantCulture);
        using var key = Anvil.Key(0);
        var signed = Valid.Sign(key);
        signed.Sender().Value.Should().Be(Anvil.AddressOf(0));
        var twin = signed.Signature with { S = order - signed.Signature.S, YParity = (byte)(1 - signed.Signature.YParity) };
        Valid.Attach(twin).Sender().Refusal!.Code.Should().Be("signature.high-s");
        Valid.Attach(twin with { R = UInt256.Zero }).Sender().Refusal!.Code.Should().Be("signature.zero");
    }

    [Theory]
    [InlineData("", "tx.empty")]
    [InlineData("00", "tx.type")]
    [InlineData("05c0", "tx.type")]
    [InlineData("7fc0", "tx.type")]
    [InlineData("80", "tx.type")]
    [InlineData("02", "rlp.truncated")]
    [InlineData("02c0", "rlp.truncated")]
    [InlineData("02c000", "rlp.truncated")]
    public void Decode_BytesThatAreNoTransaction_HaveTheirOwnCode(string hex, string code) =>
        SignedTransaction.Decode(Convert.FromHexString(hex)).Refusal!.Code.Should().Be(code);

    [Fact]
    public void DecodeUnsigned_SignedTransaction_IsRefused()
    {
        using var key = Anvil.Key(0);
        EthereumTransaction.DecodeUnsigned(Valid.Sign(key).Encode()).Refusal!.Code.Should().Be("rlp.list-too-long");
        var legacy = new EthereumTransaction.Legacy(1, 0, 1UL, 21_000, To, 1UL, HexBytes.Empty);
        EthereumTransaction.DecodeUnsigned(legacy.Sign(key).Encode()).Refusal!.Code.Should().Be("tx.unsigned");
        SignedTransaction.Decode(Valid.UnsignedPayload()).Refusal!.Code.Should().Be("rlp.truncated");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void DecodeWithSidecar_WhatWasEncoded_IsTheSame(byte version)
    {
        using var key = Anvil.Key(0);
        var proofs = BlobSidecar.ProofCount(version, 2);
        var sidecar = new BlobSidecar(version, Many(2, BlobSidecar.BlobLength), Many(2, 48), Many(proofs, 48));
        var signed = Blob.Sign(key);
        var bytes = signed.EncodeWithSidecar(sidecar);
        SignedTransaction.DecodeWithSidecar(bytes).Value.Should().Be((signed, sidecar));
        SignedTransaction.Decode(bytes).IsOk.Should().BeFalse("the network form is no canonical form");
        SignedTransaction.DecodeWithSidecar(signed.Encode()).IsOk.Should().BeFalse();
        var short1 = signed.EncodeWithSidecar(sidecar with { Proofs = Many(proofs - 1, 48) });
        SignedTransaction.DecodeWithSidecar(short1).Refusal!.Code.Should().Be("tx.sidecar-count");
        var unknown = signed.EncodeWithSidecar(sidecar with { Version = 2 });
        SignedTransaction.DecodeWithSidecar(unknown).Refusal!.Code.Should().Be("tx.sidecar-version");
    }

    [Fact]
    public void UnsignedPayload_BlobOrSetCodeWithoutReceiver_Throws()
    {
        var encode = () => (Blob with { To = null }).UnsignedPayload();
        encode.Should().Throw<InvalidOperationException>();
    }

    private static Items<HexBytes> Many(int count, int length) => [.. Enumerable.Range(1, count).Select(i =>
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill((byte)i);
        return (HexBytes)bytes;
    })];
}
