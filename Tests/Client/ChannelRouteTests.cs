using System.Security.Cryptography;
using TPWallet.Client.Routes;
using TPWallet.Crypto;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Client;

/// <summary>A payer's program works out what each hop reads, from the payee back to itself.</summary>
public sealed class ChannelRouteTests : IDisposable
{
    private readonly PrivateKey[] _keys = [Secp256k1.GenerateKey(), Secp256k1.GenerateKey(), Secp256k1.GenerateKey()];
    private readonly Bytes32 _target = Bytes32.From(SHA256.HashData([1]));

    public void Dispose()
    {
        foreach (var key in _keys) key.Dispose();
    }

    [Fact]
    public void Wrap_OverTwoHops_GivesEachItsFeeAndTime_AsItsPolicyAsks()
    {
        var hops = new[] { Hop(0, 11, new(5, 1_000, 100, 0, 0)), Hop(1, 12, new(0, 2_000, 40, 0, 0)) };
        var first = ChannelRoute.Wrap(hops, Key(2), 10_000, 7_000, _target);
        (first.Amount, first.Expiry).Should().Be(((UInt256)10_035, 7_140UL));
        var packet = first.Onion.Span.ToArray();
        HopPayload[] wanted = [new(10_020, 7_040, Id(11)), new(10_000, 7_000, Id(12)), new(10_000, 7_000, null)];
        for (var i = 0; i < wanted.Length; i++)
        {
            var peeled = Onion.Peel(packet, _keys[i], _target.ToArray())!;
            HopPayload.Read(peeled.Payload).Should().Be(wanted[i]);
            packet = peeled.Next;
        }

        packet.Should().BeNull("the payee is the last");
    }

    [Fact]
    public void Failure_OfTheSecondHop_IsReadByWhoMadeTheWay_AndByNobodyElse()
    {
        var hops = new[] { Hop(0, 11, new(0, 0, 100, 0, 0)) };
        var first = ChannelRoute.Wrap(hops, Key(1), 10_000, 7_000, _target);
        var outer = Onion.Peel(first.Onion.Span, _keys[0], _target.ToArray())!;
        var inner = Onion.Peel(outer.Next, _keys[1], _target.ToArray())!;
        var reason = OnionFailure.Create(inner.SharedSecret, [0x40, 0x0F]);
        OnionFailure.Wrap(outer.SharedSecret, reason);
        first.Read(reason).Should().Be(new RouteFailure(1, OnionError.UnknownPaymentDetails));
        ChannelRoute.Wrap(hops, Key(1), 10_000, 7_000, _target).Read(reason).Should().BeNull("that way has other secrets");
    }

    [Fact]
    public void Wrap_WithASeed_IsTheSameOnionForTheSameWay_AndSharesNothingWithAnother()
    {
        RoutedLock Wrapped(ulong next, byte seed) => ChannelRoute.Wrap([Hop(0, next, new(5, 1_000, 100, 0, 0))], Key(1), 10_000, 7_000, _target, [seed, 2, 3]);

        var first = Wrapped(11, 1);
        Wrapped(11, 1).Onion.Should().Be(first.Onion, "the command can be repeated");
        Ephemeral(Wrapped(11, 2)).Should().NotBe(Ephemeral(first));
        Ephemeral(Wrapped(12, 1)).Should().NotBe(Ephemeral(first), "one key over two ways shows where they differ");
        HopPayload.Read(Onion.Peel(first.Onion.Span, _keys[0], _target.ToArray())!.Payload).Should().Be(new HopPayload(10_000, 7_000, Id(11)));

        static string Ephemeral(RoutedLock one) => Convert.ToHexString(one.Onion.Span[1..34]);
    }

    [Fact]
    public void Wrap_OfFeesPastWhatAChannelHolds_SaysSo()
    {
        var dear = new HopPolicy(BookRules.MostDeposited - 1, HopPolicy.MostFeePpm, 100, 0, 0);
        FluentActions.Invoking(() => ChannelRoute.Wrap([Hop(0, 11, dear)], Key(1), 10_000, 7_000, _target)).Should().Throw<ArgumentException>().WithMessage("With the fees*");
        var slow = new HopPolicy(0, 0, 100, 0, 0);
        FluentActions.Invoking(() => ChannelRoute.Wrap([Hop(0, 11, slow)], Key(1), 10_000, ChannelLimits.LatestSecond - 1, _target))
            .Should().Throw<ArgumentException>().WithMessage("With the hops' times*");
    }

    [Theory]
    [InlineData("no amount", 0, 7_000UL, 1_000u, 1)]
    [InlineData("a time that no chain comes to", 1, ulong.MaxValue, 1_000u, 1)]
    [InlineData("more than the whole as a fee", 1, 7_000UL, 1_000_001u, 1)]
    [InlineData("more hops than an onion has room for", 1, 7_000UL, 1_000u, ChannelRoute.MaxHops + 1)]
    public void Wrap_OfWhatNobodyCarries_IsRefused(string what, int amount, ulong expiry, uint ppm, int hops)
    {
        var all = Enumerable.Repeat(Hop(0, 11, new(0, ppm, 100, 0, 0)), hops).ToArray();
        FluentActions.Invoking(() => ChannelRoute.Wrap(all, Key(1), (UInt256)(ulong)amount, expiry, _target)).Should().Throw<ArgumentException>(what);
    }

    private RouteCarrier Hop(int key, ulong next, HopPolicy policy) => new(Key(key), Id(next), policy);

    private HexBytes Key(int key) => HexBytes.From(Secp256k1.CreatePublicKey(_keys[key]));

    private static Bytes32 Id(ulong number) => new((UInt256)number);
}
