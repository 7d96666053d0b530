using Orleans.Concurrency;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the machine of a channel on a chain of the Bitcoin family.</summary>
[Reentrant]
public sealed class CoinChannelGrain(ShellServices services)
    : MachineGrain<CoinChannelDecider, CoinState, CoinCommand, CoinEvent>(services, _codec), ICoinChannelGrain
{
    private static readonly MachineCodec<CoinState, CoinCommand, CoinEvent> _codec =
        new(ContractJson.Default.CoinCommand, CoinJson.Default.CoinEvent, CoinJson.Default.CoinState);

    public Task<CoinChannelView?> Read() => Task.FromResult(CoinFundings.Addressed(CoinChannelDecider.View(State, Version)));

    public Task<UpdateStanding> Follow(Guid update) => Task.FromResult(CoinChannelDecider.Standing(State, update));

    protected override (string Code, string Detail)? Alarm(CoinState state) => state.Phase switch
    {
        CoinPhase.LostState => (IncidentCodes.ChannelLostState, $"commitment {state.Book.Number} is the newest that is known to hold"),
        _ => null,
    };
}
