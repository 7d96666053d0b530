using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Accounts;

/// <summary>Changes of roster, policy, allow-list and freeze: proposed, voted on, carried, enacted.</summary>
internal static class Changes
{
    /// <summary>Most changes under way at once.</summary>
    internal const int MaxOpen = 16;

    /// <summary>A change whose votes do not come within this is gone.</summary>
    internal static Span VotingPeriod { get; } = Span.Hours(30 * 24);

    internal static Decision<AccountEvent> Propose(AccountState.Open open, AccountCommand.ProposeChange command, Stamp stamp)
    {
        var proposal = command.Proposal;
        var hash = Canonical.Hash(proposal);
        if (open.Changes.TryGetValue(proposal.Id, out var known))
        {
            return Canonical.Hash(known.Proposal) == hash
                ? AccountDecider.Nothing
                : new Rejection(RejectionCode.AlreadyExists, $"another id than {proposal.Id}", $"{proposal.Id}");
        }

        if (open.Lineage.Any(enacted => enacted.Proposal.Id == proposal.Id && Canonical.Hash(enacted.Proposal) == hash)) return AccountDecider.Nothing;
        if (open.Changes.Count >= MaxOpen) return new Rejection(RejectionCode.TooLarge, $"{MaxOpen} changes under way", $"{open.Changes.Count}");
        if (proposal.ProposedAt > stamp.Latest + VoteCheck.MaxClockLead)
            return new Rejection(RejectionCode.Malformed, $"proposed no later than {stamp.Latest + VoteCheck.MaxClockLead}", $"{proposal.ProposedAt}");
        if (ChangeCheck.Admit(open.Governance, proposal) is { } rejection) return rejection;
        if (proposal.Change is AccountChange.Unfreeze unfreeze && CheckUnfreeze(open, unfreeze) is { } notFrozen) return notFrozen;
        if (proposal.Change is AccountChange.ResumeLane resume && !open.Own.Any(own => (own.Chain, own.Address) == (resume.Chain, resume.Address)))
            return new Rejection(RejectionCode.NotFound, $"an address of this account on {resume.Chain}", $"{resume.Address}");
        if (command.Vote.Content.Member != proposal.Proposer || command.Vote.Content.Decision != VoteDecision.Approve)
            return new Rejection(RejectionCode.NotAllowedCaller, $"an approval of the proposer {proposal.Proposer}", $"{command.Vote.Content.Member}");
        if (Check(open, proposal, command.Vote, stamp) is { } bad) return bad;
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.ChangeProposed(proposal, command.Vote, stamp.Latest + VotingPeriod))
            .AddRange(After(open, proposal, [command.Vote], stamp));
    }

    internal static Decision<AccountEvent> Vote(AccountState.Open open, AccountCommand.VoteOnChange command, Stamp stamp)
    {
        if (!open.Changes.TryGetValue(command.Change, out var change))
            return new Rejection(RejectionCode.NotFound, "a change under way", $"{command.Change}");
        if (Check(open, change.Proposal, command.Vote, stamp) is { } rejection) return rejection;
        var content = command.Vote.Content;
        if (content.Decision == VoteDecision.Veto)
        {
            return change.Proposal.Change is AccountChange.NewRoster next && RosterForm.IsRemoval(open.Governance.Roster, next.Roster)
                ? new Rejection(RejectionCode.NotAllowedCaller, "no veto: removing is at once", $"a veto of {content.Member}")
                : new AccountEvent.ChangeVetoed(command.Change, command.Vote);
        }

        if (change is not OpenChange.Voting voting)
            return new Rejection(RejectionCode.WrongState, "a change that collects votes", "carried, waiting for its time lock");
        if (voting.Votes.Any(other => other.Content.Member == content.Member && other.Content.ExpiresAt > stamp.Latest))
            return new Rejection(RejectionCode.VoteDuplicate, $"one vote of {content.Member}", "another");
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.ChangeApproved(command.Change, command.Vote))
            .AddRange(After(open, change.Proposal, WithVote(voting.Votes, command.Vote), stamp));
    }

    /// <summary>Enacts the first change whose time lock is over; without one, drops what has lapsed.</summary>
    internal static Decision<AccountEvent> Tick(AccountState.Open open, Stamp stamp)
    {
        var due = open.Changes.Values.OfType<OpenChange.Waiting>().Where(change => stamp.Earliest >= change.EnactableAt)
            .OrderBy(change => change.EnactableAt).ThenBy(change => change.Proposal.Id).FirstOrDefault();
        if (due is not null)
        {
            // Every other change has lost its number by this one; what made this one admissible may be gone all the same (an unfreeze twice).
            var stale = ChangeCheck.Admit(open.Governance, due.Proposal) is not null
                || (due.Proposal.Change is AccountChange.Unfreeze unfreeze && CheckUnfreeze(open, unfreeze) is not null);
            return stale
                ? new AccountEvent.ChangeLapsed(due.Proposal.Id)
                : new AccountEvent.ChangeEnacted(new(due.Proposal, due.Votes, stamp.Earliest));
        }

        return open.Changes.Values.OfType<OpenChange.Voting>().Where(change => stamp.Earliest >= change.LapsesAt)
            .Select(change => (AccountEvent)new AccountEvent.ChangeLapsed(change.Proposal.Id)).ToImmutableArray();
    }

    internal static Instant? NextWake(AccountState.Open open)
    {
        if (open.Changes.IsEmpty) return null;
        Instant? next = null;
        foreach (var change in open.Changes.Values)
        {
            var at = change switch
            {
                OpenChange.Voting voting => voting.LapsesAt,
                OpenChange.Waiting waiting => waiting.EnactableAt,
                _ => throw new UnreachableException(),
            };
            if (next is null || at < next) next = at;
        }

        return next;
    }

    /// <summary>A member's new vote takes the place of his expired one.</summary>
    internal static ImmutableArray<Vote> WithVote(ImmutableArray<Vote> votes, Vote vote) =>
        [.. votes.Where(other => other.Content.Member != vote.Content.Member), vote];

    private static ImmutableArray<AccountEvent> After(AccountState.Open open, ChangeProposal proposal, ImmutableArray<Vote> votes, Stamp stamp) =>
        ChangeCheck.Tally(open.Governance, proposal, votes, stamp) switch
        {
            ChangeStanding.Carried { Timelock.Ms: 0 } carried => [new AccountEvent.ChangeEnacted(new(proposal, carried.Votes, stamp.Latest))],
            ChangeStanding.Carried carried => [new AccountEvent.ChangeCarried(proposal.Id, carried.Votes, stamp.Latest + carried.Timelock)],
            _ => [],
        };

    private static Rejection? Check(AccountState.Open open, ChangeProposal proposal, Vote vote, Stamp stamp) =>
        VoteCheck.Check(vote, new VoteSubject.Change(proposal), VoteTerms.Of(open.Governance), stamp);

    private static Rejection? CheckUnfreeze(AccountState.Open open, AccountChange.Unfreeze unfreeze) =>
        open.Freeze.IsFrozen && open.Freeze.Number == unfreeze.FreezeNumber
            ? null
            : new(RejectionCode.WrongState, open.Freeze.IsFrozen ? $"freeze {open.Freeze.Number}" : "a frozen account", $"freeze {unfreeze.FreezeNumber}");
}
