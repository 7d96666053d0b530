using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a book is on chain, and who signed it.</summary>
public sealed class ContractStateTests
{
    private static readonly ChannelLock[] _locks =
    [
        new(ChannelSide.A, 3, 500, 2_000_000, LockKind.Hash, Bytes32.Parse("0x" + new string('1', 64))),
        new(ChannelSide.A, 4, 99, 2_000_001, LockKind.Hash, Bytes32.Parse("0x" + new string('2', 64))),
        new(ChannelSide.A, 9, 600, 2_000_002, LockKind.Point, Bytes32.Parse("0x" + new string('0', 24) + new string('3', 40))),
        new(ChannelSide.A, 12, 700, 2_000_003, LockKind.Hash, Bytes32.Parse("0x" + new string('4', 64))),
        new(ChannelSide.B, 1, 800, 2_000_004, LockKind.Hash, Bytes32.Parse("0x" + new string('5', 64))),
        new(ChannelSide.B, 2, 98, 2_000_005, LockKind.Hash, Bytes32.Parse("0x" + new string('6', 64))),
    ];

    private static readonly ChannelBook _book = new(42, new(10_000, 5_000), new(11, 12), new(6_000, 6_180), [.. _locks]);

    [Fact]
    public void Book_OnChain_HasItsLocksInTrees_AndTheSmallOnesInSums()
    {
        var state = ContractState.Of(_book, ChannelParty.Terms.LockFloor);
        state.Should().Be(new ContractState(42, 10_000, 5_000, 11, 12, 6_000, 6_180, 99, 98, 1_800, 800, Root(0, 2, 3), Root(4)));
        ContractState.Of(_book, 0).LocksA.Should().Be(Root(0, 1, 2, 3), "nothing is below a floor of zero");
    }

    [Fact]
    public void Signature_OfAnother_OrOfAnotherBook_IsNone()
    {
        var digest = ChannelParty.DigestOf(_book);
        var signature = ChannelParty.Sign(ChannelSide.A, _book);
        ChannelSignature.IsBy(ChannelParty.Facts.A, digest, signature).Should().BeTrue();
        ChannelSignature.IsBy(ChannelParty.Facts.B, digest, signature).Should().BeFalse();
        ChannelSignature.IsBy(ChannelParty.Facts.A, digest, ChannelParty.Sign(ChannelSide.A, _book with { Nonce = 43 })).Should().BeFalse();
        ChannelSignature.IsBy(ChannelParty.Facts.A, digest, HexBytes.From(signature.Span[..63])).Should().BeFalse();
        ChannelSignature.IsBy(ChannelParty.Facts.A, digest, HighS(signature)).Should().BeFalse("the contract takes low s alone");
    }

    private static HexBytes HighS(HexBytes signature)
    {
        System.Numerics.BigInteger order = (System.Numerics.BigInteger)UInt256.FromBigEndian(
            Convert.FromHexString("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141"));
        var bytes = signature.Span.ToArray();
        var parity = bytes[32] & 0x80;
        bytes[32] &= 0x7f;
        ((UInt256)(order - (System.Numerics.BigInteger)UInt256.FromBigEndian(bytes.AsSpan(32)))).ToBigEndian(bytes.AsSpan(32));
        bytes[32] |= (byte)(parity ^ 0x80);
        return HexBytes.From(bytes);
    }

    private static Bytes32 Root(params int[] locks) =>
        LockTree.Root([.. locks.Select(static (of, index) => new LockLeaf((byte)index, _locks[of].Amount, _locks[of].Expiry, _locks[of].Kind, _locks[of].Target).Leaf())]);
}
