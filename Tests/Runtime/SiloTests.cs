using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace TPWallet.Tests.Runtime;

/// <summary>Silos that come, stop and are killed, and hosts that meet in one cluster.</summary>
public sealed class SiloTests
{
    private const int Grains = 32;

    [Fact]
    public async Task Placement_SpreadsOverSilos()
    {
        await Simulated.RunAsync(
            async run =>
            {
                foreach (var key in Keys())
                    await run.Probe(key).Incarnation();
                Hosts(run).Distinct().Should().HaveCount(3);
            },
            silos: 3);
    }

    [Fact]
    public async Task Kill_CallersInFlightGetSiloUnavailable_NothingRunsThereAnyMore_AndTheNextCallActivatesElsewhere()
    {
        var run = await Simulated.RunAsync(
            async run =>
            {
                var running = run.Probe("g").Work("work").Failure();
                await run.Settle();
                var waiting = run.Probe("g").Work("waiting").Failure();
                await run.Settle();
                run.Cluster.TryGetGrainContext(run.Probe("g").GetGrainId(), out var context).Should().BeTrue();
                var victim = run.Cluster.Silos.Single(silo => silo.Name == ((Activation)context!).Silo.Name);

                Kill(victim);

                (await running).Should().BeOfType<SiloUnavailableException>();
                (await waiting).Should().BeOfType<SiloUnavailableException>();
                run.Notes.Open("work");
                await run.Settle();
                await run.Probe("g").Incarnation();
                run.Cluster.TryGetGrainContext(run.Probe("g").GetGrainId(), out var next);
                ((Activation)next!).Silo.Name.Should().NotBe(victim.Name);
            },
            silos: 2);

        run.Notes.Lines.Should().Equal("g activates", "work starts", "g activates");
    }

    [Fact]
    public async Task Kill_TheSiloOfTheCaller_ItsGrainNeverContinues()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var asking = run.Probe("a").CallAndBeCalled("slow").Failure();
            await run.Settle();
            Kill(run.Cluster.Silos[0]);
            (await asking).Should().BeOfType<SiloUnavailableException>();
            run.Notes.Open("slow activation");
            await run.Settle();
            (await run.Probe("a").Incarnation().Failure()).Should().BeOfType<OrleansMessageRejectionException>("no silo is left");
        });

        run.Notes.Lines.Should().Equal("a activates", "slow activates");
    }

    [Fact]
    public async Task Stop_DeactivatesInOrder_AndTheOthersTakeOver()
    {
        await using var cluster = new InProcessTestClusterBuilder(2).ConfigureHost(host => host.Services.AddSingleton<Notes>()).Build();
        await cluster.DeployAsync();
        foreach (var key in Keys())
            await cluster.Client.GetGrain<IProbeGrain>(key, typeof(ProbeGrain).FullName).Incarnation();
        var leaving = cluster.Silos[0];
        var notes = leaving.ServiceProvider.GetRequiredService<Notes>();
        var there = notes.Lines.Count;

        await cluster.StopSiloAsync(leaving);

        there.Should().BePositive();
        notes.Lines.Count(line => line.EndsWith("deactivates ShuttingDown", StringComparison.Ordinal)).Should().Be(there);
        foreach (var key in Keys())
            await cluster.Client.GetGrain<IProbeGrain>(key, typeof(ProbeGrain).FullName).Incarnation();
        cluster.Silos.Should().ContainSingle();
    }

    [Fact]
    public async Task StartAdditional_TakesItsShareOfNewGrains()
    {
        await using var cluster = new InProcessTestClusterBuilder(1).Build();
        await cluster.DeployAsync();

        var added = await cluster.StartAdditionalSiloAsync();
        foreach (var key in Keys())
            await cluster.Client.GetGrain<IEchoGrain>(key).Nothing();

        var silo = added.ServiceProvider.GetRequiredService<Orleans.Runtime.Silo>();
        silo.Cluster.ActivationsOf(silo).Should().NotBeEmpty();
        await cluster.KillSiloAsync(added);
        foreach (var key in Keys())
            await cluster.Client.GetGrain<IEchoGrain>(key).Nothing();
    }

    [Fact]
    public async Task Hosts_OfOneProcess_MeetByTheirIds()
    {
        var id = Guid.NewGuid().ToString("N");
        var silo = Host.CreateEmptyApplicationBuilder(null);
        silo.UseOrleans(builder => builder.UseLocalhostClustering(clusterId: id).Configure<SiloOptions>(options => options.SiloName = "one"));
        var client = Host.CreateEmptyApplicationBuilder(null);
        client.UseOrleansClient(builder => builder.UseLocalhostClustering(clusterId: id));
        using var siloHost = silo.Build();
        using var clientHost = client.Build();
        await siloHost.StartAsync();
        await clientHost.StartAsync();

        (await clientHost.Services.GetRequiredService<IClusterClient>().GetGrain<IEchoGrain>("g").Add(1, 1)).Should().Be(2);
        (await siloHost.Services.GetRequiredService<IClusterClient>().GetGrain<IEchoGrain>("g").Add(1, 2)).Should().Be(3);
        siloHost.Services.GetRequiredService<ILocalSiloDetails>().Name.Should().Be("one");
        await siloHost.StopAsync();
        (await clientHost.Services.GetRequiredService<IClusterClient>().GetGrain<IEchoGrain>("g").Add(1, 1).AsTask().Failure())
            .Should().BeOfType<OrleansMessageRejectionException>();
        await clientHost.StopAsync();
    }

    [Fact]
    public void SiloAndClient_InOneHost_IsRefused()
    {
        var host = Host.CreateEmptyApplicationBuilder(null);
        host.UseOrleans();

        host.Invoking(one => one.UseOrleansClient()).Should().Throw<OrleansConfigurationException>();
    }

    private static IEnumerable<string> Keys() => Enumerable.Range(0, Grains).Select(number => $"grain{number}");

    private static IEnumerable<string> Hosts(Simulated run)
    {
        foreach (var key in Keys())
            if (run.Cluster.TryGetGrainContext(run.Probe(key).GetGrainId(), out var context))
                yield return ((Activation)context).Silo.Name;
    }

    // The crash itself, without the host's own stop, whose hosted services would run on the thread pool.
    private static void Kill(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<Orleans.Runtime.Silo>().Dispose();
}
