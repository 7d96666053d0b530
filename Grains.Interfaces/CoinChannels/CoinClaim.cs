using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>By which way of its script an output is taken (BOLT-5).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoinWay>))]
public enum CoinWay
{
    /// <summary>The owner's own money after its delay: to_local, or the output of an HTLC transaction.</summary>
    Delayed,

    /// <summary>to_remote.</summary>
    Balance,

    /// <summary>HTLC-success, on the own commitment.</summary>
    Success,

    /// <summary>HTLC-timeout, on the own commitment.</summary>
    Timeout,

    /// <summary>An HTLC on the peer's commitment, by its preimage.</summary>
    Preimage,

    /// <summary>An HTLC on the peer's commitment, after its expiry.</summary>
    Expired,

    /// <summary>All but the own balance of a state that the peer had revoked.</summary>
    Penalty,
}

/// <summary>An output that this side takes now.</summary>
/// <param name="Preimage">For <see cref="CoinWay.Success"/> and <see cref="CoinWay.Preimage"/>.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-claim")]
public sealed record CoinClaim(SpentOutput At, long ValueSat, CoinPurpose Purpose, CoinWay Way, CoinHtlc? Htlc, Bytes32? Preimage);
