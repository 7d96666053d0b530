using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>What a score demands, beside and above the account's own policy. It can only raise.</summary>
/// <param name="Hold">How long it waits at least.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.demand")]
public sealed record RiskDemand(RiskAction Action, int ExtraApprovals, int ExtraConfirmations, Span Hold)
{
    /// <summary>Nothing is demanded.</summary>
    public static RiskDemand Nothing { get; } = new(RiskAction.Allow, 0, 0, Span.Zero);

    /// <summary>The greater of both in each part.</summary>
    public RiskDemand Max(RiskDemand other) => new(
        Action > other.Action ? Action : other.Action,
        Math.Max(ExtraApprovals, other.ExtraApprovals),
        Math.Max(ExtraConfirmations, other.ExtraConfirmations),
        Hold > other.Hold ? Hold : other.Hold);
}

/// <summary>A condition that held.</summary>
/// <param name="Expected">The value stays below this where nothing is suspected.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.evidence")]
public sealed record RiskEvidence(RiskSignal Signal, long Expected, long Actual);

/// <summary>A rule that matched.</summary>
/// <param name="Leg">The movement that it matched best.</param>
/// <param name="Points">What it added to the sum; 0 where a greater rule of its group, or its being in shadow, leaves it out.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.reason")]
public sealed record RiskReason(Name Rule, Name Leg, int Points, RiskAction Floor, bool Shadow, ImmutableArray<RiskEvidence> Evidence);

/// <summary>The score of one payment. The same facts under the same policy give the same bytes.</summary>
/// <param name="Shadow">What would be demanded if the rules in shadow counted.</param>
/// <param name="PolicyHash">Canonical hash of the policy.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.score")]
public sealed record RiskScore(int Points, RiskDemand Demand, RiskDemand Shadow, ImmutableArray<RiskReason> Reasons, int PolicyVersion, Bytes32 PolicyHash);
