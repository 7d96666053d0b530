using System.Numerics;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Which legs of a chain are sent by its private relays, by what they pay: a function of the leg alone, so that its replacements, what is sent again and the no-op that
/// cancels it go the same way. It says who sees a payment before it is mined, and gives nobody authority over it.
/// </summary>
/// <param name="All">Every leg.</param>
/// <param name="Calls">Every call of a contract: an exchange is what others trade against while they see it.</param>
/// <param name="From">Payments of an asset of at least so much.</param>
public sealed record RoutePolicy(bool All, bool Calls, ImmutableSortedDictionary<AssetId, UInt256> From)
{
    /// <summary>Everything in public.</summary>
    public static RoutePolicy Open { get; } = new(false, false, ImmutableSortedDictionary<AssetId, UInt256>.Empty);

    /// <summary>Nothing in public.</summary>
    public static RoutePolicy Closed { get; } = Open with { All = true };

    /// <summary>Whether anything is private, so that there have to be relays.</summary>
    public bool IsOpen => !All && !Calls && From.IsEmpty;

    /// <summary>The way of a leg; a transaction of none goes the way of what is most private here.</summary>
    public Route Of(Leg? leg) => All || (leg is null ? !IsOpen : IsPrivate(leg)) ? Route.Private : Route.Public;

    private bool IsPrivate(Leg leg) => leg switch
    {
        Leg.ContractCall call when MultiSend.Read(call) is { } payments => Reaches(payments.Select(static payment => payment.Amount)),
        Leg.ContractCall call => Calls || Reaches([new(AssetId.Native(call.Chain), call.Value)]),
        Leg.ChainTransfer transfer => Reaches([transfer.Amount]),
        _ when CoinLegs.SenderOf(leg) is { } sender => Reaches([new(AssetId.Native(sender.Chain), (UInt256)CoinLegs.PaidSat(CoinLegs.PayeesOf(leg)))]),
        _ => false,
    };

    /// <summary>What is paid together counts together.</summary>
    private bool Reaches(IEnumerable<Amount> amounts) => amounts.GroupBy(static amount => amount.Asset).Any(group =>
        From.TryGetValue(group.Key, out var least) && group.Aggregate(BigInteger.Zero, static (sum, amount) => sum + amount.Value) >= least);
}
