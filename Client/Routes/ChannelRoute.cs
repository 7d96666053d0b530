using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Routes;

/// <summary>One that carries a payment on.</summary>
/// <param name="OnionKey">Its compressed public key, 33 bytes (<see cref="RestChannels.ReadOnionKeyAsync"/>).</param>
/// <param name="Next">The channel that it carries the payment on by.</param>
/// <param name="Policy">What it asks for.</param>
public sealed record RouteCarrier(HexBytes OnionKey, Bytes32 Next, HopPolicy Policy);

/// <summary>The lock that a payment over several channels begins with: for <see cref="RestChannels.OfferAsync"/>.</summary>
/// <param name="Amount">What is locked: the payee's amount and every fee; base units.</param>
/// <param name="Expiry">Of the first lock: seconds since 1970 by the chain's clock.</param>
/// <param name="Onion">The way on, a layer for each hop.</param>
public sealed record RoutedLock(UInt256 Amount, ulong Expiry, HexBytes Onion)
{
    internal RouteOnion Wrapped { get; init; } = new(Onion);

    /// <inheritdoc cref="RouteOnion.Read"/>
    /// <param name="reason">Of <see cref="Grains.Interfaces.Channels.UpdateStanding.Failed"/>.</param>
    public RouteFailure? Read(HexBytes reason) => Wrapped.Read(reason);
}

/// <summary>A given way over several channels, worked out from the payee back to the payer: fees and times that each hop asks for.</summary>
public static class ChannelRoute
{
    /// <summary>Most hops that carry on; one layer more is the payee's.</summary>
    public const int MaxHops = Onion.MaxHops - 1;

    /// <summary>Wraps a payment.</summary>
    /// <param name="hops">In the order in which they carry it on; none: the peer is the payee.</param>
    /// <param name="payee">The payee's onion key.</param>
    /// <param name="amount">What the payee gets; base units.</param>
    /// <param name="expiry">Of the last lock, the payee's: seconds since 1970 by the chain's clock.</param>
    /// <param name="target">The payment's hash: SHA-256 of the payee's secret.</param>
    /// <param name="seed">
    /// Secret bytes of the payer's, others for each payment: the same way of the same payment is the same onion again, so that its command can be repeated.
    /// Without one each onion is new.
    /// </param>
    /// <param name="payment">The invoice that is paid, by this lock and others up to its total; null: the payee takes the lock by hand.</param>
    /// <exception cref="ArgumentException">Too many hops, a key that is no point, or an amount or a time beyond what a lock holds.</exception>
    public static RoutedLock Wrap(
        IReadOnlyList<RouteCarrier> hops, HexBytes payee, UInt256 amount, ulong expiry, Bytes32 target, ReadOnlySpan<byte> seed = default, HopPayment? payment = null)
    {
        ArgumentNullException.ThrowIfNull(hops);
        if (hops.Count > MaxHops) throw new ArgumentException($"{hops.Count} hops given where {MaxHops} are allowed.", nameof(hops));
        if (amount.IsZero || amount > BookRules.MostDeposited) throw new ArgumentException($"{amount} given where 1 to {BookRules.MostDeposited} is allowed.", nameof(amount));
        if (hops.FirstOrDefault(static hop => !hop.Policy.IsValid) is { } senseless) throw new ArgumentException($"{senseless.Policy} given, whose numbers nobody asks for.", nameof(hops));
        if (expiry >= ChannelLimits.LatestSecond) throw new ArgumentException($"Second {expiry} given where one below {ChannelLimits.LatestSecond} is allowed.", nameof(expiry));
        var layers = new OnionHop[hops.Count + 1];
        layers[^1] = new(payee.Span.ToArray(), new HopPayload(amount, expiry, null) { Payment = payment }.Write());
        for (var i = hops.Count - 1; i >= 0; i--)
        {
            layers[i] = new(hops[i].OnionKey.Span.ToArray(), new HopPayload(amount, expiry, hops[i].Next).Write());
            amount += hops[i].Policy.FeeOf(amount);
            expiry += hops[i].Policy.LockDelta;
            if (amount > BookRules.MostDeposited) throw new ArgumentException($"With the fees {amount} where {BookRules.MostDeposited} is allowed.", nameof(hops));
            if (expiry >= ChannelLimits.LatestSecond) throw new ArgumentException($"With the hops' times second {expiry} where one below {ChannelLimits.LatestSecond} is allowed.", nameof(hops));
        }

        var onion = RouteOnion.Wrap(layers, target, seed);
        return new(amount, expiry, onion.Bytes) { Wrapped = onion };
    }
}
