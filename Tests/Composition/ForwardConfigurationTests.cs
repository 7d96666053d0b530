using Microsoft.Extensions.Configuration;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Composition;

/// <summary>What an operator asks for carrying payments on, as it is set.</summary>
public sealed class ForwardConfigurationTests
{
    [Theory]
    [InlineData(null, 5_000)]
    [InlineData("0", 0)]
    [InlineData("15000", 15_000)]
    [InlineData("15001", null)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    public void Gathering_IsForSoManyMilliseconds(string? text, int? ms)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Channels:GatherMs", text)]).Build();
        if (ms is { } expected) GatherConfiguration.Read(configuration).Wait.Ms.Should().Be(expected);
        else ((Action)(() => GatherConfiguration.Read(configuration))).Should().Throw<SetUpException>();
    }

    [Fact]
    public void WithoutASection_ItIsAThousandth() => Read([]).Should().Be(ForwardPolicy.Default);

    [Fact]
    public void EachValue_IsTaken() =>
        Read([("BaseFee", "7"), ("FeePpm", "0"), ("LockDelta", "86400")]).Should().Be(new ForwardPolicy(7, 0, 86_400));

    [Theory]
    [InlineData("BaseFee", "-1")]
    [InlineData("BaseFee", "1329227995784915872903807060280344576")]
    [InlineData("BaseFee", "")]
    [InlineData("FeePpm", "1000001")]
    [InlineData("FeePpm", "0.5")]
    [InlineData("LockDelta", "1209601")]
    [InlineData("LockDelta", " 5")]
    public void WhatIsNoValue_StopsTheStart(string key, string value) =>
        ((Action)(() => Read([(key, value)]))).Should().Throw<SetUpException>().WithMessage($"*Channels:Forward:{key}*got \"{value}\"*");

    /// <summary>A side that was announced under other terms asks for what is set now, and carries as much as it said.</summary>
    [Fact]
    public void AnnouncedSide_AsksForWhatIsSetNow()
    {
        var said = new AnnouncedSide(default, default, "channels", default, default, true, 900, new(1, 2, 3, 4), ShortestLock: 1_000, LongestLock: 9_000, LockFloor: 5, HexBytes.Empty);
        new ForwardPolicy(7, 50, null).By(said).Should().Be(said with { Forwards = new(7, 50, 2_000, 4) });
        new ForwardPolicy(7, 50, 500).By(said).Forwards.LockDelta.Should().Be(2_000, "a claim on chain needs that");
        new ForwardPolicy(7, 50, 5_000).By(said).Forwards.LockDelta.Should().Be(5_000);
        new ForwardPolicy(7, 50, 5_000).By(new ChannelTerms(5, 5, 4, 9_000, 1_000)).Should().Be(new ForwardTerms(7, 50, 5_000, 4));
    }

    private static ForwardPolicy Read((string Key, string Value)[] values) => ForwardConfiguration.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => KeyValuePair.Create($"Channels:Forward:{value.Key}", (string?)value.Value))).Build());
}
