using TPWallet.Domain.Machines;

namespace TPWallet.Grains.Effects;

/// <summary>
/// Does one effect in the world. At least once, in any order between destinations; the effect's own id makes repetition harmless. Never throws for
/// what the world does: that is <see cref="EffectResult.Failed"/> (definite) or <see cref="EffectResult.NoAnswer"/> (unknown, tried again).
/// </summary>
public interface IEffectRunner
{
    Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken);
}
