using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>What a channel's transactions look like (BOLT-2, channel_type). Others, taproot among them, would be further members.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoinForm>))]
public enum CoinForm
{
    /// <summary>option_static_remotekey.</summary>
    StaticRemoteKey,

    /// <summary>option_anchor_outputs: anchors, and HTLC transactions that still pay a fee.</summary>
    AnchorOutputs,

    /// <summary>option_anchors: anchors, and HTLC transactions that pay no fee.</summary>
    Anchors,
}

/// <summary>What both parties of a channel hold each other to; the same on both sides.</summary>
/// <param name="Form">What its transactions look like.</param>
/// <param name="FundingSat">What the opener puts in.</param>
/// <param name="FeeratePerKw">Satoshis per 1000 weight units that commitments begin with.</param>
/// <param name="MostFeeratePerKw">Most that the opener may set it to.</param>
/// <param name="DustLimitSat">Outputs below are not made.</param>
/// <param name="ToSelfDelay">Blocks that a party waits for its own money when it leaves alone: what the other has for its penalty.</param>
/// <param name="ReserveSat">What each leaves in the channel, so that it has something to lose.</param>
/// <param name="MostHtlcs">HTLCs of one party in one state.</param>
/// <param name="MostHeldMsat">What the HTLCs of one party may hold together in one state.</param>
/// <param name="MostTrimmedMsat">What HTLCs that are too small for an output may hold together in one state: a miner gets it when a party leaves alone.</param>
/// <param name="Depth">Blocks, its own counted, after which a transaction counts as final.</param>
/// <param name="GuardBlocks">How long before its HTLC's expiry a party that knows the preimage leaves alone, if the other has not let it have the money.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-terms")]
public sealed record CoinTerms(
    CoinForm Form, long FundingSat, long FeeratePerKw, long MostFeeratePerKw, long DustLimitSat, int ToSelfDelay, long ReserveSat, int MostHtlcs, long MostHeldMsat,
    long MostTrimmedMsat, uint Depth, uint GuardBlocks);
