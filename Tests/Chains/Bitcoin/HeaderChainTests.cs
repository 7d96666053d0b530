using System.Globalization;
using System.Numerics;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>The rules of work on real headers of mainnet, as any block explorer shows them.</summary>
public sealed class HeaderChainTests
{
    private const long Now = 1_800_000_000;

    private static readonly BitcoinHeader Genesis = new(
        1, BitcoinHash.Zero, BitcoinHash.Parse("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"), 1231006505, 0x1d00ffff, 2083236893);

    private static readonly BitcoinHeader Block1 = new(
        1, BitcoinHash.Parse("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"),
        BitcoinHash.Parse("0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098"), 1231469665, 0x1d00ffff, 2573394689);

    private static readonly BitcoinHeader Block2 = new(
        1, BitcoinHash.Parse("00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048"),
        BitcoinHash.Parse("9b0fc92260312ce44e74ef369f5c66bbb85848f2eddd5a7a1cde251e54ccfdd5"), 1231469744, 0x1d00ffff, 1639830024);

    private static readonly BitcoinHeader Block100000 = new(
        1, BitcoinHash.Parse("000000000002d01c1fccc21636b607dfd930d31d01c3a62104612a1719011250"),
        BitcoinHash.Parse("f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766"), 1293623863, 0x1b04864c, 274148111);

    private static readonly HeaderTip Start = HeaderTip.Trusted(Genesis, 0, CompactTarget.Work(WorkRules.Mainnet.Limit), Genesis.Time, []);

    [Fact]
    public void Extend_FirstBlocksOfMainnet_AreTakenWithTheirWork()
    {
        Genesis.Hash().Should().Be(Block1.Parent);
        var one = HeaderChain.Extend(WorkRules.Mainnet, Start, Block1, Now).Value;
        var two = HeaderChain.Extend(WorkRules.Mainnet, one, Block2, Now).Value;
        (two.Height, two.MedianTime, two.PeriodStart).Should().Be((2, Block1.Time, Genesis.Time));
        two.Work.Should().Be(BigInteger.Parse("0300030003", NumberStyles.HexNumber, CultureInfo.InvariantCulture), "each of the first blocks is 0x100010001 hashes");
        two.Header.Hash().ToString().Should().Be("000000006a625f06636b8bb6ac7b960a8d03705d1ace08b1a19da3fdcc99ddbd");
        HeaderChain.MostWork(one, two).Should().Be(two);
        HeaderChain.MostWork(two, one).Should().Be(two);
        HeaderChain.MostWork(one, one with { Height = 9 }).Should().Be(one, "of equal work the first known stays");
        BitcoinHeader.Decode(Block2.Encode()).Value.Should().Be(Block2);
        BitcoinHeader.Decode(Block2.Encode().AsSpan(0, 79)).Refusal!.Code.Should().Be("btc.truncated");
        BitcoinHeader.Decode([.. Block2.Encode(), 0]).Refusal!.Code.Should().Be("btc.trailing");
    }

    [Fact]
    public void Extend_HeaderThatDoesNotFollow_HasItsCode()
    {
        Code(Start, Block2).Should().Be("header.parent");
        Code(Start, Block1 with { Nonce = 1 }).Should().Be("header.work");
        Code(Start, Block1 with { Bits = 0x1d00fffe }).Should().Be("header.bits");
        Code(Start with { Times = [Block1.Time] }, Block1).Should().Be("header.time-old");
        HeaderChain.Extend(WorkRules.Mainnet, Start, Block1, Block1.Time - WorkRules.MostAheadSeconds - 1).Refusal!.Code.Should().Be("header.time-ahead");
        HeaderChain.Extend(WorkRules.Mainnet, Start, Block1, Block1.Time - WorkRules.MostAheadSeconds).IsOk.Should().BeTrue();

        static string Code(HeaderTip tip, BitcoinHeader header) => HeaderChain.Extend(WorkRules.Mainnet, tip, header, Now).Refusal!.Code;
    }

    [Fact]
    public void CheckWork_Block100000_HoldsAndItsTargetIsNoBetter()
    {
        HeaderChain.CheckWork(WorkRules.Mainnet, Block100000).Should().BeNull();
        Block100000.Hash().ToString().Should().Be("000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506");
        HeaderChain.CheckWork(WorkRules.Mainnet, Block100000 with { Time = Block100000.Time + 1 })!.Code.Should().Be("header.work");
        HeaderChain.CheckWork(WorkRules.Mainnet, Block100000 with { Bits = 0x207fffff })!.Code.Should().Be("header.target", "a private chain's target is no work");
        HeaderChain.CheckWork(WorkRules.Mainnet, Block100000 with { Bits = 0 })!.Code.Should().Be("header.target");
    }

    /// <summary>The changes of mainnet at 32256, at its easiest, and the two that were cut to a factor of four (blocks 68544 and 46368).</summary>
    [Theory]
    [InlineData(1261130161, 1262152739, 0x1d00ffff, 0x1d00d86a)]
    [InlineData(1231006505, 1233061996, 0x1d00ffff, 0x1d00ffff)]
    [InlineData(1279008237, 1279297671, 0x1c05a3f4, 0x1c0168fd)]
    [InlineData(1263163443, 1269211443, 0x1c387f6f, 0x1d00e1fd)]
    public void Retarget_RealPeriods_GiveTheRealBits(uint first, uint last, uint before, uint after) =>
        WorkRules.Mainnet.Retarget(before, (long)last - first).Should().Be(after);

    [Fact]
    public void Extend_FirstOfAPeriod_HasTheNewBitsAndRegtestNever()
    {
        var last = HeaderTip.Trusted(Genesis with { Time = 1262152739 }, 32255, BigInteger.One, 1261130161, []);
        var next = new BitcoinHeader(1, last.Header.Hash(), BitcoinHash.Zero, 1262153464, 0x1d00d86a, 0);
        HeaderChain.Extend(WorkRules.Mainnet, last, next, Now).Refusal!.Code.Should().Be("header.work", "only the work is missing");
        HeaderChain.Extend(WorkRules.Mainnet, last, next with { Bits = 0x1d00ffff }, Now).Refusal!.Code.Should().Be("header.bits");
        var own = HeaderTip.Trusted(Genesis with { Bits = 0x207fffff }, 2015, BigInteger.One, 0, []);
        var mined = Enumerable.Range(0, 1000).Select(nonce => new BitcoinHeader(1, own.Header.Hash(), BitcoinHash.Zero, 1231006506, 0x207fffff, (uint)nonce))
            .First(static header => HeaderChain.CheckWork(WorkRules.Regtest, header) is null);
        var tip = HeaderChain.Extend(WorkRules.Regtest, own, mined, Now).Value;
        (tip.Height, tip.PeriodStart).Should().Be((2016, mined.Time));
    }

    [Theory]
    [InlineData(0x01003456u, null)]
    [InlineData(0x01123456u, "12")]
    [InlineData(0x02008000u, "80")]
    [InlineData(0x05009234u, "92340000")]
    [InlineData(0x04923456u, null)]
    [InlineData(0x04123456u, "12345600")]
    [InlineData(0x20123456u, "1234560000000000000000000000000000000000000000000000000000000000")]
    [InlineData(0xff123456u, null)]
    [InlineData(0u, null)]
    public void CompactTarget_Bits_AreReadAsTheReferenceReadsThem(uint bits, string? target)
    {
        var decoded = CompactTarget.Decode(bits);
        if (target is null) decoded.Refusal!.Code.Should().Be("header.target");
        else
        {
            decoded.Value.Should().Be(BigInteger.Parse("0" + target, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            CompactTarget.Decode(CompactTarget.Encode(decoded.Value)).Value.Should().Be(decoded.Value);
        }
    }

    [Fact]
    public void MedianTime_ElevenBlocks_IsTheSixth()
    {
        var tip = HeaderTip.Trusted(Genesis with { Time = 5 }, 20, BigInteger.One, 0, [99, 98, 97, 1, 2, 3, 4, 10, 9, 8, 7, 6]);
        (tip.Times.Count, tip.MedianTime).Should().Be((11, 6u));
    }
}
