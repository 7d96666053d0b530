using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Whether the people agreed. It knows the votes from the devices themselves, not from the system; a reservation needs enough of them for exactly this
/// content, these effects, and the policy and roster in force at that event.
/// </summary>
internal sealed class AuthorityCheck(IJudge judge, IReadOnlyDictionary<string, Mirror> streams)
{
    /// <summary>Longer than any call to the signer takes.</summary>
    private static readonly Span _grace = Span.Seconds(180);

    private readonly Dictionary<(AccountId Account, Bytes32 Subject), List<VoteContent>> _cast = [];
    private readonly Dictionary<AccountId, Instant> _governedSince = [];

    /// <summary>
    /// A first signature: enough votes hold under the policy and roster in force now, or that were in force a moment ago, as the signer is told of a
    /// change only by the next bundle.
    /// </summary>
    public void Signed(PacketContent packet, Instant now)
    {
        var account = streams.GetValueOrDefault($"{judge.Tenant}/account/{packet.Ref.Owner}");
        if (account?.State is not AccountState.Open open || now < _governedSince.GetValueOrDefault(open.Id) + _grace) return;
        var members = Good(open, Canonical.Hash(packet), now).Where(vote => vote.Decision == VoteDecision.Approve).Select(vote => vote.Member).Distinct().Count();
        if (members < Needed(open.Governance.Policy, packet))
            judge.Fail("stale-votes-signed", $"{packet.Ref} was signed with {members} votes that hold, the governance is older than {_grace.Ms} ms");
    }

    /// <summary>A device signed a vote.</summary>
    public void Cast(Vote vote)
    {
        var key = (vote.Content.Account, vote.Content.SubjectHash);
        (_cast.TryGetValue(key, out var votes) ? votes : _cast[key] = []).Add(vote.Content);
    }

    public void Add(Mirror stream, object before, object @event, Instant at)
    {
        if (before is not AccountState.Open open) return;
        switch (@event)
        {
            case AccountEvent.Reserved reserved:
                Reserved(stream, open, reserved, at);
                break;
            case AccountEvent.ChangeEnacted enacted:
                Enacted(open, enacted.Change, at);
                break;
            case AccountEvent.TransferSent sent when open.Freeze.IsFrozen:
                judge.Fail("frozen", $"{sent.Leg} was sent while {open.Id} was frozen");
                break;
            default:
                break;
        }
    }

    private void Reserved(Mirror stream, AccountState.Open open, AccountEvent.Reserved reserved, Instant at)
    {
        var reservation = reserved.Reservation;
        var name = $"{judge.Tenant}/packet/{open.Id}/{reservation.Packet}";
        if (open.Freeze.IsFrozen) judge.Fail("frozen", $"{name} was reserved while {open.Id} was frozen");
        if (streams.GetValueOrDefault(name)?.State is not PacketState { Content: { } content, Bounds: { } bounds } packet || Canonical.Hash(content) != reservation.ContentHash)
        {
            judge.Fail("vote-subject", $"{name} was reserved with content {reservation.ContentHash}, which it does not have");
            return;
        }

        if (open.Ledger.Post(reserved.Postings) is var after && reserved.Postings.Entries.FirstOrDefault(entry =>
            entry.Book == Book.Available && !after.Of(Book.Available, entry.Asset).Deficit.IsZero) is { Asset.Value: not null } overdrawn)
            judge.Fail("overdraft", $"{name} reserved more {overdrawn.Asset} than there is");
        var locked = open.Governance.Policy.Rules[0].Timelock;
        if (locked > Span.Zero && (packet.QuorumAt is not { } quorumAt || at < quorumAt + locked))
            judge.Fail("timelock", $"{name} was reserved at {at}, quorum at {packet.QuorumAt}, time lock {locked.Ms} ms");
        var needed = Needed(open.Governance.Policy, content);
        var digest = new VoteSubject.Packet(content, bounds).EffectDigest();
        var good = Good(open, reservation.ContentHash, at)
            .Where(vote => vote.EffectDigest == digest && vote.Member != content.Proposer && vote.ExpiresAt > at).ToArray();
        var members = good.Where(vote => vote.Decision == VoteDecision.Approve).Select(vote => vote.Member).Distinct().Count();
        if (members < needed) judge.Fail("quorum", $"{name} was reserved with {members} of {needed} votes that hold");
        if (at >= content.OpenBefore) judge.Fail("deadline", $"{name} was reserved at {at}, open before {content.OpenBefore}");
        Capped(stream, open, reservation, content);
    }

    private void Enacted(AccountState.Open open, EnactedChange change, Instant at)
    {
        _governedSince[open.Id] = at;
        if (open.Changes.GetValueOrDefault(change.Proposal.Id) is OpenChange.Waiting waiting && at < waiting.EnactableAt)
            judge.Fail("timelock", $"change {change.Proposal.Id} of {open.Id} was enacted at {at}, enactable at {waiting.EnactableAt}");
        var hash = Canonical.Hash(change.Proposal);
        var members = Good(open, hash, at).Where(vote => vote.Decision == VoteDecision.Approve && vote.Member != change.Proposal.Proposer).Select(vote => vote.Member).Distinct().Count();
        var quorum = change.Proposal.Change switch
        {
            AccountChange.NewRoster => open.Governance.Policy.Changes.Roster,
            AccountChange.NewPolicy => open.Governance.Policy.Changes.Policy,
            AccountChange.Unfreeze => open.Governance.Policy.Changes.Unfreeze,
            _ => open.Governance.Policy.Changes.AllowList,
        };
        if (members < quorum.Approvals) judge.Fail("quorum", $"change {change.Proposal.Id} of {open.Id} was enacted with {members} of {quorum.Approvals} votes that hold");
        if (change.Proposal.Sequence != open.Governance.ChangesEnacted + 1)
            judge.Fail("lineage", $"change {change.Proposal.Id} of {open.Id} was number {change.Proposal.Sequence}, {open.Governance.ChangesEnacted} were enacted");
    }

    /// <summary>A time-locked change may be carried by votes that expire before it is enacted, so life is judged with the lock's length to spare.</summary>
    private IEnumerable<VoteContent> Good(AccountState.Open open, Bytes32 subject, Instant at) =>
        _cast.GetValueOrDefault((open.Id, subject), []).Where(vote =>
            vote.PolicyHash == open.Governance.PolicyHash && vote.RosterHash == open.Governance.RosterHash
            && vote.ExpiresAt + Span.Seconds(300) > at && open.Governance.Roster.Members.Any(member => member.Id == vote.Member));

    /// <summary>Two approvals, three above a soft limit: the policies of the simulation say no more than that.</summary>
    private static int Needed(Policy policy, PacketContent content)
    {
        var single = content.Legs.Select(AmountOf).Any(amount => policy.Limits.Any(limit => limit.Asset == amount.Asset && amount.Value > limit.SoftSingle));
        return single ? policy.Limits[0].Escalated.Approvals : policy.Rules[0].Quorum.Approvals;
    }

    private void Capped(Mirror stream, AccountState.Open open, PacketReservation reservation, PacketContent content)
    {
        foreach (var limit in open.Governance.Policy.Limits)
        {
            if (content.Legs.Select(AmountOf).Any(amount => amount.Asset == limit.Asset && amount.Value > limit.HardSingle))
                judge.Fail("hard-cap", $"{reservation.Packet} of {stream.Name.Key} is above {limit.HardSingle}");
            // A run is shorter than any window, so everything that was not released counts.
            var gross = open.Packets.Values.Append(reservation).SelectMany(packet => packet.Legs.Values).Where(leg => leg.Stage is not LegStage.Released)
                .SelectMany(leg => leg.Outflow.Amounts).Where(amount => amount.Asset == limit.Asset)
                .Aggregate(UInt256.Zero, (sum, amount) => sum + amount.Value);
            if (gross > limit.HardWindow) judge.Fail("hard-window", $"{stream.Name.Key} holds and spent {gross} of {limit.Asset}, at most {limit.HardWindow}");
        }
    }

    private static Amount AmountOf(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => transfer.Amount,
        Leg.LedgerTransfer ledger => ledger.Amount,
        Leg.ContractCall call => new(AssetId.Native(call.Chain), call.Value),
        _ => throw new UnreachableException(),
    };
}
