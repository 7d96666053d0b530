using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime.Conformance;

/// <summary>What travels with a call, and what filters see and decide: the same on both runtimes.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task RequestContext_TravelsToTheCalleeAndBeyond_AndNeverBack()
    {
        await using var bench = await Bench.StartAsync();
        RequestContext.Set("who", "caller");
        (await bench.Probe("a").ReadContext("who")).Should().Be("caller");
        (await bench.Probe("a").ReadContextBeyond("b", "who")).Should().Be("caller");
        await bench.Probe("a").WriteContext("who", "callee");
        RequestContext.Get("who").Should().Be("caller");
        RequestContext.Clear();
        (await bench.Probe("a").ReadContext("who")).Should().BeNull("a turn leaves nothing behind for the next");
    }

    [Fact]
    public async Task IncomingFilter_TellsAClientFromAGrain()
    {
        var sources = new ConcurrentQueue<string>();
        await using var bench = await Bench.StartAsync(silo => silo.AddIncomingGrainCallFilter(context =>
        {
            if (context.Grain is ProbeGrain)
            {
                var source = context.SourceId!.Value;
                sources.Enqueue($"{(source.IsClient() ? "client" : source)} -> {context.TargetId} {context.InterfaceName}.{context.MethodName}");
                context.InterfaceMethod.DeclaringType.Should().Be<IProbeGrain>();
                context.ImplementationMethod.DeclaringType.Should().Be<ProbeGrainBase>();
            }

            return context.Invoke();
        }));

        await bench.Probe("a").ReadContextBeyond("b", "x");
        await bench.Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>()
            .GetGrain<IProbeGrain>("c", typeof(ProbeGrain).FullName).Incarnation();

        var name = typeof(IProbeGrain).FullName;
        sources.Should().Equal(
            $"client -> probe/a {name}.ReadContextBeyond", $"probe/a -> probe/b {name}.ReadContext", $"client -> probe/c {name}.Incarnation");
    }

    [Fact]
    public async Task IncomingFilter_RefusesAndChangesArgumentsAndResults()
    {
        await using var bench = await Bench.StartAsync(silo => silo.AddIncomingGrainCallFilter(async context =>
        {
            if (context.Grain is EchoGrain && context.MethodName == nameof(IEchoGrain.Fail)) throw new UnauthorizedAccessException("refused");
            if (context.Grain is EchoGrain && context.MethodName == nameof(IEchoGrain.Echo)) context.Request.SetArgument(0, "changed");
            await context.Invoke();
            if (context.Grain is EchoGrain && context.Result is string text) context.Result = text + ", and more";
        }));

        (await bench.Echo().Fail("x").Failure()).Should().BeOfType<UnauthorizedAccessException>().Which.Message.Should().Be("refused");
        (await bench.Echo().Echo("given")).Should().Be("changed, and more");
    }

    [Fact]
    public async Task OutgoingFilter_SeesTheCallAndItsResult()
    {
        var seen = new ConcurrentQueue<string>();
        await using var bench = await Bench.StartAsync(client: client => client.AddOutgoingGrainCallFilter(async context =>
        {
            if (context.MethodName == nameof(IEchoGrain.Add))
                seen.Enqueue($"{context.MethodName} {context.Request.GetArgument(0)}+{context.Request.GetArgument(1)}");
            await context.Invoke();
            if (context.MethodName == nameof(IEchoGrain.Add)) context.Result = (int)context.Result! + 1;
        }));

        (await bench.Echo().Add(2, 3)).Should().Be(6);
        seen.Should().Equal("Add 2+3");
    }
}
