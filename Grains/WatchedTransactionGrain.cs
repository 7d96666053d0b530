using Orleans.Concurrency;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the WatchedTransaction machine.</summary>
[Reentrant]
public sealed class WatchedTransactionGrain(ShellServices services)
    : MachineGrain<WatchedDecider, WatchedState, WatchedCommand, WatchedEvent>(services, _codec), IWatchedTransactionGrain
{
    private static readonly MachineCodec<WatchedState, WatchedCommand, WatchedEvent> _codec =
        new(ContractJson.Default.WatchedCommand, WatchedJson.Default.WatchedEvent, WatchedJson.Default.WatchedState);

    public Task<WatchedView?> Read() => Task.FromResult(WatchedDecider.View(State));

    protected override (string Code, string Detail)? Alarm(WatchedState state) =>
        state is { Asked: >= WatchedState.MaxAsked, Stage: WatchedStage.Mined mined }
            ? (IncidentCodes.WatchUnsettled, $"seen in block {mined.In.Block}, and neither final nor gone after {state.Asked} look-ups")
            : null;

    protected override (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(WatchedState state) =>
        (WatchedDecider.AccountsOf(state), new(IncidentCodes.WatchUnsettled, state.Chain) { Transaction = state.TxHash, Block = state.Stage.Inclusion?.Block.Hash });
}
