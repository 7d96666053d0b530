using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>Collects the reasons of one judgement and words it.</summary>
internal sealed class Judge(AuthorisationFacts facts)
{
    private readonly ImmutableArray<Reason>.Builder _reasons = ImmutableArray.CreateBuilder<Reason>();

    private Governance Governance => facts.Governance;

    internal void Note(Name rule, string step, string detail) => _reasons.Add(new(rule, step, detail));

    internal Assessment Deny(Name rule, string step, Rejection rejection)
    {
        Note(rule, step, rejection.ToString());
        return Say(Verdict.Denied, Demands.None, [], [], null, rejection);
    }

    /// <summary>Counts the votes against what is demanded; the last steps of the written order.</summary>
    internal Assessment Count(Demands asked)
    {
        var demands = RiskStep.Raise(facts, asked, quorum => Governance.Roster.Members.Count(
            member => !member.Devices.IsEmpty && CountsProposer(asked, member.Id) && IsEligible(member, quorum)));
        var subject = new VoteSubject.Packet(facts.Packet, facts.Bounds);
        var tally = VoteTally.Count(facts.Votes, subject, VoteTerms.Of(Governance), facts.Stamp);
        foreach (var refused in tally.Refused) Note("votes", "quorum", refused.ToString());
        var eligible = Governance.Roster.Members
            .Where(member => !member.Devices.IsEmpty && CountsProposer(demands, member.Id)
                && demands.Quorums.Any(demand => IsEligible(member, demand.Quorum)))
            .Select(member => member.Id).ToImmutableArray();
        if (tally.Vetoes is [var veto, ..])
        {
            var rejection = new Rejection(RejectionCode.Vetoed, "no veto", $"a veto of {veto.Content.Member}");
            Note("votes", "quorum", rejection.ToString());
            return Say(Verdict.Denied, demands, eligible, [], null, rejection);
        }

        var counted = tally.Approvals.Where(vote => eligible.Contains(vote.Content.Member) && !IsCapped(demands, vote.Content))
            .Select(vote => vote.Content.Member).Order().ToImmutableArray();
        foreach (var vote in tally.Approvals.Where(vote => !CountsProposer(demands, vote.Content.Member)))
            Note("votes", "duties", $"the vote of the proposer {vote.Content.Member} does not count");
        var missing = false;
        foreach (var (rule, quorum) in demands.Quorums)
        {
            var have = counted.Count(name => IsEligible(Governance.Roster.Member(name)!, quorum));
            if (have >= quorum.Approvals) continue;
            missing = true;
            Note(rule, "quorum", $"{quorum.Approvals - have} more of {quorum.Eligible} missing");
        }

        if (RiskStep.Confirmer(facts, demands) is { } confirmer && tally.Approvals.All(vote => vote.Content.Member != confirmer))
        {
            missing = true;
            Note("risk", "risk", $"the proposer {confirmer} has to confirm by a device of his own");
        }

        if (missing) return Say(Verdict.NeedsVotes, demands, eligible, counted, null, null);
        if (RiskStep.IsHeld(facts, demands))
        {
            Note("risk", "risk", $"held until {(facts.Risk is { Score.Terms.VerdictSuffices: true } ? "a verdict is in, or " : "")}{CaseRelease.Persons} reviewers release it");
            return Say(Verdict.Held, demands, eligible, counted, null, null);
        }

        if (demands.Timelock <= Span.Zero) return Say(Verdict.Allowed, demands, eligible, counted, null, null);
        var unlocks = (facts.QuorumReachedAt ?? facts.Stamp.Latest) + demands.Timelock;
        return Say(facts.Stamp.Earliest < unlocks ? Verdict.TimeLocked : Verdict.Allowed, demands, eligible, counted, unlocks, null);
    }

    private static bool IsEligible(Member member, Quorum quorum) => (member.Roles & quorum.Eligible & VoteCheck.Voting) != 0;

    private bool CountsProposer(Demands demands, Name member) =>
        member != facts.Packet.Proposer || (Governance.Policy.ProposerVotes && !demands.SeparateDuties);

    private bool IsCapped(Demands demands, VoteContent vote)
    {
        var device = Governance.Roster.Device(vote.Member, vote.Device)!;
        if (!demands.AboveSoftLimit || !Governance.IsYoung(vote.Member, device, facts.Stamp.Earliest)) return false;
        Note("votes", "quorum", new Rejection(
            RejectionCode.DeviceTooNew, "a device past its first period, above a soft limit", $"{vote.Member}/{vote.Device}").ToString());
        return true;
    }

    private Assessment Say(
        Verdict verdict, Demands demands, ImmutableArray<Name> eligible, ImmutableArray<Name> counted, Instant? unlocksAt, Rejection? denial)
    {
        var required = demands.Quorums.IsEmpty
            ? new Quorum(0, Roles.None)
            : demands.Quorums.Select(demand => demand.Quorum).MaxBy(quorum => quorum.Approvals)!;
        return new(
            verdict,
            required,
            demands.Timelock,
            demands.SeparateDuties,
            eligible,
            counted,
            unlocksAt,
            _reasons.ToImmutable(),
            denial,
            Governance.Genesis.Deployment,
            Governance.Roster,
            Governance.Policy.Version,
            Governance.PolicyHash,
            Governance.RosterHash)
        {
            Confirmer = RiskStep.Confirmer(facts, demands),
            Risk = demands.Risk == RiskDemand.Nothing ? null : demands.Risk,
        };
    }
}
