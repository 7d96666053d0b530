using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Whether the people agreed. It knows the votes from the devices themselves, not from the system; a reservation needs enough of them for exactly this
/// content, these effects, and the policy and roster in force at that event.
/// </summary>
internal sealed class AuthorityCheck(IJudge judge, IReadOnlyDictionary<string, Mirror> streams, CaseCheck cases)
{
    /// <summary>Longer than any call to the signer takes.</summary>
    private static readonly Span _grace = Span.Seconds(180);

    private readonly Dictionary<(AccountId Account, Bytes32 Subject), List<VoteContent>> _cast = [];
    private readonly Dictionary<AccountId, Instant> _governedSince = [];
    private readonly Dictionary<(string Packet, Instant At), Instant> _quorums = [];
    private readonly Dictionary<(AccountId Account, Name Change), Instant> _carried = [];
    private readonly WindowCheck _windows = new(judge);

    /// <summary>
    /// A first signature: enough votes hold under the policy and roster in force now, or that were in force a moment ago, as the signer is told of a
    /// change only by the next bundle.
    /// </summary>
    public void Signed(PacketContent packet, Instant now)
    {
        var account = streams.GetValueOrDefault($"{judge.Tenant}/account/{packet.Ref.Owner}");
        if (account?.State is not AccountState.Open open) return;
        Alive(open, packet, now);
        Risk(packet);
        if (now < _governedSince.GetValueOrDefault(open.Id) + _grace) return;
        var members = Good(open, Canonical.Hash(packet), now).Where(vote => vote.Decision == VoteDecision.Approve).Select(vote => vote.Member).Distinct().Count();
        if (members < Needed(open.Governance.Policy, packet))
            judge.Fail("stale-votes-signed", $"{packet.Ref} was signed with {members} votes that hold, the governance is older than {_grace.Ms} ms");
    }

    /// <summary>At a first signature enough of the votes are alive by the true time, whatever they are bound to.</summary>
    private void Alive(AccountState.Open open, PacketContent packet, Instant now)
    {
        var alive = _cast.GetValueOrDefault((open.Id, Canonical.Hash(packet)), [])
            .Where(vote => vote.Decision == VoteDecision.Approve && vote.ExpiresAt > now).Select(vote => vote.Member).Distinct().Count();
        if (alive < Needed(open.Governance.Policy, packet)) judge.Fail("signed-expired", $"{packet.Ref} was first signed at {now}, when {alive} votes were alive");
    }

    /// <summary>Nothing is signed that has no score, that its score blocks, or that it holds and nobody released; and nothing is given back but by two reviewers.</summary>
    private void Risk(PacketContent packet)
    {
        if (streams.GetValueOrDefault($"{judge.Tenant}/packet/{packet.Ref.Key}")?.State is not PacketState state) return;
        if (state.Score?.Value.Demand.Action is not { } action || action >= RiskAction.Block)
            judge.Fail("signed-blocked", $"{packet.Ref} was signed with the score {state.Score?.Value.Demand}");
        else if (action >= RiskAction.Hold && (state.Case is not { } held || !cases.IsReleased(PacketDecider.CaseKey(packet.Ref, held.Number))))
            judge.Fail("signed-held", $"{packet.Ref} was signed while its case {state.Case?.Number} was not released");
        if (packet.IsReturn && (state.Case is not { } returning || !cases.IsReleasedByPersons(PacketDecider.CaseKey(packet.Ref, returning.Number))))
            judge.Fail("signed-return", $"{packet.Ref} gives a deposit back and was signed while its case {state.Case?.Number} was not released by two reviewers");
    }

    /// <inheritdoc cref="WindowCheck.PutBack"/>
    public void PutBack(Instant now, Action replay, Func<LegRef, bool> isSigned)
    {
        _governedSince.Clear();
        _quorums.Clear();
        _carried.Clear();
        _windows.PutBack(now, replay, isSigned);
    }

    /// <inheritdoc cref="WindowCheck.RecoveryEnded"/>
    public void RecoveryEnded() => _windows.RecoveryEnded();

    /// <summary>A device signed a vote.</summary>
    public void Cast(Vote vote)
    {
        var key = (vote.Content.Account, vote.Content.SubjectHash);
        (_cast.TryGetValue(key, out var votes) ? votes : _cast[key] = []).Add(vote.Content);
    }

    public void Add(Mirror stream, object before, object @event, Moment when)
    {
        if (before is PacketState { Content: { } content }) Packet(stream, content, @event, when);
        if (before is not AccountState.Open open || @event is not AccountEvent happened) return;
        _windows.Add(stream, open, happened, when);
        switch (@event)
        {
            case AccountEvent.Reserved reserved:
                Reserved(stream, open, reserved, when);
                break;
            case AccountEvent.ChangeEnacted enacted:
                Enacted(open, enacted.Change, when);
                break;
            case AccountEvent.ChangeCarried carried:
                _carried[(open.Id, carried.Change)] = when.First;
                break;
            case AccountEvent.TransferSent sent when open.Freeze.IsFrozen:
                judge.Fail("frozen", $"{sent.Leg} was sent while {open.Id} was frozen");
                break;
            default:
                break;
        }
    }

    private void Reserved(Mirror stream, AccountState.Open open, AccountEvent.Reserved reserved, Moment when)
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
        if (locked > Span.Zero && (packet.QuorumAt is not { } quorumAt || IsEarly(_quorums.GetValueOrDefault((name, quorumAt)) + locked, when)))
            judge.Fail("timelock", $"{name} was reserved at {when.Last}, quorum at {packet.QuorumAt}, time lock {locked.Ms} ms");
        var needed = Needed(open.Governance.Policy, content);
        var digest = new VoteSubject.Packet(content, bounds).EffectDigest();
        var good = Good(open, reservation.ContentHash, when.First)
            .Where(vote => vote.EffectDigest == digest && vote.Member != content.Proposer && !IsLate(vote.ExpiresAt, when)).ToArray();
        var members = good.Where(vote => vote.Decision == VoteDecision.Approve).Select(vote => vote.Member).Distinct().Count();
        if (members < needed) judge.Fail("quorum", $"{name} was reserved with {members} of {needed} votes that hold");
        if (IsLate(content.OpenBefore, when)) judge.Fail("deadline", $"{name} was reserved at {when.First}, open before {content.OpenBefore}");
        Capped(stream, open, reservation, content);
    }

    private void Packet(Mirror stream, PacketContent content, object @event, Moment when)
    {
        if (@event is PacketEvent.QuorumReached reached) _quorums.TryAdd((stream.Name.ToString(), reached.At), when.First);

        // A deadline is judged by the latest time that it may be: early by the doubt and what the clock is off, and no more.
        var doubt = new Span(2 * judge.ClockDoubt.Ms);
        if (@event is PacketEvent.Finished { End: PacketEnd.Expired } or PacketEvent.CloseWanted { End: PacketEnd.Expired } && IsEarly(content.OpenBefore - doubt, when))
            judge.Fail("expired-early", $"{stream.Name} expired at {when.Last}, open before {content.OpenBefore}");
    }

    /// <summary>Surely before an instant, whatever all clocks have in common.</summary>
    private bool IsEarly(Instant limit, Moment when) => when.Last.UnixMs < limit.UnixMs - (2 * judge.CommonClockError.Ms);

    /// <summary>Surely not before an instant, whatever all clocks have in common.</summary>
    private bool IsLate(Instant limit, Moment when) => when.First.UnixMs >= limit.UnixMs + judge.CommonClockError.Ms;

    private void Enacted(AccountState.Open open, EnactedChange change, Moment when)
    {
        _governedSince[open.Id] = when.Last;
        var locked = ChangeCheck.Timelock(open.Governance, change.Proposal.Change);
        if (locked > Span.Zero && (!_carried.TryGetValue((open.Id, change.Proposal.Id), out var carried) || IsEarly(carried + locked, when)))
            judge.Fail("timelock", $"change {change.Proposal.Id} of {open.Id} was enacted at {when.Last}, carried at {carried}, time lock {locked.Ms} ms");
        var hash = Canonical.Hash(change.Proposal);
        // Machines may have been off for days between the vote that carried it and the end of its lock.
        var members = Good(open, hash, _carried.GetValueOrDefault((open.Id, change.Proposal.Id), when.First)).Where(vote => vote.Decision == VoteDecision.Approve && vote.Member != change.Proposal.Proposer).Select(vote => vote.Member).Distinct().Count();
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

    /// <summary>A time-locked packet may be carried by votes that expire before it is reserved, so life is judged with the lock's length to spare.</summary>
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
