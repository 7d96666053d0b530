using Orleans.Concurrency;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Channel machine.</summary>
[Reentrant]
public sealed class ChannelGrain(ShellServices services)
    : MachineGrain<ChannelDecider, ChannelState, ChannelCommand, ChannelEvent>(services, Codec), IChannelGrain
{
    internal static readonly MachineCodec<ChannelState, ChannelCommand, ChannelEvent> Codec =
        new(ContractJson.Default.ChannelCommand, ChannelJson.Default.ChannelEvent, ChannelJson.Default.ChannelState);

    public Task<ChannelView?> Read() => Task.FromResult(ChannelDecider.View(State, Version));

    public Task<UpdateStanding> Follow(Guid update) => Task.FromResult(ChannelDecider.Standing(State, update));

    public Task<ChannelLedgerView?> ReadLedger() => Task.FromResult(ChannelAudit.View(State));

    protected override (string Code, string Detail)? Alarm(ChannelState state) => AlarmOf(state);

    internal static (string Code, string Detail)? AlarmOf(ChannelState state) => (state.Phase, ChannelAudit.Differences(state)) switch
    {
        (_, [var first, ..]) => (IncidentCodes.ChannelBooksDiffer, $"{first.What}: {first.Expected} expected, {first.Actual} found"),
        (ChannelPhase.LostState, _) => (IncidentCodes.ChannelLostState, $"nonce {state.Book.Nonce} is the newest that is known to hold"),
        (ChannelPhase.PeerLost, _) => (IncidentCodes.ChannelPeerLost, $"nonce {state.Book.Nonce}"),
        _ when state.Settlement is { } settled && settled.Nonce < settled.Newest =>
            (IncidentCodes.ChannelSettledOld, $"by nonce {settled.Nonce}, where {settled.Newest} was the newest: {settled.Given.Of(state.Us)} given"),
        _ when ChannelDecider.Forgone(state).FirstOrDefault() is { } lost => (IncidentCodes.ChannelLockLost, $"lock {lost.Number} of {lost.Amount} goes back, although its secret was known before its expiry at {lost.Expiry} s"),
        _ when state.Tower is { } tower && (tower.Trouble is not null || tower.Marks.Length > TowerStanding.MostBehind) => (IncidentCodes.ChannelUnguarded, $"{tower.Name} has nothing newer than nonce {tower.Handed}: {tower.Trouble?.ToString() ?? "it does not answer"}"),
        _ => null,
    };

    protected override (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(ChannelState state) =>
        state.Opening is { } opening && Alarm(state) is var (code, _) ? ([opening.Account], new AccountIncident(code, opening.Facts.Chain) { Channel = state.Id }) : null;
}
