using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>One change of a channel's book, by the party that proposes it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "update")]
[JsonDerivedType(typeof(Pay), "pay")]
[JsonDerivedType(typeof(Offer), "offer")]
[JsonDerivedType(typeof(Fulfil), "fulfil")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(SetFee), "set-fee")]
[GenerateSerializer, Immutable, Alias("tpw.coin-update")]
public abstract record CoinUpdate
{
    private CoinUpdate()
    {
    }

    /// <summary>The proposer pays the other party, without an HTLC. Not in Lightning, where every payment is one.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-update.pay")]
    public sealed record Pay(long AmountMsat) : CoinUpdate;

    /// <summary>The proposer begins a payment (update_add_htlc); its id is the next of the proposer's.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-update.offer")]
    public sealed record Offer(long AmountMsat, Bytes32 PaymentHash, uint Expiry) : CoinUpdate;

    /// <summary>The proposer takes an HTLC of the other party by its preimage (update_fulfill_htlc).</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-update.fulfil")]
    public sealed record Fulfil(long Id, Bytes32 Preimage) : CoinUpdate;

    /// <summary>The proposer gives an HTLC of the other party back (update_fail_htlc).</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-update.fail")]
    public sealed record Fail(long Id) : CoinUpdate;

    /// <summary>The opener sets what commitments pay (update_fee).</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-update.set-fee")]
    public sealed record SetFee(long FeeratePerKw) : CoinUpdate;
}
