namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>What a channel's transactions look like (BOLT-2, channel_type).</summary>
public enum ChannelType
{
    /// <summary>The first form: remotepubkey, too, is derived for each commitment. Not made any more.</summary>
    Plain,

    /// <summary>option_static_remotekey: remotepubkey is the other party's payment_basepoint.</summary>
    StaticRemoteKey,

    /// <summary>option_anchor_outputs: anchors, and HTLC transactions that still pay a fee. Not made any more.</summary>
    AnchorOutputs,

    /// <summary>option_anchors: anchors, and HTLC transactions that pay no fee, so that inputs are added to them when they are needed.</summary>
    Anchors,
}

/// <summary>What follows from a channel's type: weights and fees (BOLT-3, fee calculation; its appendix A).</summary>
public static class ChannelTypes
{
    /// <summary>The value of an anchor: what Bitcoin Core calls dust for P2WSH, and not less.</summary>
    public const long AnchorSat = 330;

    private const int PerHtlc = 172;
    private const int PerKilo = 1000;

    public static bool HasAnchors(this ChannelType type) => type is ChannelType.AnchorOutputs or ChannelType.Anchors;

    /// <summary>What the opener pays for both anchors, whether both are made or not.</summary>
    public static long AnchorsSat(this ChannelType type) => type.HasAnchors() ? 2 * AnchorSat : 0;

    /// <summary>The expected weight of a commitment transaction with so many HTLC outputs.</summary>
    public static long CommitmentWeight(this ChannelType type, int htlcOutputs)
    {
        const int bare = 724, anchored = 1124;
        return (type.HasAnchors() ? anchored : bare) + ((long)PerHtlc * htlcOutputs);
    }

    /// <summary>The expected weight of an HTLC transaction: HTLC-timeout for offered, HTLC-success for received.</summary>
    public static long HtlcWeight(this ChannelType type, HtlcDirection direction)
    {
        const int timeout = 663, success = 703, anchored = 3;
        return (direction == HtlcDirection.Offered ? timeout : success) + (type.HasAnchors() ? anchored : 0);
    }

    /// <summary>The base fee of a commitment transaction, rounded down.</summary>
    public static long CommitmentFeeSat(this ChannelType type, long feeratePerKw, int htlcOutputs) =>
        feeratePerKw * type.CommitmentWeight(htlcOutputs) / PerKilo;

    /// <summary>The fee of an HTLC transaction, rounded down.</summary>
    public static long HtlcFeeSat(this ChannelType type, long feeratePerKw, HtlcDirection direction) =>
        type == ChannelType.Anchors ? 0 : feeratePerKw * type.HtlcWeight(direction) / PerKilo;

    /// <summary>What the other party's signature of an HTLC transaction commits to: with anchors it leaves room for more inputs and outputs (BOLT-5).</summary>
    public static SighashType RemoteHtlcSighash(this ChannelType type) => type.HasAnchors() ? SighashType.SingleAnyoneCanPay : SighashType.All;
}
