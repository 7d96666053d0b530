using Microsoft.Extensions.Configuration.Memory;
using TPWallet.Silo.Commands;
using TPWallet.Silo.Composition;
using TPWallet.Silo.Gateway;
using TPWallet.Silo.Runtimes;

try
{
    if (args is ["certificates", .. var names])
    {
        ClusterCertificates.Make(names, TimeProvider.System);
        return 0;
    }

    if (await JournalCommands.RunAsync(args) is { } exitCode) return exitCode;
    var builder = WebApplication.CreateBuilder(args);
    // Six lines for each request cost as much as the request; what configuration says is stronger.
    builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("Logging:LogLevel:Microsoft.AspNetCore", "Warning")] });
    var configuration = SiloConfiguration.Read(builder.Configuration);
    var killAt = KillAt.FromEnvironment(builder.Configuration);
    Drain.Add(builder.Services, configuration.Cluster.Notice);
    using var stopping = new CancellationTokenSource();
    using var hard = new HardStop(configuration.Cluster.Drain + HardStop.Margin, TimeProvider.System, HardStop.Kill, stopping.Token);
    using var signals = hard.Listen();
    await using var journal = await SiloComposition.OpenJournalAsync(configuration, CancellationToken.None);
    builder.AddSilo(configuration, journal, SiloComposition.OpenSigner(configuration), killAt);
    builder.AddRuntime(configuration);
    builder.Services.AddGateway(builder.Configuration);
    await using var app = builder.Build();
    app.MapGateway();
    app.Lifetime.ApplicationStopping.Register(stopping.Cancel);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is SetUpException or TPWallet.Grains.Journal.JournalOwnedException or FileNotFoundException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
