using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a hop reads, and on which terms it carries a lock on.</summary>
public sealed class ForwardingTests
{
    private const ulong Now = 1_000_000;
    private const string Secret = "0909090909090909090909090909090909090909090909090909090909090909";
    private static readonly ForwardPolicy _policy = new(10, 1_000, null);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 255)]
    [InlineData(256, 65_536)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public void Payload_IsReadAsItWasWritten(ulong amount, ulong expiry)
    {
        foreach (var channel in new Bytes32?[] { null, new Bytes32((UInt256)7) })
        {
            var payload = new HopPayload(amount, expiry, channel);
            HopPayload.Read(payload.Write()).Should().Be(payload);
            HopPayload.Read([.. payload.Write(), 9, 2, 1, 1]).Should().Be(payload, "unknown odd types are passed over");
        }

        foreach (var total in new[] { UInt256.One, (UInt256)amount + UInt256.One, BookRules.MostDeposited })
        {
            var payment = new HopPayload(amount, expiry, null) { Payment = new(new Bytes32((UInt256)9), total, "rent-2026") };
            HopPayload.Read(payment.Write()).Should().Be(payment);
        }

        HopPayload.Read(new HopPayload(BookRules.MostDeposited, 1, null).Write())!.Amount.Should().Be(BookRules.MostDeposited);
    }

    [Theory]
    [InlineData("")]
    [InlineData("020105", "no expiry")]
    [InlineData("040105", "no amount")]
    [InlineData("0201050401050A0101", "an even type that is not known")]
    [InlineData("040105020105", "types that fall")]
    [InlineData("020105020105040105", "a type twice")]
    [InlineData("02020005040105", "a longer form than needed")]
    [InlineData("0201050409010000000000000001", "an expiry of 9 bytes")]
    [InlineData("02010504010506020101", "a channel of 2 bytes")]
    [InlineData("0201050402", "cut off")]
    [InlineData("02010504", "cut off at the length")]
    [InlineData("0201050401050821" + Secret + "01", "an invoice without its name")]
    [InlineData("020105040105100461626364", "a name without its invoice")]
    [InlineData("0201050401050820" + Secret + "100461626364", "no total")]
    [InlineData("0201050401050822" + Secret + "0001100461626364", "a total in a longer form than needed")]
    [InlineData("0201050401050821" + Secret + "01100461622064", "what is no name")]
    [InlineData("0201050401050821" + Secret + "011000", "an empty name")]
    [InlineData("0201050401050620" + Secret + "0821" + Secret + "01100461626364", "an invoice before the last hop")]
    public void Payload_OfAnotherForm_IsNotRead(string hex, string why = "nothing") => HopPayload.Read(Convert.FromHexString(hex)).Should().BeNull(why);

    [Fact]
    public void Lock_ThatPaysAnInvoice_LastsUntilItsPartsAreThereAndTwiceAClaim()
    {
        var terms = ChannelParty.Terms;
        var payload = new HopPayload(2_000, Now, null) { Payment = new(default, 2_000, "rent") };
        var incoming = new ChannelLock(ChannelSide.A, 1, 2_000, Now + (2 * terms.ShortestLock) + 60, LockKind.Hash, Bytes32.Zero);
        ForwardPolicy.JudgeLast(incoming, payload, terms, Now).Should().BeNull();
        ForwardPolicy.JudgeLast(incoming with { Expiry = incoming.Expiry - 1 }, payload, terms, Now).Should().Be(OnionError.UnknownPaymentDetails);
        ForwardPolicy.JudgeLast(incoming with { Expiry = Now }, payload with { Payment = null }, terms, Now).Should().BeNull("whoever takes it by hand looks for himself");
        ForwardPolicy.JudgeLast(incoming with { Expiry = Now - 1 }, payload, terms, Now).Should().Be(OnionError.FinalIncorrectExpiry);
        ForwardPolicy.JudgeLast(incoming with { Amount = 1_999 }, payload, terms, Now).Should().Be(OnionError.FinalIncorrectAmount);
    }

    [Fact]
    public void Lock_IsCarried_OnlyWithItsFeeAndItsTime()
    {
        var terms = ChannelParty.Terms;
        var delta = 2 * terms.ShortestLock;
        var next = new HopPayload(2_000, Now + terms.ShortestLock, Bytes32.Zero);
        var incoming = new ChannelLock(ChannelSide.A, 1, 2_012, next.Expiry + delta, LockKind.Hash, Bytes32.Zero);
        Judge(incoming, next).Should().BeNull();
        Judge(incoming with { Amount = 2_011 }, next).Should().Be(OnionError.FeeInsufficient);
        Judge(incoming with { Amount = 1_999 }, next).Should().Be(OnionError.FeeInsufficient);
        Judge(incoming with { Expiry = incoming.Expiry - 1 }, next).Should().Be(OnionError.IncorrectExpiry);
        Judge(incoming with { Expiry = next.Expiry - 1 }, next).Should().Be(OnionError.IncorrectExpiry);
        Judge(incoming, next with { Expiry = next.Expiry - 1 }).Should().Be(OnionError.ExpiryTooSoon);
        Judge(incoming, next with { Expiry = 0 }).Should().Be(OnionError.ExpiryTooSoon);
        var far = next with { Expiry = Now + terms.LongestLock };
        Judge(incoming with { Expiry = far.Expiry + delta }, far).Should().BeNull();
        Judge(incoming with { Expiry = far.Expiry + delta + 1 }, far with { Expiry = far.Expiry + 1 }).Should().Be(OnionError.ExpiryTooFar);
        Judge(incoming, next with { Amount = 0 }).Should().Be(OnionError.AmountBelowMinimum);
        Judge(incoming with { Amount = UInt256.MaxValue }, next with { Amount = UInt256.MaxValue }).Should().Be(OnionError.AmountBelowMinimum);
        (_policy with { LockDelta = delta + 1 }).Judge(incoming, next, terms, Now).Should().Be(OnionError.IncorrectExpiry);
        (_policy with { LockDelta = 1 }).DeltaOf(terms).Should().Be(delta, "an operator cannot ask for less than a claim needs");
        OnionError? Judge(ChannelLock from, HopPayload to) => _policy.Judge(from, to, terms, Now);
    }

    /// <summary>However both locks stand, the one that pays us outlives the one that we pay by what noticing and registering a secret needs.</summary>
    [Fact]
    public void LocksThatAreCarried_AlwaysLeaveTheTimeOfAClaim()
    {
        var random = new Random(7);
        var carried = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var terms = ChannelParty.Terms with { ShortestLock = (ulong)random.Next(1, 5_000) };
            var next = new HopPayload((UInt256)(ulong)random.Next(0, 5_000), Now + (ulong)random.Next(0, 20_000), Bytes32.Zero);
            var incoming = new ChannelLock(ChannelSide.A, 1, (UInt256)(ulong)random.Next(0, 6_000), Now + (ulong)random.Next(0, 30_000), LockKind.Hash, Bytes32.Zero);
            if ((_policy with { LockDelta = (ulong)random.Next(0, 4_000) }).Judge(incoming, next, terms, Now) is not null) continue;
            carried++;
            (incoming.Expiry >= next.Expiry + terms.ShortestLock + terms.ShortestLock).Should().BeTrue();
            (incoming.Amount > next.Amount).Should().BeTrue();
        }

        carried.Should().BeGreaterThan(500);
    }
}
