using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Streams;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Silo.Composition;
using TPWallet.Silo.Runtimes;

namespace TPWallet.Tests.Composition;

/// <summary>What <c>Streams:Provider</c> makes of a silo.</summary>
public sealed class StreamConfigurationTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Memory", true)]
    public void Provider_IsThereWhereItIsNamed(string? provider, bool there)
    {
        var configuration = SiloConfiguration.Read(Of(provider));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddRuntime(configuration);

        configuration.Webhooks.HasStreams.Should().Be(there);
        builder.Services.Any(service => service.ServiceType == typeof(IStreamProvider) && Equals(service.ServiceKey, WebhookStream.Provider)).Should().Be(there);
    }

    [Theory]
    [InlineData("EventHubs", "TPW0101:*Microsoft.Orleans.Streaming.EventHubs*")]
    [InlineData("memory", "Configuration key Streams:Provider: expected Memory or EventHubs, got \"memory\".")]
    public void Provider_ThatCannotBe_StopsTheStart(string provider, string message)
    {
        var reading = () => SiloConfiguration.Read(Of(provider));
        reading.Should().Throw<SetUpException>().WithMessage(message);
    }

    private static IConfiguration Of(string? provider) =>
        new ConfigurationBuilder().AddInMemoryCollection([new("Streams:Provider", provider)]).Build();
}
