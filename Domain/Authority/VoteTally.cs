using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>
/// The good votes of a set, one per member: a second approval of a member, by whatever device, adds nothing; a veto is kept beside an
/// approval of the same member and wins.
/// </summary>
/// <param name="Approvals">First good approval of each member, in the order given.</param>
/// <param name="Vetoes">First good veto of each member.</param>
/// <param name="Refused">Why the others do not count.</param>
public sealed record VoteTally(ImmutableArray<Vote> Approvals, ImmutableArray<Vote> Vetoes, ImmutableArray<Rejection> Refused)
{
    /// <summary>More votes than this on one subject are not looked at: two for each of the most members that a roster has.</summary>
    public const int MaxVotes = 128;

    public static VoteTally Count(ImmutableArray<Vote> votes, VoteSubject subject, VoteTerms terms, Stamp stamp)
    {
        var approvals = ImmutableArray.CreateBuilder<Vote>();
        var vetoes = ImmutableArray.CreateBuilder<Vote>();
        var refused = ImmutableArray.CreateBuilder<Rejection>();
        foreach (var vote in votes.Take(MaxVotes))
        {
            var same = vote.Content.Decision == VoteDecision.Veto ? vetoes : approvals;
            if (same.Any(other => other.Content.Member == vote.Content.Member))
                refused.Add(new(RejectionCode.VoteDuplicate, $"one vote of {vote.Content.Member}", "another"));
            else if (VoteCheck.Check(vote, subject, terms, stamp) is { } rejection)
                refused.Add(rejection);
            else
                same.Add(vote);
        }

        return new(approvals.ToImmutable(), vetoes.ToImmutable(), refused.ToImmutable());
    }
}
