using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Whether a policy is well formed and can be satisfied by a roster: a policy that its own people cannot fulfil locks the money for ever.</summary>
public static class PolicyForm
{
    /// <summary>The longest window, time lock and delay.</summary>
    public static Span MaxSpan { get; } = Span.Hours(31 * 24);

    /// <summary>Most entries of one list of a rule's match.</summary>
    public const int MaxMatches = 64;

    private static readonly Span _hour = Span.Hours(1);

    /// <summary>Null if the policy may govern this roster.</summary>
    public static Rejection? Check(Policy policy, Roster roster) => CheckForm(policy) ?? CheckQuorums(policy, roster);

    private static Rejection? CheckForm(Policy policy)
    {
        if (policy.Version < 1) return Bad("a policy version from 1", $"{policy.Version}");
        if (policy.Rules.Length > Policy.MaxRules || policy.Limits.Length > Policy.MaxLimits)
            return new(RejectionCode.TooLarge, $"{Policy.MaxRules} rules and {Policy.MaxLimits} limits", $"{policy.Rules.Length} and {policy.Limits.Length}");
        var ids = policy.Rules.Select(rule => rule.Id).Concat(policy.Limits.Select(limit => limit.Id)).ToArray();
        if (ids.Distinct().Count() != ids.Length) return Bad("distinct ids of rules and limits", "an id that comes twice");
        foreach (var rule in policy.Rules)
            if (CheckRule(rule) is { } rejection) return rejection;
        foreach (var limit in policy.Limits)
            if (CheckLimit(limit) is { } rejection) return rejection;
        var changes = policy.Changes;
        return Longest(changes.RosterTimelock, changes.PolicyTimelock, changes.AllowListDelay, changes.NewDevicePeriod);
    }

    private static Rejection? CheckRule(PolicyRule rule)
    {
        if (rule.Effect is not (RuleEffect.Deny or RuleEffect.Require)) return Bad("Deny or Require", $"{rule.Effect}");
        var when = rule.When;
        if (Math.Max(when.Kinds.Length, Math.Max(when.Assets.Length, when.Tiers.Length)) > MaxMatches)
            return new(RejectionCode.TooLarge, $"{MaxMatches} entries in a list of {rule.Id}", "more");
        if (!Enum.IsDefined(when.Destination) || !when.Kinds.All(Enum.IsDefined) || !when.Tiers.All(Enum.IsDefined))
            return Bad($"known kinds, tiers and scope in {rule.Id}", "another");

        // Base units of two assets do not compare: a threshold over several assets would mean something else for each of them.
        if (when.Above is not null && when.Assets.Length != 1) return Bad($"one asset beside the threshold of {rule.Id}", $"{when.Assets.Length}");
        return Longest(rule.Timelock);
    }

    private static Rejection? CheckLimit(LimitRule limit)
    {
        if (limit.Tiers.Length > MaxMatches || !limit.Tiers.All(Enum.IsDefined)) return Bad($"known tiers in {limit.Id}", "another");
        if (limit.SoftSingle > limit.HardSingle || limit.SoftWindow > limit.HardWindow) return Bad($"soft ≤ hard in {limit.Id}", "soft > hard");
        var windowed = limit.SoftWindow is not null || limit.HardWindow is not null;
        if (windowed && (limit.Window < _hour || limit.Window.Ms % _hour.Ms != 0)) return Bad($"a window of whole hours in {limit.Id}", $"{limit.Window.Ms} ms");
        return Longest(limit.Window);
    }

    private static Rejection? Longest(params ReadOnlySpan<Span> spans)
    {
        foreach (var span in spans)
            if (span > MaxSpan || span < Span.Zero) return Bad($"a length of 0 to {MaxSpan.Ms} ms", $"{span.Ms} ms");
        return null;
    }

    private static Rejection? CheckQuorums(Policy policy, Roster roster)
    {
        // Any one proposer will do with whom the quorum can be reached without the votes that do not count. A change is proposed with a vote.
        foreach (var (name, quorum, proposing, proposerCounts) in Quorums(policy))
        {
            var proposers = roster.Members.Where(member => (member.Roles & proposing) != 0 && (proposing != VoteCheck.Voting || !member.Devices.IsEmpty));
            if (quorum.Approvals < 1 || (quorum.Eligible & VoteCheck.Voting) == 0)
                return Unsatisfiable(name, "at least one approval of owners or approvers", $"{quorum.Approvals} of {quorum.Eligible}");
            if (!proposers.Any(proposer => Voters(roster, quorum, proposerCounts ? (Name?)null : proposer.Id) >= quorum.Approvals))
            {
                return Unsatisfiable(
                    name, $"{quorum.Approvals} members with a device who are {quorum.Eligible & VoteCheck.Voting}", $"{Voters(roster, quorum, null)}");
            }
        }

        return null;
    }

    /// <summary>Roles in whose name a packet may be proposed.</summary>
    public const Roles Proposing = Roles.Owner | Roles.Approver | Roles.Operator;

    private static IEnumerable<(string Name, Quorum Quorum, Roles Proposing, bool ProposerCounts)> Quorums(Policy policy)
    {
        foreach (var rule in policy.Rules)
        {
            if (rule.Effect == RuleEffect.Require) yield return ($"rule {rule.Id}", rule.Quorum, Proposing, policy.ProposerVotes && !rule.SeparateDuties);
        }

        foreach (var limit in policy.Limits)
        {
            if (limit.SoftSingle is not null || limit.SoftWindow is not null)
                yield return ($"limit {limit.Id}", limit.Escalated, Proposing, policy.ProposerVotes);
        }

        yield return ("roster changes", policy.Changes.Roster, VoteCheck.Voting, policy.ProposerVotes);
        yield return ("policy changes", policy.Changes.Policy, VoteCheck.Voting, policy.ProposerVotes);
        yield return ("allow-list changes", policy.Changes.AllowList, VoteCheck.Voting, policy.ProposerVotes);
        yield return ("unfreezing", policy.Changes.Unfreeze, VoteCheck.Voting, policy.ProposerVotes);
    }

    private static int Voters(Roster roster, Quorum quorum, Name? except) => roster.Members.Count(member =>
        member.Id != except && !member.Devices.IsEmpty && (member.Roles & quorum.Eligible & VoteCheck.Voting) != 0);

    private static Rejection Unsatisfiable(string what, string expected, string actual) =>
        new(RejectionCode.UnsatisfiablePolicy, $"{what}: {expected}", actual);

    private static Rejection Bad(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
