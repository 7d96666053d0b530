using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>What came of a replay.</summary>
public abstract record Replayed
{
    private Replayed()
    {
    }

    public sealed record Whole(Governance Governance) : Replayed;

    public sealed record Broken(Rejection Rejection) : Replayed;
}

/// <summary>
/// From the genesis to now, believing nobody: every change is admitted and every vote verified again under the governance that the changes before it
/// made. The signer and the evidence verifier work so; they need the account id alone.
/// </summary>
public static class Lineage
{
    /// <summary>The longest lineage that is replayed.</summary>
    public const int MaxChanges = 10_000;

    /// <summary>
    /// Replays. Time locks are checked against the votes' own instants; whether time really passed only the replayer's own clock knows
    /// (the signer starts its own when a change is announced).
    /// </summary>
    /// <param name="now">The replayer's time; nothing may have happened after it. Null: unknown, as offline.</param>
    public static Replayed Replay(Genesis genesis, ImmutableArray<EnactedChange> changes, Instant? now = null)
    {
        if (changes.Length > MaxChanges) return Break(0, new(RejectionCode.TooLarge, $"{MaxChanges} changes", $"{changes.Length}"));
        if (GenesisCheck.CheckForm(Canonical.AccountId(genesis), genesis) is { } bad) return new Replayed.Broken(bad);
        return Extend(Governance.FromGenesis(genesis), changes, now);
    }

    /// <summary>Continues from a governance that was verified before, by the changes after it.</summary>
    public static Replayed Extend(Governance governance, ImmutableArray<EnactedChange> changes, Instant? now = null)
    {
        foreach (var change in changes)
        {
            if (Check(governance, change, now) is { } rejection) return Break(governance.ChangesEnacted + 1, rejection);
            governance = governance.Apply(change);
        }

        return new Replayed.Whole(governance);
    }

    private static Rejection? Check(Governance governance, EnactedChange change, Instant? now)
    {
        if (ChangeCheck.Admit(governance, change.Proposal) is { } rejection) return rejection;
        if (change.Votes.IsEmpty) return new(RejectionCode.QuorumMissing, "the votes that carried it", "none");
        var newest = change.Votes.Max(vote => vote.Content.IssuedAt);
        if (now is { } present && (change.EnactedAt > present + VoteCheck.MaxClockLead || newest > present + VoteCheck.MaxClockLead))
            return new(RejectionCode.TimelockRunning, $"nothing after {present}", $"enacted at {change.EnactedAt}");
        return ChangeCheck.Tally(governance, change.Proposal, change.Votes, Stamp.At(newest)) switch
        {
            ChangeStanding.Carried carried when change.EnactedAt + VoteCheck.MaxClockLead < newest + carried.Timelock =>
                new(RejectionCode.TimelockRunning, $"enacted no earlier than {newest + carried.Timelock}", $"{change.EnactedAt}"),
            ChangeStanding.Carried => null,
            ChangeStanding.Vetoed vetoed => new(RejectionCode.Vetoed, "no veto", $"a veto of {vetoed.By.Content.Member}"),
            ChangeStanding.Open open => new(RejectionCode.QuorumMissing, $"{open.Missing} more approvals", "none"),
            _ => throw new UnreachableException(),
        };
    }

    private static Replayed.Broken Break(int sequence, Rejection why) =>
        new(new(RejectionCode.LineageBroken, $"change {sequence}: {why.Expected}", why.Actual, [why.Code.ToString()]));
}
