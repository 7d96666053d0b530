using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// What the packet's score demands beside the account's own rules. It only raises: a payment without a score of exactly its effects, or held without a release, does
/// not pass where risk is enforced, whoever left it out. Whether the score is true is the silo's word; that is why nothing here lowers a quorum.
/// </summary>
internal static class RiskStep
{
    private static readonly Name _step = "risk";

    internal static Assessment? Apply(AuthorisationFacts facts, Outflow outflow, Judge judge, ref Demands demands)
    {
        if (!IsEnforced(facts))
        {
            if (facts.Risk is { Score.Value: { Demand.Action: not RiskAction.Allow } shown }) Note(judge, shown, "in shadow, not demanded");
            return null;
        }

        if (Unscored(facts, outflow) is { } unscored) return judge.Deny(_step, _step.Value, unscored);
        var score = facts.Risk!.Score.Value;
        if (score.Demand.Action == RiskAction.Allow) return null;
        Note(judge, score, "demanded");
        if (score.Demand.Action >= RiskAction.Block)
        {
            return judge.Deny(_step, _step.Value, new(
                RejectionCode.RiskBlocked, "a payment that no rule blocks", $"{score.Points} points", [.. score.Reasons.Select(reason => reason.Rule.Value)]));
        }

        demands = demands with { Risk = score.Demand };
        return null;
    }

    /// <summary>
    /// The quorums with the approvals that the risk adds: as many as its people can give, since a quorum that they cannot fulfil would lock the money. A proposer who
    /// cannot confirm by a device of his own is made up for by one approval more.
    /// </summary>
    internal static Demands Raise(AuthorisationFacts facts, Demands demands, Func<Quorum, int> voters)
    {
        var extra = demands.Risk.ExtraApprovals + (AsksConfirmation(demands) && Confirmer(facts, demands) is null ? 1 : 0);
        return extra <= 0 ? demands : demands with
        {
            Quorums = [.. demands.Quorums.Select(demand => (demand.Rule, demand.Quorum with
            {
                Approvals = Math.Max(demand.Quorum.Approvals, Math.Min(demand.Quorum.Approvals + extra, voters(demand.Quorum))),
            }))],
        };
    }

    /// <summary>The proposer, if his own device has to confirm and he has one whose votes hold; else null.</summary>
    internal static Name? Confirmer(AuthorisationFacts facts, Demands demands) =>
        AsksConfirmation(demands) && facts.Governance.Roster.Member(facts.Packet.Proposer) is { Devices.IsEmpty: false } proposer && (proposer.Roles & VoteCheck.Voting) != 0
            ? proposer.Id
            : (Name?)null;

    /// <summary>Whether the payment waits for its case.</summary>
    internal static bool IsHeld(AuthorisationFacts facts, Demands demands) => demands.Risk.Action >= RiskAction.Hold
        && !(facts.Risk is { } risk && ReleaseRule.LetsGo(risk.Release, demands.Risk.Action, risk.Score.Terms, facts.Packet.Proposer, facts.Stamp.Latest));

    private static bool AsksConfirmation(Demands demands) => demands.Risk.Action >= RiskAction.SecondFactor;

    private static bool IsEnforced(AuthorisationFacts facts) =>
        facts.Governance.Risk == RiskMode.Enforced || facts.Risk is { Score.Mode: RiskMode.Enforced };

    /// <summary>Null if the score is of this packet, of these effects and not too old.</summary>
    private static Rejection? Unscored(AuthorisationFacts facts, Outflow outflow)
    {
        if (facts.Risk?.Score is not { } score) return new(RejectionCode.RiskUnscored, "a score of this packet", "none");
        var (packet, digest) = (Canonical.Hash(facts.Packet), Bounds.Digest(facts.Bounds));
        if ((score.Packet, score.EffectDigest) != (packet, digest))
            return new(RejectionCode.RiskUnscored, $"a score of packet {packet} with effects {digest}", $"one of {score.Packet} with {score.EffectDigest}");
        if (score.Payment.Account != facts.Governance.Account || score.Payment.Direction != RiskDirection.Out || score.Payment.Returns != facts.Packet.IsReturn
            || !score.Payment.Movements.SequenceEqual(RiskMovements.Of(outflow)))
            return new(RejectionCode.RiskUnscored, "a score of the packet's own effects", "one of others");
        return facts.Stamp.Latest < score.At + PacketScore.Life
            ? null
            : new(RejectionCode.RiskUnscored, $"a score that is younger than {PacketScore.Life.Ms} ms", $"one of {score.At}");
    }

    private static void Note(Judge judge, RiskScore score, string effect) => judge.Note(
        _step, _step.Value, $"{score.Points} points, {score.Demand.Action}, {effect}: {string.Join(", ", score.Reasons.Select(reason => reason.Rule))}");
}
