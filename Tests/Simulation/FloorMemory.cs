using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Tests.Simulation;

/// <summary>The signer's floors as a model: what the port says and nothing else. They outlive the nodes that are opened on them.</summary>
internal sealed class FloorMemory : IFloorStore
{
    private readonly Dictionary<ChannelRef, Floor> _floors = [];

    /// <inheritdoc/>
    public Floor? Find(ChannelRef side) => _floors.GetValueOrDefault(side);

    /// <inheritdoc/>
    public Task<Raise> RaiseAsync(ChannelRef side, Func<Floor, Raise> judge)
    {
        var raise = judge(_floors.GetValueOrDefault(side) ?? Floor.None);
        if (raise.Floor is { } floor) _floors[side] = floor;
        return Task.FromResult(raise);
    }

    public void Dispose()
    {
        // The floors outlive the process that wrote them.
    }
}
