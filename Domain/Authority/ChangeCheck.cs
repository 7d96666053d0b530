using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>How far a proposed change has come under the rules in force.</summary>
public abstract record ChangeStanding
{
    private ChangeStanding()
    {
    }

    public sealed record Open(int Missing) : ChangeStanding;

    /// <summary>The quorum is there; the change may be enacted <paramref name="Timelock"/> later.</summary>
    public sealed record Carried(ImmutableArray<Vote> Votes, Span Timelock) : ChangeStanding;

    public sealed record Vetoed(Vote By) : ChangeStanding;
}

/// <summary>Changes of what governs an account: whether one may be proposed, what it needs, and how its votes stand.</summary>
public static class ChangeCheck
{
    /// <summary>Null if this change may follow the governance in force: right account and number, version plus one, well formed, satisfiable.</summary>
    public static Rejection? Admit(Governance governance, ChangeProposal proposal)
    {
        if (proposal.Account != governance.Account)
            return new(RejectionCode.VoteWrongSubject, $"account {governance.Account}", $"account {proposal.Account}");
        if (proposal.Sequence != governance.ChangesEnacted + 1)
            return new(RejectionCode.StaleVersion, $"sequence {governance.ChangesEnacted + 1}", $"sequence {proposal.Sequence}");
        if (governance.Roster.Member(proposal.Proposer) is not { } proposer)
            return new(RejectionCode.UnknownMember, "a member of the roster in force", $"{proposal.Proposer}");
        if ((proposer.Roles & VoteCheck.Voting) == 0) return new(RejectionCode.RoleMissing, $"{VoteCheck.Voting}", $"{proposer.Roles}");
        return proposal.Change switch
        {
            AccountChange.NewPolicy change => Next("policy", governance.Policy.Version, change.Policy.Version)
                ?? PolicyForm.Check(change.Policy, governance.Roster),
            AccountChange.NewRoster change => Next("roster", governance.Roster.Version, change.Roster.Version)
                ?? RosterForm.Check(change.Roster)
                ?? CheckAdded(governance, change.Roster, proposal.ProposedAt)
                ?? PolicyForm.Check(governance.Policy, change.Roster),
            AccountChange.AllowDestination change => CheckDestination(change.Destination),
            AccountChange.DisallowDestination change => governance.Allowed.ContainsKey(Governance.Key(change.Destination))
                ? null
                : new(RejectionCode.NotFound, "a destination on the allow-list", change.Destination.Destination),
            AccountChange.SetRisk change => Enum.IsDefined(change.Mode) ? null : new(RejectionCode.Malformed, "Shadow or Enforced", $"{change.Mode}"),
            AccountChange.GrantChannels change => CheckMandate(governance, change.Mandate),
            AccountChange.GrantCoinChannels change => CheckMandate(governance, change.Mandate),
            AccountChange.RevokeChannels change => governance.Channels.ContainsKey(Governance.ChannelKey(change.Key)) || governance.CoinChannels.ContainsKey(Governance.ChannelKey(change.Key))
                ? null
                : new(RejectionCode.NotFound, "a key with a mandate for channels", change.Key.Value),
            AccountChange.Unfreeze or AccountChange.ResumeLane => null,
            _ => new(RejectionCode.UnsupportedKind, "a known kind of change", proposal.Change.GetType().Name),
        };
    }

    /// <summary>How long the change waits after its quorum: adding waits, taking away does not.</summary>
    public static Span Timelock(Governance governance, AccountChange change) => change switch
    {
        AccountChange.NewPolicy or AccountChange.SetRisk or AccountChange.GrantChannels or AccountChange.GrantCoinChannels => governance.Policy.Changes.PolicyTimelock,
        AccountChange.NewRoster next => RosterForm.IsRemoval(governance.Roster, next.Roster) ? Span.Zero : governance.Policy.Changes.RosterTimelock,
        AccountChange.AllowDestination => governance.Policy.Changes.AllowListDelay,
        _ => Span.Zero,
    };

    /// <summary>
    /// Counts the votes. Expiry is judged at the stamp or, if later, at the last vote's own time: so there was one moment at which all
    /// that count were alive, and a replay, which knows no clock but the votes, comes to the same.
    /// </summary>
    public static ChangeStanding Tally(Governance governance, ChangeProposal proposal, ImmutableArray<Vote> votes, Stamp stamp)
    {
        var newest = votes.IsEmpty ? stamp.Latest : votes.Max(vote => vote.Content.IssuedAt);
        var tally = VoteTally.Count(
            votes, new VoteSubject.Change(proposal), VoteTerms.Of(governance), newest > stamp.Latest ? new(stamp.Earliest, newest) : stamp);
        var removal = proposal.Change is AccountChange.NewRoster next && RosterForm.IsRemoval(governance.Roster, next.Roster);

        // Removing is at once: a stolen device must not be able to keep itself in by a veto.
        if (!removal && tally.Vetoes is [var veto, ..]) return new ChangeStanding.Vetoed(veto);
        var quorum = QuorumOf(governance.Policy.Changes, proposal.Change);
        var counted = tally.Approvals.Where(vote => Counts(governance, proposal, quorum, vote.Content)).ToImmutableArray();
        var timelock = Timelock(governance, proposal.Change);
        if (counted.Length >= quorum.Approvals) return new ChangeStanding.Carried(counted, timelock);
        if (removal && OwnDevice(governance, proposal, tally.Approvals) is { } own) return new ChangeStanding.Carried([own], timelock);
        return new ChangeStanding.Open(quorum.Approvals - counted.Length);
    }

    private static Quorum QuorumOf(ChangeRules rules, AccountChange change) => change switch
    {
        AccountChange.NewPolicy or AccountChange.SetRisk or AccountChange.GrantChannels or AccountChange.GrantCoinChannels or AccountChange.RevokeChannels => rules.Policy,
        AccountChange.NewRoster => rules.Roster,
        AccountChange.AllowDestination or AccountChange.DisallowDestination => rules.AllowList,
        AccountChange.Unfreeze or AccountChange.ResumeLane => rules.Unfreeze,
        _ => throw new UnreachableException($"No such change: {change.GetType().Name}."),
    };

    private static bool Counts(Governance governance, ChangeProposal proposal, Quorum quorum, VoteContent vote)
    {
        var member = governance.Roster.Member(vote.Member)!;
        if ((member.Roles & quorum.Eligible & VoteCheck.Voting) == 0) return false;
        if (vote.Member == proposal.Proposer && !governance.Policy.ProposerVotes) return false;

        // A change is above every soft limit, so the vote of a young device does not count. Judged by the vote's own time, which is signed.
        return !governance.IsYoung(vote.Member, member.Device(vote.Device)!, vote.IssuedAt);
    }

    /// <summary>A member alone may take away devices of his own, by another device of his that stays.</summary>
    private static Vote? OwnDevice(Governance governance, ChangeProposal proposal, ImmutableArray<Vote> approvals)
    {
        var next = ((AccountChange.NewRoster)proposal.Change).Roster;
        return RosterForm.Losing(governance.Roster, next) is [var member]
            ? approvals.FirstOrDefault(vote => vote.Content.Member == member && next.Device(member, vote.Content.Device) is not null)
            : null;
    }

    private static Rejection? Next(string what, int now, int next) =>
        next == now + 1 ? null : new(RejectionCode.StaleVersion, $"{what} version {now + 1}", $"{what} version {next}");

    /// <summary>A new device may not say that it is older than the change can make it, or it would be past its cap when it joins.</summary>
    private static Rejection? CheckAdded(Governance governance, Roster next, Instant proposedAt)
    {
        var earliest = proposedAt + governance.Policy.Changes.RosterTimelock;
        foreach (var member in next.Members)
        {
            foreach (var device in member.Devices)
            {
                var known = governance.Roster.Device(member.Id, device.Id);
                if (device == known || device.AddedAt >= earliest) continue;
                return new(RejectionCode.Malformed, $"{member.Id}/{device.Id} added no earlier than {earliest}", $"{device.AddedAt}");
            }
        }

        return null;
    }

    private static Rejection? CheckMandate(Governance governance, ChannelMandate mandate)
    {
        if (!mandate.Chain.IsEvm) return new(RejectionCode.WrongChain, "an EVM chain", mandate.Chain.ToString());
        if (mandate.MostDeposited.IsZero || mandate.MostDeposited > BookRules.MostDeposited)
            return new(RejectionCode.Malformed, $"a most deposited of 1 to {BookRules.MostDeposited}", mandate.MostDeposited.ToString());
        foreach (var (name, address) in new[] { ("manager", mandate.Manager), ("token", mandate.Token), ("payout", mandate.Payout) })
            if (address == default) return new(RejectionCode.Malformed, $"a {name}", "the zero address");
        return CheckCount(governance, mandate.Key);
    }

    private static Rejection? CheckMandate(Governance governance, CoinMandate mandate)
    {
        if (!mandate.Chain.IsBitcoin) return new(RejectionCode.WrongChain, "a chain of the Bitcoin family", mandate.Chain.ToString());
        if (mandate.MostFundedSat is < 0 or > CoinRules.MostSat) return new(RejectionCode.Malformed, $"0 to {CoinRules.MostSat} satoshis", $"{mandate.MostFundedSat}");
        if (mandate.MostFeeratePerKw is < CoinRules.LeastFeeratePerKw or > CoinRules.HighestFeeratePerKw)
            return new(RejectionCode.Malformed, $"a feerate of {CoinRules.LeastFeeratePerKw} to {CoinRules.HighestFeeratePerKw}", $"{mandate.MostFeeratePerKw}");
        return CoinRules.IsScript(mandate.Payout)
            ? CheckCount(governance, mandate.Key)
            : new(RejectionCode.Malformed, "a locking script that nodes relay: P2WPKH, P2WSH or taproot", $"{mandate.Payout.Length} bytes");
    }

    private static Rejection? CheckCount(Governance governance, Name key) =>
        governance.Channels.Count + governance.CoinChannels.Count < ChannelMandate.MaxOfAccount
            || governance.Channels.ContainsKey(Governance.ChannelKey(key)) || governance.CoinChannels.ContainsKey(Governance.ChannelKey(key))
            ? null
            : new(RejectionCode.TooLarge, $"at most {ChannelMandate.MaxOfAccount} channel keys with a mandate", "one more");

    private static Rejection? CheckDestination(AllowedDestination destination)
    {
        var ok = destination.Chain == ChainId.Ledger
            ? AccountId.TryParse(destination.Destination, out _)
            : destination.Chain.HasNodes && (Address.TryParse(destination.Destination, out _)
                || (destination.Chain.IsBitcoin && CoinPayee.IsDestination(destination.Destination)));
        return ok ? null : new(RejectionCode.Malformed, "an address on a chain with nodes, or an account id on the ledger", destination.Destination);
    }
}
