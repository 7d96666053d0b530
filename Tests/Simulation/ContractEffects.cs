using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;

namespace TPWallet.Tests.Simulation;

/// <summary>Production's effects, but for what concerns the channels' contract: that has a chain of its own, and nodes that answer late or not at all.</summary>
internal sealed class ContractEffects(World world, EffectRunner production) : IEffectRunner
{
    public Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken) => effect switch
    {
        Effect.LookAtChannel or Effect.ActOnChannel when world.Faults.Hit(Fault.NodeStalls) => Task.FromResult<EffectResult>(new EffectResult.NoAnswer("no node answers")),
        Effect.LookAtChannel look => Task.FromResult(world.Chain.Manager.Look(look)),
        Effect.ActOnChannel act => Task.FromResult(world.Chain.Manager.Take(act)),
        _ => production.RunAsync(effect, cancellationToken),
    };
}
