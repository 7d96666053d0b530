using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the TokenPacket machine.</summary>
[Reentrant]
public sealed class TokenPacketGrain(ShellServices services)
    : MachineGrain<PacketDecider, PacketState, PacketCommand, PacketEvent>(services, _codec), ITokenPacketGrain
{
    private static readonly MachineCodec<PacketState, PacketCommand, PacketEvent> _codec =
        new(ContractJson.Default.PacketCommand, PacketJson.Default.PacketEvent, PacketJson.Default.PacketState);

    public Task<PacketView?> Read()
    {
        var view = PacketDecider.View(State, Version);
        return view is not null && (view.Origin?.Network is not null || Speaks(view.Rejection) || view.Legs.Any(leg => Speaks(leg.Rejection)))
            ? OpenAsync(view)
            : Task.FromResult(view);
    }

    public Task<PacketView?> ReadAfter(long version) => Version > version ? Read() : Task.FromResult<PacketView?>(null);

    protected override AccountId DataSubject => PacketRef.Parse(this.GetPrimaryKeyString()).Owner;

    private async Task<PacketView?> OpenAsync(PacketView view)
    {
        var legs = view.Legs.ToBuilder();
        for (var i = 0; i < legs.Count; i++)
            if (legs[i].Rejection is { } why) legs[i] = legs[i] with { Rejection = await OpenAsync(why) };
        return view with
        {
            Legs = legs.ToImmutable(),
            Rejection = view.Rejection is { } rejection ? await OpenAsync(rejection) : null,
            Origin = view.Origin is { Network: { } network } origin ? origin with { Network = await OpenAsync(network) } : view.Origin,
        };
    }

    /// <summary>Whether a person's own words stand in it.</summary>
    private static bool Speaks(Rejection? rejection) => rejection is not null && SealedText.IsIn(rejection.Actual);
}
