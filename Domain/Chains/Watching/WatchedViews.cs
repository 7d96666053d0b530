using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Domain.Chains.Watching;

/// <summary>What may be seen of a watched transaction; pure, decides nothing.</summary>
public static class WatchedViews
{
    public static WatchedView View(WatchedState state) => new(
        state.Chain,
        state.TxHash,
        state.Stage.GetType().Name,
        state.Stage.Inclusion,
        (state.Stage as WatchedStage.Conflicted)?.By.TxHash,
        state.Reports);
}
