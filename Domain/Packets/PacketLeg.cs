using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <param name="CloseAsked">The lane was asked to close it.</param>
public sealed record PacketLeg(Name Id, PacketLegStage Stage, bool CloseAsked)
{
    /// <summary>Its payment over channels is over for good, nothing was paid, and not because the payee did not want it: what is made instead of it may begin.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnpaid { get; init; }
}

/// <summary>How far a leg is. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Submitted), "submitted")]
[JsonDerivedType(typeof(Claimed), "claimed")]
[JsonDerivedType(typeof(Signed), "signed")]
[JsonDerivedType(typeof(Accepted), "accepted")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Posting), "posting")]
[JsonDerivedType(typeof(Settled), "settled")]
[JsonDerivedType(typeof(Releasing), "releasing")]
[JsonDerivedType(typeof(Released), "released")]
[JsonDerivedType(typeof(Sent), "sent")]
[JsonDerivedType(typeof(Offered), "offered")]
[JsonDerivedType(typeof(Agreed), "agreed")]
[JsonDerivedType(typeof(Unknown), "unknown")]
[JsonDerivedType(typeof(Paying), "paying")]
[JsonDerivedType(typeof(Paid), "paid")]
public abstract record PacketLegStage
{
    private PacketLegStage()
    {
    }

    /// <summary>Something of it left this house, so only the chain or the payee can tell how it ends.</summary>
    [JsonIgnore]
    public bool IsIrrevocable => this is Signed or Accepted or Mined or Posting or Settled or Sent or Paying or Paid;

    /// <summary>At a lane, not known to be mined: what a close is for.</summary>
    [JsonIgnore]
    public bool IsAtLane => this is Submitted or Claimed or Signed or Accepted;

    /// <summary>It may be asked to come to nothing.</summary>
    [JsonIgnore]
    public bool CanClose => IsAtLane || this is Paying;

    /// <summary>Nothing of it was given to a lane or to the account: it can be dropped at once.</summary>
    [JsonIgnore]
    public bool IsIdle => this is Waiting or Offered or Agreed;

    [JsonIgnore]
    public bool HasFailed => this is Releasing or Released;

    [JsonIgnore]
    public bool HasEnded => this is Settled or Released;

    /// <summary>The final transaction that made it impossible, or null. While that stands it cannot happen; a reorg may take it away.</summary>
    [JsonIgnore]
    public Inclusion? MadeImpossibleBy => this switch
    {
        Releasing releasing => releasing.By,
        Released released => released.By,
        _ => null,
    };

    public sealed record Waiting : PacketLegStage;

    /// <summary>Given to its lane.</summary>
    public sealed record Submitted : PacketLegStage;

    public sealed record Claimed(ulong Nonce) : PacketLegStage;

    public sealed record Signed(Bytes32 TxHash) : PacketLegStage;

    /// <summary>A node took it.</summary>
    public sealed record Accepted(Bytes32 TxHash) : PacketLegStage;

    public sealed record Mined(Inclusion Inclusion) : PacketLegStage;

    /// <summary>Final; the account has still to post it.</summary>
    public sealed record Posting(Inclusion Inclusion) : PacketLegStage;

    /// <summary>Posted, or for a ledger leg (no inclusion) delivered. Never sent again.</summary>
    public sealed record Settled(Inclusion? Inclusion) : PacketLegStage
    {
        /// <summary>Proves a payment over channels; null for other legs.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Bytes32? Secret { get; init; }
    }

    /// <summary>It cannot happen any more; the account has still to release it.</summary>
    /// <param name="By">The transaction that made it impossible; null if nothing was signed.</param>
    public sealed record Releasing(Rejection Rejection, Inclusion? By) : PacketLegStage;

    public sealed record Released(Rejection Rejection, Inclusion? By) : PacketLegStage;

    /// <summary>A ledger leg on its way to the payee.</summary>
    public sealed record Sent : PacketLegStage;

    /// <summary>A ledger leg of an atomic group: its payee is asked whether it could accept.</summary>
    public sealed record Offered : PacketLegStage;

    /// <summary>Its payee can accept; it is sent when all of its group can be.</summary>
    public sealed record Agreed : PacketLegStage;

    /// <summary>The journal was restored: whether it reached its lane is asked there. Until then it is neither started nor given up.</summary>
    public sealed record Unknown : PacketLegStage;

    /// <summary>A leg over channels, whose payment has been asked for.</summary>
    /// <param name="Delay">Why no part more is tried while some are under way; null: it goes on.</param>
    public sealed record Paying(Rejection? Delay) : PacketLegStage;

    /// <summary>The payee has it; the account has still to count it.</summary>
    public sealed record Paid(Bytes32 Secret) : PacketLegStage;
}
