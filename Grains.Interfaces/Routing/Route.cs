using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>One lock of a route.</summary>
/// <param name="Way">The channel, and which side offers.</param>
/// <param name="From">Who offers the lock.</param>
/// <param name="To">Who is offered it.</param>
/// <param name="Amount">What it holds.</param>
/// <param name="Delta">How long it lasts, in seconds from the payment's start.</param>
/// <param name="Fee">What <paramref name="From"/> keeps: its incoming lock's amount less this one's; nothing for the payer.</param>
[GenerateSerializer, Immutable, Alias("tpw.route-hop")]
public sealed record RouteHop(ChannelWay Way, Address From, Address To, UInt256 Amount, uint Delta, UInt256 Fee);

/// <summary>
/// A way to pay an amount. Each hop's lock holds the next one's amount and that hop's fee, and lasts longer by that hop's lock delta.
/// </summary>
/// <param name="Hops">From the payer to the payee.</param>
/// <param name="Cost">What it was chosen by, by price, risk and time; comparable among routes of one amount only.</param>
/// <param name="ChancePpm">Believed chance that all hops have the balance, in millionths, rounded down.</param>
[GenerateSerializer, Immutable, Alias("tpw.route")]
public sealed record Route(ImmutableArray<RouteHop> Hops, ulong Cost, uint ChancePpm)
{
    /// <summary>What arrives.</summary>
    [JsonIgnore]
    public UInt256 Amount => Hops[^1].Amount;

    /// <summary>What the payer locks.</summary>
    [JsonIgnore]
    public UInt256 Sent => Hops[0].Amount;

    /// <summary>All fees.</summary>
    [JsonIgnore]
    public UInt256 Fee => Sent - Amount;

    /// <summary>How long the payer's lock lasts.</summary>
    [JsonIgnore]
    public uint Delta => Hops[0].Delta;

    /// <summary>By content.</summary>
    public bool Equals(Route? other) => other is not null && Cost == other.Cost && ChancePpm == other.ChancePpm && Hops.AsSpan().SequenceEqual(other.Hops.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cost, Hops.Length, Hops[0]);
}
