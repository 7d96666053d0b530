using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime;

/// <summary>What travels with a call, and what filters see and decide.</summary>
public sealed class ContextTests
{
    private static readonly AsyncLocal<string?> _local = new();

    [Fact]
    public async Task RequestContext_TravelsToTheCalleeAndBeyond_AndNeverBack()
    {
        await Simulated.RunAsync(async run =>
        {
            RequestContext.Set("who", "caller");
            (await run.Probe("a").ReadContext("who")).Should().Be("caller");
            (await run.Probe("a").ReadContextBeyond("b", "who")).Should().Be("caller");
            await run.Probe("a").WriteContext("who", "callee");
            RequestContext.Get("who").Should().Be("caller");
            RequestContext.Clear();
            (await run.Probe("a").ReadContext("who")).Should().BeNull("a turn leaves nothing behind for the next");
        });
    }

    [Fact]
    public async Task AsyncLocals_OfTheCaller_DoNotReachTheCallee()
    {
        string? seen = "not asked";
        await Simulated.RunAsync(
            async run =>
            {
                _local.Value = "caller";
                await run.Probe("a").Incarnation();
            },
            builder => builder.ConfigureSilo((_, silo) => silo.AddIncomingGrainCallFilter(context =>
            {
                seen = _local.Value;
                return context.Invoke();
            })));

        seen.Should().BeNull();
    }

    [Fact]
    public async Task IncomingFilter_TellsAClientFromAGrain()
    {
        var sources = new List<string>();
        await Simulated.RunAsync(
            async run =>
            {
                await run.Probe("a").ReadContextBeyond("b", "x");
                var hosted = run.Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();
                await hosted.GetGrain<IProbeGrain>("c", typeof(ProbeGrain).FullName).Incarnation();
            },
            builder => builder.ConfigureSilo((_, silo) => silo.AddIncomingGrainCallFilter(context =>
            {
                var source = context.SourceId!.Value;
                sources.Add($"{(source.IsClient() ? "client" : source)} -> {context.TargetId} {context.InterfaceName}.{context.MethodName}");
                context.Grain.Should().BeOfType<ProbeGrain>();
                context.ImplementationMethod.DeclaringType.Should().Be<ProbeGrainBase>();
                return context.Invoke();
            })));

        var name = typeof(IProbeGrain).FullName;
        sources.Should().Equal(
            $"client -> probe/a {name}.ReadContextBeyond", $"probe/a -> probe/b {name}.ReadContext", $"client -> probe/c {name}.Incarnation");
    }

    [Fact]
    public async Task IncomingFilter_RefusesChangesArgumentsAndResults()
    {
        var run = await Simulated.RunAsync(
            async run =>
            {
                (await run.Grain<IEchoGrain>("g").Fail("x").Failure()).Should().BeOfType<UnauthorizedAccessException>();
                (await run.Grain<IEchoGrain>("g").Echo("given")).Should().Be("changed, and more");
            },
            builder => builder.ConfigureSilo((_, silo) => silo
                .AddIncomingGrainCallFilter(new Changing())
                .AddIncomingGrainCallFilter<Refusing>()));

        run.Notes.Lines.Should().Equal("refusing Fail", "refusing Echo");
    }

    [Fact]
    public async Task OutgoingFilter_SeesTheCallAndItsResult()
    {
        var seen = new List<string>();
        await Simulated.RunAsync(
            async run => (await run.Grain<IEchoGrain>("g").Add(2, 3)).Should().Be(6),
            builder => builder.ConfigureClient(client => client.AddOutgoingGrainCallFilter(async context =>
            {
                var sum = $"{context.Request.GetArgument(0)}+{context.Request.GetArgument(1)}";
                seen.Add($"{context.MethodName} {sum} from {context.SourceContext?.ToString() ?? "outside"}");
                await context.Invoke();
                context.Result = (int)context.Result! + 1;
            })));

        seen.Should().Equal("Add 2+3 from outside");
    }

    private sealed class Changing : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName == nameof(IEchoGrain.Echo))
                context.Request.SetArgument(0, "changed");
            await context.Invoke();
            context.Result += ", and more";
        }
    }

    private sealed class Refusing(Notes notes) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            notes.Add($"refusing {context.MethodName}");
            return context.InterfaceMethod == typeof(IEchoGrain).GetMethod(nameof(IEchoGrain.Fail), BindingFlags.Public | BindingFlags.Instance)
                ? throw new UnauthorizedAccessException()
                : context.Invoke();
        }
    }
}
