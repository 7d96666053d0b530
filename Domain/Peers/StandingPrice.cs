using TPWallet.Grains.Interfaces.Peers;

namespace TPWallet.Domain.Peers;

/// <summary>What it costs to pay over a peer that stands below zero, when ways are compared. Nothing that is paid: a way that costs so much more in fees, risk or time is no worse.</summary>
/// <param name="PpmPerPoint">For each point, in millionths of the amount.</param>
public sealed record StandingPrice(uint PpmPerPoint)
{
    /// <summary>Most for a point: one in a hundred.</summary>
    public const uint Most = 10_000;

    /// <summary>A hundred points below zero are worth a way that is half as likely (<see cref="Routing.RoutePrices.Default"/>).</summary>
    public static StandingPrice Default { get; } = new(20);

    /// <summary>Millionths of the amount.</summary>
    /// <param name="peer">Null: nothing is known of it.</param>
    public uint Of(PeerView? peer) => peer is null || peer.Score >= 0 ? 0 : (uint)Math.Min(-peer.Score * PpmPerPoint / PeerRules.Point, PeerPolicy.Whole);
}
