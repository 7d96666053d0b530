using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Signer.CoinChannels;
using TPWallet.Signer.Store;

namespace TPWallet.Tests.Simulation;

/// <summary>Floors of channels on chains of the Bitcoin family as the signer's store keeps them, but in memory: they outlive the simulated process.</summary>
internal sealed class CoinFloorMemory : ICoinFloorStore
{
    private readonly Dictionary<CoinChannelRef, CoinFloor> _floors = [];

    /// <inheritdoc/>
    public CoinFloor? Find(CoinChannelRef side) => _floors.GetValueOrDefault(side);

    /// <inheritdoc/>
    public Task<CoinStep<T>> RaiseAsync<T>(CoinChannelRef side, Func<CoinFloor, CoinStep<T>> judge)
        where T : class
    {
        var step = judge(_floors.GetValueOrDefault(side) ?? CoinFloor.None);
        if (step.Refusal is null) _floors[side] = step.Floor;
        return Task.FromResult(step);
    }

    public void Dispose()
    {
        // The floors outlive the process that wrote them.
    }
}
