using Microsoft.Extensions.Configuration;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Composition;

/// <summary>What follows from peers' standing, as the silo reads it.</summary>
public sealed class StandingConfigurationTests
{
    [Fact]
    public void Nothing_IsTheDefault() => Read([]).Should().Be(PeerPolicy.Default);

    [Fact]
    public void Values_AreRead() => Read([
        ("HalfLifeHours", "24"), ("WatchBelow", "-1"), ("HalveBelow", "-2"), ("BarBelow", "-3"), ("Slots", "60"), ("HalvedPpm", "250000"), ("BarredPpm", "0")])
        .Should().Be(new PeerPolicy(Span.Hours(24), -1, -2, -3, 60, 250_000, 0));

    [Theory]
    [InlineData("HalfLifeHours", "0")]
    [InlineData("HalfLifeHours", "8761")]
    [InlineData("HalfLifeHours", "a week")]
    [InlineData("WatchBelow", "1")]
    [InlineData("WatchBelow", "-201")]
    [InlineData("HalveBelow", "-401")]
    [InlineData("BarBelow", "-2001")]
    [InlineData("BarBelow", "-4e2")]
    [InlineData("Slots", "0")]
    [InlineData("HalvedPpm", "-1")]
    [InlineData("HalvedPpm", "1000001")]
    [InlineData("BarredPpm", "-1")]
    [InlineData("BarredPpm", "500001")]
    public void WrongValue_StopsTheStart(string key, string value) =>
        ((Action)(() => Read([(key, value)]))).Should().Throw<SetUpException>().WithMessage("*Peers:Standing*");

    [Fact]
    public void Price_IsRead_WithinItsBounds()
    {
        StandingConfiguration.ReadPrice(Of([])).Should().Be(StandingPrice.Default);
        StandingConfiguration.ReadPrice(Of([("RoutePpm", "0")])).Should().Be(new StandingPrice(0));
        StandingConfiguration.ReadPrice(Of([("RoutePpm", "10000")])).Should().Be(new StandingPrice(10_000));
        foreach (var wrong in new[] { "-1", "10001", "0.5" })
            ((Action)(() => StandingConfiguration.ReadPrice(Of([("RoutePpm", wrong)])))).Should().Throw<SetUpException>().WithMessage("*Peers:Standing:RoutePpm*");
    }

    private static PeerPolicy Read((string Key, string Value)[] values) => StandingConfiguration.Read(Of(values));

    private static IConfigurationRoot Of((string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => KeyValuePair.Create($"Peers:Standing:{value.Key}", (string?)value.Value))).Build();
}
