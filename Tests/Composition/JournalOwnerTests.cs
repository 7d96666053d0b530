using Microsoft.Extensions.Configuration;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Composition;

/// <summary>The owner lock can be overridden for crash tests, and not where anybody else could reach the silo.</summary>
public sealed class JournalOwnerTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Read_OnLoopback_IsTaken(string? exclusive, bool owns) => Read(exclusive, "http://127.0.0.1:0").OwnsJournal.Should().Be(owns);

    [Theory]
    [InlineData("false", "http://0.0.0.0:8080")]
    [InlineData("false", "http://127.0.0.1:0;https://wallet.example")]
    [InlineData("no", "http://127.0.0.1:0")]
    public void Read_BeyondLoopbackOrAnotherWord_IsRefused(string exclusive, string urls) =>
        FluentActions.Invoking(() => Read(exclusive, urls)).Should().Throw<SetUpException>().WithMessage("Configuration key Journal:Postgres:Exclusive:*");

    private static SiloConfiguration Read(string? exclusive, string urls) => SiloConfiguration.Read(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Journal:Postgres:Exclusive", exclusive), new("urls", urls)]).Build());
}
