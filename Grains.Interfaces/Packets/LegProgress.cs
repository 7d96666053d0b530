using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>
/// What became known of a leg. Signed ≠ accepted by a node ≠ mined ≠ final; "unknown" is said, never guessed.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Claimed), "claimed")]
[JsonDerivedType(typeof(Signed), "signed")]
[JsonDerivedType(typeof(AcceptedByNode), "accepted-by-node")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Unmined), "unmined")]
[JsonDerivedType(typeof(Final), "final")]
[JsonDerivedType(typeof(Reverted), "reverted")]
[JsonDerivedType(typeof(Impossible), "impossible")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Found), "found")]
[JsonDerivedType(typeof(Delivered), "delivered")]
[JsonDerivedType(typeof(Returned), "returned")]
[JsonDerivedType(typeof(Paid), "paid")]
[JsonDerivedType(typeof(Unpaid), "unpaid")]
[JsonDerivedType(typeof(Delayed), "delayed")]
[GenerateSerializer, Immutable, Alias("tpw.leg-progress")]
public abstract record LegProgress
{
    private LegProgress()
    {
    }

    /// <summary>The lane gave it a nonce.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.claimed")]
    public sealed record Claimed(ulong Nonce) : LegProgress;

    [GenerateSerializer, Immutable, Alias("tpw.leg.signed")]
    public sealed record Signed(Bytes32 TxHash) : LegProgress;

    /// <summary>At least one node took it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.accepted")]
    public sealed record AcceptedByNode(Bytes32 TxHash) : LegProgress;

    [GenerateSerializer, Immutable, Alias("tpw.leg.mined")]
    public sealed record Mined(Inclusion Inclusion) : LegProgress;

    /// <summary>A reorg took its block away.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.unmined")]
    public sealed record Unmined(Bytes32 TxHash, Bytes32 LostBlock) : LegProgress;

    /// <summary>Final and successful: the ledger posts.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.final")]
    public sealed record Final(Inclusion Inclusion) : LegProgress;

    /// <summary>Final and reverted: the amount is released, the fee is posted.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.reverted")]
    public sealed record Reverted(Inclusion Inclusion) : LegProgress;

    /// <summary>Its nonce went to another final transaction (the no-op or a foreign one): it has become impossible. The fee of a no-op is posted.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.impossible")]
    public sealed record Impossible(Inclusion By, UInt256 FeePaid) : LegProgress
    {
        /// <summary>The output that it spends and that can never be, where that is why.</summary>
        [Id(0), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SpentOutput? Lost { get; init; }
    }

    /// <summary>Signer or lane refused before anything was signed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.refused")]
    public sealed record Refused(Rejection Rejection) : LegProgress;

    /// <summary>After a restore of the journal: the signer signed it, and its lane did not know. What is known of it follows.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.found")]
    public sealed record Found(PacketContent Packet, EffectBounds Bounds) : LegProgress;

    /// <summary>A ledger leg arrived at its payee.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.delivered")]
    public sealed record Delivered : LegProgress;

    /// <summary>A ledger leg came back with the payee's tombstone.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.returned")]
    public sealed record Returned(Rejection Rejection) : LegProgress;

    /// <summary>A leg over channels was paid, and nothing of it is under way.</summary>
    /// <param name="Arrived">What the payee took; base units.</param>
    /// <param name="FeePaid">What those on the way kept; base units.</param>
    /// <param name="Secret">It proves the payment.</param>
    [GenerateSerializer, Immutable, Alias("tpw.leg.paid")]
    public sealed record Paid(UInt256 Arrived, UInt256 FeePaid, Bytes32 Secret) : LegProgress;

    /// <summary>A payment over channels has ended, nothing was paid and nothing is under way.</summary>
    /// <param name="Failure">Why.</param>
    /// <param name="MayBePaid">The journal was put back meanwhile, so a part that it forgot may still have paid.</param>
    [GenerateSerializer, Immutable, Alias("tpw.leg.unpaid")]
    public sealed record Unpaid(Payments.PaymentFailure Failure, bool MayBePaid) : LegProgress;

    /// <summary>No part more is tried, but those under way may still pay: the leg waits for them.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.delayed")]
    public sealed record Delayed(Payments.PaymentFailure Failure, UInt256 InFlight) : LegProgress;
}
