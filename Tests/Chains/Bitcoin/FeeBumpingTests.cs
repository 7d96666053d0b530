using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Each rule of BIP-125 at its border, and the arithmetic of a child that pays.</summary>
public sealed class FeeBumpingTests
{
    private static readonly OutPoint First = new(BitcoinHash.Of([1]), 0);
    private static readonly OutPoint Second = new(BitcoinHash.Of([2]), 0);

    private static readonly PooledTransaction Original = new(Spend(BitcoinInput.ReplaceableSequence, First), 1_000);

    private static readonly ReplacementContext Context = new([Original], [], [], []);

    private static int Size => Original.Transaction.VirtualSize();

    [Fact]
    public void Check_FeeOfAReplacement_MustPayForAllAndForItself()
    {
        FeeBumping.LeastFeeSat(Context, Size, FeeRate.Incremental).Should().Be(1_000 + Size);
        Code(1_000 + Size).Should().BeNull();
        Code(1_000 + Size - 1).Should().Be("rbf.increment");
        Code(1_000).Should().Be("rbf.fee-rate");
        var withChild = Context with { Descendants = [new(Spend(0, Second), 5_000)] };
        FeeBumping.Check(new(Original.Transaction, 5_999), withChild, FeeRate.Incremental)!.Code.Should().Be("rbf.fee");
        FeeBumping.Check(new(Original.Transaction, 6_000 + Size), withChild, FeeRate.Incremental).Should().BeNull();

        static string? Code(long fee) => FeeBumping.Check(new(Original.Transaction, fee), Context, FeeRate.Incremental)?.Code;
    }

    [Fact]
    public void Check_Surroundings_BreakTheirRule()
    {
        var silent = Original with { Transaction = Spend(BitcoinInput.ReplaceableSequence + 1, First) };
        var rich = new PooledTransaction(Spend(0, First), 100_000);
        Code(rich, Context with { Conflicts = [silent] }).Should().Be("rbf.not-signalled");
        Code(rich, Context with { Conflicts = [silent], SignalledByAncestor = [silent.Transaction.Txid()] }).Should().BeNull();
        FeeBumping.Check(rich, Context with { Conflicts = [silent] }, FeeRate.Incremental, fullReplacement: true).Should().BeNull();
        Code(rich, Context with { Conflicts = [] }).Should().Be("rbf.no-conflict");
        Code(rich, Context with { Conflicts = [new(Spend(0, Second), 1)] }).Should().Be("rbf.no-conflict");
        var wider = new PooledTransaction(Spend(0, First, Second), 100_000);
        Code(wider, Context with { Unconfirmed = [Second.Txid] }).Should().Be("rbf.new-unconfirmed");
        Code(wider, Context with { Unconfirmed = [First.Txid] }).Should().BeNull("the conflict spends it too");
        var crowd = Enumerable.Range(0, 100).Select(static i => new PooledTransaction(Spend((uint)i, Second), 0));
        Code(rich, Context with { Descendants = new([.. crowd]) }).Should().Be("rbf.too-many");
        Code(rich, Context with { Descendants = new([.. crowd.Take(99)]) }).Should().BeNull();

        static string? Code(PooledTransaction replacement, ReplacementContext context) => FeeBumping.Check(replacement, context, FeeRate.Incremental)?.Code;
    }

    [Fact]
    public void Check_LargerReplacement_MustBeatTheRateToo()
    {
        var larger = new PooledTransaction(Spend(0, First, Second), 0);
        var least = FeeBumping.LeastFeeSat(Context with { Conflicts = [Original with { FeeSat = 100_000 }] }, larger.Transaction.VirtualSize(), FeeRate.Incremental);
        var dear = Context with { Conflicts = [Original with { FeeSat = 100_000 }] };
        FeeBumping.Check(larger with { FeeSat = least }, dear, FeeRate.Incremental).Should().BeNull();
        FeeBumping.Check(larger with { FeeSat = least - 1 }, dear, FeeRate.Incremental)!.Code.Should().Be("rbf.fee-rate");
    }

    [Theory]
    [InlineData(200, 200, 100, 10, 2_800)]
    [InlineData(9_000, 200, 100, 10, 1_000)]
    [InlineData(0, 141, 141, 1, 282)]
    public void ChildFee_OfAncestors_LiftsThePackage(long fees, long bytes, long child, long rate, long expected) =>
        FeeBumping.ChildFeeSat(fees, bytes, child, FeeRate.FromSatPerVbyte(rate)).Should().Be(expected);

    [Fact]
    public void FeeRate_Fraction_RoundsUp()
    {
        new FeeRate(1_001).FeeSat(1).Should().Be(2);
        new FeeRate(1_000).FeeSat(141).Should().Be(141);
        new FeeRate(1_500).FeeOfWeightSat(401).Should().Be(152, "401 units are 101 virtual bytes");
        FeeBumping.CheckAncestors(25, 101_000).Should().BeNull();
        FeeBumping.CheckAncestors(26, 1)!.Code.Should().Be("ancestors.limit");
        FeeBumping.CheckAncestors(1, 101_001)!.Code.Should().Be("ancestors.limit");
    }

    private static BitcoinTransaction Spend(uint sequence, params OutPoint[] points) =>
        new(2, new([.. points.Select(point => new BitcoinInput(point, sequence))]), [new(1_000, OutputScript.PubKeyHashOf(new byte[20]))], 0);
}
