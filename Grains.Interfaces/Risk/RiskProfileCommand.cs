using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>
/// What is told to a risk profile. Key: an account id, or chain, slash and address for what all accounts do with one party. Inner: facts come from grains alone.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Assess), "assess")]
[JsonDerivedType(typeof(Settle), "settle")]
[JsonDerivedType(typeof(Credit), "credit")]
[JsonDerivedType(typeof(Drop), "drop")]
[JsonDerivedType(typeof(Observe), "observe")]
[GenerateSerializer, Immutable, Alias("tpw.risk-command")]
public abstract record RiskProfileCommand : IInnerCommand
{
    private RiskProfileCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Scores a payment and records facts and score. The same payment may be looked at again, with newer facts; it is counted once.</summary>
    /// <param name="PolicyHash">The canonical hash of <paramref name="Policy"/>, taken once by whoever holds the policy.</param>
    [GenerateSerializer, Immutable, Alias("tpw.risk-command.assess")]
    public sealed record Assess(Guid CommandId, RiskPayment Payment, RiskContext Context, RiskPolicy Policy, Bytes32 PolicyHash)
        : RiskProfileCommand(CommandId);

    /// <summary>The payment has happened. The profile learns from it, unless it was held, reviewed or blocked.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.risk-command.settle")]
    public sealed record Settle(Guid CommandId, RiskPayment Payment) : RiskProfileCommand(CommandId)
    {
        /// <summary>When the account's people wanted it, if it is told later; null: now. Habits are theirs, not the chain's.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Instant? WantedAt { get; init; }
    }

    /// <summary>A deposit was credited. The profile learns from it, unless it was held or reviewed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.risk-command.credit")]
    public sealed record Credit(Guid CommandId, Guid Payment) : RiskProfileCommand(CommandId);

    /// <summary>The payment will not happen; nothing is learned.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.risk-command.drop")]
    public sealed record Drop(Guid CommandId, Guid Payment) : RiskProfileCommand(CommandId);

    /// <summary>Of a party's profile: an account is about to pay it.</summary>
    /// <param name="Worth">In thousandths of reference amounts.</param>
    /// <param name="Below">The part of it in movements below the reference amount.</param>
    [GenerateSerializer, Immutable, Alias("tpw.risk-command.observe")]
    public sealed record Observe(Guid CommandId, AccountId Sender, uint Worth, uint Below) : RiskProfileCommand(CommandId);
}

/// <summary>What an account usually pays of one asset.</summary>
/// <param name="Median">Binary logarithm of base units, in 256ths.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.usual")]
public sealed record UsualAmount(AssetId Asset, int Payments, int Median);

/// <summary>A payment that was assessed and is not known to be over.</summary>
/// <param name="Packet">The packet that pays; null for an inflow.</param>
/// <param name="Held">It was held, reviewed or blocked when any look at it said so.</param>
/// <param name="Score">The newest.</param>
/// <param name="At">When that was taken.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.pending")]
public sealed record PendingRisk(Guid Payment, Name? Packet, bool Held, RiskScore Score, Instant At)
{
    /// <summary>The deposit that it is; null for what leaves.</summary>
    [Id(0)]
    public DepositRef? Deposit { get; init; }
}

/// <summary>What a risk profile shows.</summary>
/// <param name="Learned">Payments that it learned from.</param>
/// <param name="Activity">As facts about a party; null before anything was seen.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.profile-view")]
public sealed record RiskProfileView(
    Instant? FirstAt, Instant? LastAt, int Learned, int KnownParties, int KnownDevices, ImmutableArray<UsualAmount> Usual, PartyActivity? Activity);
