using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>Who pays whom by channels that are known.</summary>
/// <param name="From">The payer's channel key.</param>
/// <param name="To">The payee's.</param>
/// <param name="FinalDelta">How long each last lock lasts, in seconds.</param>
/// <param name="MostDelta">Most that a first lock may last, in seconds.</param>
/// <param name="LeastPart">Smallest part: smaller locks are not worth their claim on chain.</param>
[GenerateSerializer, Immutable, Alias("tpw.payment-ends")]
public sealed record PaymentEnds(Address From, Address To, uint FinalDelta, uint MostDelta, UInt256 LeastPart);

/// <summary>The way of one part, with what its onion is made of.</summary>
/// <param name="Start">From when its locks' deltas count: seconds since 1970 by the chain's clock.</param>
/// <param name="OnionKeys">Of those who are offered a lock, in order: compressed points of 33 bytes.</param>
[GenerateSerializer, Immutable, Alias("tpw.payment-way")]
public sealed record PaymentWay(Route Route, ulong Start, ImmutableArray<HexBytes> OnionKeys)
{
    /// <summary>When a hop's lock ends.</summary>
    public ulong ExpiryOf(int hop) => Start + Route.Hops[hop].Delta;

    /// <summary>By content.</summary>
    public bool Equals(PaymentWay? other) =>
        other is not null && Start == other.Start && Route.Equals(other.Route) && OnionKeys.AsSpan().SequenceEqual(other.OnionKeys.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Route, Start);
}
