using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>All that the judgement of a packet rests on.</summary>
/// <param name="Windows">Gross outflow so far, without this packet.</param>
/// <param name="QuorumReachedAt">When the quorum was there: a time lock runs from then. Null: not before now.</param>
public sealed record AuthorisationFacts(
    Governance Governance,
    bool Frozen,
    ImmutableArray<OwnAddress> Own,
    LimitWindows Windows,
    PacketContent Packet,
    EffectBounds Bounds,
    ImmutableArray<Vote> Votes,
    Instant? QuorumReachedAt,
    Stamp Stamp)
{
    /// <summary>The packet's score and the release of its case; null: it has none.</summary>
    public PacketRisk? Risk { get; init; }
}

/// <summary>
/// The one check of who may do what, the same at the account and in the signer:
/// <code>
/// under a channel's mandate (MandatedCalls: no votes, no freeze, a cap of its own) → allow
/// frozen → explicit deny → hard caps → risk (RiskStep) → quorum = maximum over matching rules and soft limits, raised by the risk
///        → separation of duties → held by the risk → time lock → allow;   an effect that no rule matches = deny
/// </code>
/// </summary>
public static class Authorisation
{
    public static Assessment Assess(AuthorisationFacts facts)
    {
        var judge = new Judge(facts);
        if (MandatedCalls.Assess(facts, judge) is { } mandated) return mandated;
        if (facts.Frozen) return judge.Deny("frozen", "frozen", new(RejectionCode.Frozen, "an account that is not frozen", "frozen"));
        if (CheckProposer(facts) is { } proposer) return judge.Deny("form", "deny", proposer);
        if (Outflow.Of(facts.Packet, facts.Bounds, facts.Own, facts.Governance, out var refusal) is not { } outflow)
            return judge.Deny("form", "deny", refusal!);
        var demands = Demands.None;
        return Rules.Denied(facts, outflow, judge)
            ?? Limits.Apply(facts, outflow, judge, ref demands)
            ?? RiskStep.Apply(facts, outflow, judge, ref demands)
            ?? Rules.Require(facts, outflow, judge, ref demands)
            ?? judge.Count(demands);
    }

    private static Rejection? CheckProposer(AuthorisationFacts facts)
    {
        if (facts.Packet.Ref.Owner != facts.Governance.Account)
            return new(RejectionCode.VoteWrongSubject, $"a packet of {facts.Governance.Account}", $"a packet of {facts.Packet.Ref.Owner}");
        if (facts.Governance.Roster.Member(facts.Packet.Proposer) is not { } proposer)
            return new(RejectionCode.UnknownMember, "a proposer of the roster in force", $"{facts.Packet.Proposer}");
        return (proposer.Roles & PolicyForm.Proposing) != 0 ? null : new(RejectionCode.RoleMissing, $"{PolicyForm.Proposing}", $"{proposer.Roles}");
    }
}

/// <summary>What the packet needs so far. Quorums are kept apart: two approvers and one owner is not three of either.</summary>
internal sealed record Demands(ImmutableArray<(Name Rule, Quorum Quorum)> Quorums, Span Timelock, bool SeparateDuties, bool AboveSoftLimit)
{
    internal static Demands None { get; } = new([], Span.Zero, false, false);

    /// <summary>What the score demands where it is enforced.</summary>
    internal RiskDemand Risk { get; init; } = RiskDemand.Nothing;
}
