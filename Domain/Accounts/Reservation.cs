using System.Text.Json.Serialization;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>Where a leg's reservation stands. It ends once, as posted or released; a reorg takes a posting back to held.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Held), "held")]
[JsonDerivedType(typeof(Posted), "posted")]
[JsonDerivedType(typeof(Paid), "paid")]
[JsonDerivedType(typeof(InTransit), "in-transit")]
[JsonDerivedType(typeof(Delivered), "delivered")]
[JsonDerivedType(typeof(Released), "released")]
public abstract record LegStage
{
    private LegStage()
    {
    }

    /// <summary>True when the reservation holds nothing any more.</summary>
    [JsonIgnore]
    public bool HasEnded => this is Posted or Paid or Delivered or Released;

    /// <summary>True when value moved as the members wanted.</summary>
    [JsonIgnore]
    public bool HasSettled => this is Posted or Paid or Delivered;

    public sealed record Held : LegStage
    {
        /// <summary>All are alike.</summary>
        public static Held Same { get; } = new();
    }

    /// <summary>Final on its chain.</summary>
    public sealed record Posted(Inclusion Inclusion, ImmutableArray<Amount> Spent, ImmutableArray<Amount> Received, UInt256 FeePaid) : LegStage;

    /// <summary>Paid over channels.</summary>
    /// <param name="Spent">With the fees of those on the way.</param>
    public sealed record Paid(Amount Spent) : LegStage;

    /// <summary>Sent to another account, not yet acknowledged.</summary>
    public sealed record InTransit(AccountId To) : LegStage;

    /// <summary>The other account has it.</summary>
    public sealed record Delivered(AccountId To) : LegStage;

    /// <summary>It has become impossible, or came back. A fee may still have been paid.</summary>
    /// <param name="By">What made it impossible; a reorg that takes that away takes the release back.</param>
    public sealed record Released(UInt256 FeePaid, string Reason, Inclusion? By) : LegStage;
}

/// <summary>What one leg holds.</summary>
public sealed record LegReservation(LegOutflow Outflow, LegStage Stage)
{
    /// <summary>The rejected deposit that it gives back, as it was held; null for most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeldDeposit? Returns { get; init; }

    [JsonIgnore]
    public IEnumerable<WindowShare> Reserved => WindowShare.Of(Outflow);

    /// <summary>What windows count once it is known what was spent; allowances count on, since they can still be used.</summary>
    public IEnumerable<WindowShare> Spent(ImmutableArray<Amount> spent, UInt256 feePaid) => WindowShare.Of(Outflow with
    {
        Amounts = spent,
        Fee = Outflow.Fee is { } budget ? budget with { Value = feePaid } : null,
        Channels = null,
    });

    /// <summary>What windows count of a leg that was released: the fee that was paid all the same.</summary>
    public IEnumerable<WindowShare> FeeAlone(UInt256 feePaid) =>
        Outflow.Fee is { } budget && !feePaid.IsZero ? [new WindowShare(budget.Asset, Outflow.Tier, feePaid)] : [];
}

/// <summary>Whether the operator's fees of a packet are still held, were posted, or went back.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeeStage>))]
public enum FeeStage
{
    Held = 1,
    Posted,
    Returned,
}

/// <summary>All that one packet holds, from its reservation on.</summary>
/// <param name="ContentHash">Of the packet that was reserved: another content under the same id is refused.</param>
/// <param name="OpenBefore">From then on this content is not reserved again, so it may be forgotten.</param>
/// <param name="FirstWindowAt">The instant at which windows count it, also after a reorg.</param>
public sealed record PacketReservation(
    Name Packet,
    Bytes32 ContentHash,
    LegReservations Legs,
    ImmutableArray<OperatorFee> Fees,
    FeeStage FeeStage,
    Instant FirstWindowAt,
    Instant OpenBefore)
{
    [JsonIgnore]
    public IEnumerable<WindowShare> FeeShares => Fees.Select(fee => new WindowShare(fee.Amount.Asset, Outflow.LedgerTier, fee.Amount.Value));

    public PacketReservation With(Name leg, LegStage stage) => this with { Legs = Legs.With(Legs[leg] with { Stage = stage }) };
}
