using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>What each event makes of the state. Checks nothing: an event is a fact.</summary>
internal static class AccountEvolve
{
    internal static AccountState Apply(AccountState state, AccountEvent @event, Instant at) => (state, @event) switch
    {
        (AccountState.Unregistered fresh, AccountEvent.Registered registered) => Register(fresh, registered),
        (AccountState.Unregistered fresh, AccountEvent.TransferRefused refused) =>
            fresh with { Tombstones = fresh.Tombstones.SetItem(Transfers.Key(refused.Leg), refused.Rejection) },
        (AccountState.Open open, _) => One(open, @event, at),
        _ => throw new UnreachableException($"{@event.GetType().Name} before the account exists."),
    };

    private static AccountState.Open One(AccountState.Open open, AccountEvent @event, Instant at)
    {
        foreach (var leg in @event.AlsoClosed) open = One(open, new AccountEvent.TransferClosed(leg), at);
        return Note(Apply(open with { Ledger = open.Ledger.Post(@event.Moved) }, @event), @event, at);
    }

    private static AccountState.Open Note(AccountState.Open open, AccountEvent @event, Instant at) => @event switch
    {
        AccountEvent.LegHeld e => Forgetting.Note(open, e.Packet, at),
        AccountEvent.LegPosted e => Returning.Note(Forgetting.Note(open, e.Packet, at), e.Packet, e.Leg, at),
        AccountEvent.LegPaid e => Forgetting.Note(Settlements.Apply(open, e), e.Packet, at),
        AccountEvent.LegUnposted e => Returning.Note(Forgetting.Note(open, e.Packet, at), e.Packet, e.Leg, at),
        AccountEvent.LegReleased e => Returning.Note(Forgetting.Note(open, e.Packet, at), e.Packet, e.Leg, at),
        AccountEvent.LegUnreleased e => Returning.Note(Forgetting.Note(open, e.Packet, at), e.Packet, e.Leg, at),
        AccountEvent.OperatorFeePosted e => Forgetting.Note(open, e.Packet, at),
        AccountEvent.OperatorFeeReturned e => Forgetting.Note(open, e.Packet, at),
        AccountEvent.OperatorFeeHeld e => Forgetting.Note(open, e.Packet, at),
        AccountEvent.TransferClosed e => Forgetting.Note(open, e.Leg.Packet.Id, at),
        AccountEvent.TransferReturned e => Forgetting.Note(open, e.Leg.Packet.Id, at),
        AccountEvent.DepositCredited or AccountEvent.DepositHeld or AccountEvent.DepositReleased or AccountEvent.DepositMoved or AccountEvent.DepositReversed =>
            Forgetting.Note(ScreeningEvolve.Apply(open, @event, at), @event.Deposited!, at),
        AccountEvent.DepositScreened or AccountEvent.DepositReviewed or AccountEvent.DepositRescreened => ScreeningEvolve.Apply(open, @event, at),
        AccountEvent.OperatorStopped e => open with { Stop = new(e.Operator, e.Reason, at) },
        AccountEvent.IncidentTold e => Incidents.Apply(open, e, at),
        AccountEvent.PersonalErased e => Erasing.Apply(open, e, at),
        _ => open,
    };

    private static AccountState.Open Apply(AccountState.Open open, AccountEvent @event) => @event switch
    {
        AccountEvent.KeyRequested or AccountEvent.AddressAttached or AccountEvent.IntentEnded => KeysAndIntents(open, @event),
        AccountEvent.ChangeProposed or AccountEvent.ChangeApproved or AccountEvent.ChangeCarried or AccountEvent.ChangeVetoed
            or AccountEvent.ChangeLapsed or AccountEvent.ChangeEnacted => Change(open, @event),
        AccountEvent.Frozen frozen => open with
        {
            Freeze = new(true, frozen.Number),
            Intents = open.Intents.SetItem($"announce-freeze/{frozen.Number}", new AccountIntent.AnnounceFreeze(frozen.Number, frozen.Vote)),
        },
        AccountEvent.FrozenByIncident frozen => open with { Freeze = new(true, frozen.Number) },
        AccountEvent.Reserved or AccountEvent.LegPosted or AccountEvent.LegUnposted or AccountEvent.LegReleased
            or AccountEvent.LegUnreleased or AccountEvent.OperatorFeePosted or AccountEvent.OperatorFeeReturned or AccountEvent.OperatorFeeHeld
            => Leg(open, @event),
        AccountEvent.LegHeld held => Restoring.Apply(open, held),
        AccountEvent.DeficitArose or AccountEvent.LegPaid or AccountEvent.OperatorStopped or AccountEvent.PersonalErased or AccountEvent.IncidentTold => open,
        AccountEvent.OperatorResumed => open with { Stop = null },
        AccountEvent.Forgotten forgotten => Forgetting.Apply(open, forgotten),
        AccountEvent.TransferSent or AccountEvent.TransferReceived or AccountEvent.TransferRefused or AccountEvent.TransferClosed
            or AccountEvent.TransferReturned => Transfer(open, @event),
        AccountEvent.DepositReversed reversed => With(open, reversed.Deposit, keep: false),
        AccountEvent.DepositCredited or AccountEvent.DepositMoved or AccountEvent.DepositHeld => With(open, @event.Deposited!, keep: true),
        AccountEvent.DepositScreened or AccountEvent.DepositReviewed or AccountEvent.DepositRescreened or AccountEvent.DepositReleased => open,
        _ => throw new UnreachableException($"{@event.GetType().Name} in an open account."),
    };

    private static AccountState.Open Register(AccountState.Unregistered fresh, AccountEvent.Registered registered) => new(
        Governance.FromGenesis(registered.Genesis),
        [],
        new(false, 0),
        ImmutableSortedDictionary<Name, KeyEntry>.Empty,
        ImmutableSortedDictionary<Name, OpenChange>.Empty,
        LedgerBook.Empty,
        LimitWindows.Empty,
        ImmutableSortedDictionary<Name, PacketReservation>.Empty,
        fresh.Tombstones,
        ImmutableSortedDictionary<StateKey, ImmutableArray<Deposit>>.Empty,
        ImmutableSortedDictionary<StateKey, ImmutableArray<AssetId>>.Empty,
        ForgetQueue.Empty,
        ImmutableSortedDictionary<ChainId, ulong>.Empty,
        ImmutableSortedDictionary<StateKey, AccountIntent>.Empty);

    private static AccountState.Open KeysAndIntents(AccountState.Open open, AccountEvent @event)
    {
        switch (@event)
        {
            case AccountEvent.KeyRequested requested:
                return open with
                {
                    Keys = open.Keys.SetItem(requested.Key, new KeyEntry.Requested(requested.Chain, requested.Tier)),
                    Intents = open.Intents.SetItem($"key/{requested.Key}", new AccountIntent.CreateKey(requested.Key, requested.Chain, requested.Tier)),
                };
            case AccountEvent.AddressAttached { Attestation: var attestation }:
                return open with
                {
                    Keys = open.Keys.SetItem(attestation.Key, new KeyEntry.Attached(attestation)),
                    Intents = open.Intents.Remove($"key/{attestation.Key}")
                        .SetItem(AccountIntent.WatchName(attestation.Key), new AccountIntent.WatchAddress(attestation.Chain, attestation.Address)),
                };
            case AccountEvent.IntentEnded ended:
                // A key that was definitely refused may be asked for again, under the same name or another.
                var key = ended.Rejection is not null && open.Intents.GetValueOrDefault(ended.Intent) is AccountIntent.CreateKey create ? create.Key : default;
                return open with { Intents = open.Intents.Remove(ended.Intent), Keys = key.Value is null ? open.Keys : open.Keys.Remove(key) };
            default:
                throw new UnreachableException(@event.GetType().Name);
        }
    }

    private static AccountState.Open Change(AccountState.Open open, AccountEvent @event) => @event switch
    {
        AccountEvent.ChangeProposed proposed => open with
        {
            Changes = open.Changes.SetItem(proposed.Proposal.Id, new OpenChange.Voting(proposed.Proposal, [proposed.Vote], proposed.LapsesAt)),

            // The signer's clock for the time lock starts as early as it can, or the account would be ahead of it.
            Intents = ChangeCheck.Timelock(open.Governance, proposed.Proposal.Change) > Span.Zero
                ? open.Intents.SetItem($"announce/{proposed.Proposal.Id}", new AccountIntent.AnnounceChange(proposed.Proposal, [proposed.Vote]))
                : open.Intents,
        },
        AccountEvent.ChangeApproved approved => open with
        {
            Changes = open.Changes.SetItem(
                approved.Change, open.Changes[approved.Change] with { Votes = Changes.WithVote(open.Changes[approved.Change].Votes, approved.Vote) }),
        },
        AccountEvent.ChangeCarried carried => open with
        {
            Changes = open.Changes.SetItem(
                carried.Change, new OpenChange.Waiting(open.Changes[carried.Change].Proposal, carried.Votes, carried.EnactableAt)),
        },
        AccountEvent.ChangeVetoed vetoed => Drop(open, vetoed.Change),
        AccountEvent.ChangeLapsed lapsed => Drop(open, lapsed.Change),
        AccountEvent.ChangeEnacted enacted => Enact(open, enacted.Change),
        _ => throw new UnreachableException(@event.GetType().Name),
    };

    private static AccountState.Open Drop(AccountState.Open open, Name change) =>
        open with { Changes = open.Changes.Remove(change), Intents = open.Intents.Remove($"announce/{change}") };

    /// <summary>The lineage grows by one, so every other change under way has lost its number: its votes are void.</summary>
    private static AccountState.Open Enact(AccountState.Open open, EnactedChange change) => open with
    {
        Governance = open.Governance.Apply(change),
        Lineage = open.Lineage.Add(change),
        Freeze = change.Proposal.Change is AccountChange.Unfreeze ? open.Freeze with { IsFrozen = false } : open.Freeze,
        Changes = open.Changes.Clear(),
        Intents = Resuming(
            open.Intents.RemoveRange(open.Intents.Where(pair => pair.Value is AccountIntent.AnnounceChange).Select(pair => pair.Key)), change),
    };

    private static ImmutableSortedDictionary<StateKey, AccountIntent> Resuming(
        ImmutableSortedDictionary<StateKey, AccountIntent> intents, EnactedChange change) => change.Proposal is { Change: AccountChange.ResumeLane resume, Id: var id }
        ? intents.SetItem($"resume-lane/{change.Proposal.Sequence}", new AccountIntent.TellLaneResumed(resume.Chain, resume.Address, resume.ForeignTx, id))
        : intents;

    private static AccountState.Open Leg(AccountState.Open open, AccountEvent @event)
    {
        switch (@event)
        {
            case AccountEvent.Reserved { Reservation: var packet }:
                var shares = packet.Legs.Values.SelectMany(leg => leg.Reserved).Concat(packet.FeeShares);
                return Returning.Begin(Forgetting.Begin(open, packet), packet) with { Windows = open.Windows.Reserve(shares, packet.FirstWindowAt) };
            case AccountEvent.LegPosted posted:
                return Post(open, posted);
            case AccountEvent.LegUnposted unposted:
                return Unpost(open, unposted);
            case AccountEvent.LegReleased released:
                return Release(open, released.Packet, released.Leg, released.FeePaid, released.Reason, released.By);
            case AccountEvent.LegUnreleased unreleased:
                return Unrelease(open, unreleased);
            case AccountEvent.OperatorFeePosted posted:
                return PostFees(open, posted);
            case AccountEvent.OperatorFeeReturned returned:
                var held = open.Packets[returned.Packet];
                return open with
                {
                    Packets = open.Packets.SetItem(returned.Packet, held with { FeeStage = FeeStage.Returned }),
                    Windows = open.Windows.Release(held.FeeShares, held.FirstWindowAt),
                };
            case AccountEvent.OperatorFeeHeld again:
                var returnedBefore = open.Packets[again.Packet];
                return open with
                {
                    Packets = open.Packets.SetItem(again.Packet, returnedBefore with { FeeStage = FeeStage.Held }),
                    Windows = open.Windows.Reserve(returnedBefore.FeeShares, returnedBefore.FirstWindowAt),
                };
            default:
                throw new UnreachableException(@event.GetType().Name);
        }
    }

    private static AccountState.Open Post(AccountState.Open open, AccountEvent.LegPosted posted)
    {
        var packet = open.Packets[posted.Packet];
        var leg = packet.Legs[posted.Leg];
        return open with
        {
            Packets = open.Packets.SetItem(
                posted.Packet, packet.With(posted.Leg, new LegStage.Posted(posted.Inclusion, posted.Spent, posted.Received, posted.FeePaid))),
            Windows = open.Windows.Post(leg.Reserved, leg.Spent(posted.Spent, posted.FeePaid), packet.FirstWindowAt),
            OwnReceipts = posted.Received.IsEmpty ? open.OwnReceipts : open.OwnReceipts.SetItem(
                Deposits.Key(posted.Inclusion.Chain, posted.Inclusion.TxHash), [.. posted.Received.Select(amount => amount.Asset)]),
        };
    }

    private static AccountState.Open Unpost(AccountState.Open open, AccountEvent.LegUnposted unposted)
    {
        var packet = open.Packets[unposted.Packet];
        var leg = packet.Legs[unposted.Leg];
        var was = (LegStage.Posted)leg.Stage;
        return open with
        {
            Packets = open.Packets.SetItem(unposted.Packet, packet.With(unposted.Leg, LegStage.Held.Same)),
            Windows = open.Windows.Unpost(leg.Reserved, leg.Spent(was.Spent, was.FeePaid), packet.FirstWindowAt),
            OwnReceipts = open.OwnReceipts.Remove(Deposits.Key(was.Inclusion.Chain, was.Inclusion.TxHash)),
        };
    }

    private static AccountState.Open Release(AccountState.Open open, Name packetId, Name legId, UInt256 feePaid, string reason, Inclusion? by)
    {
        var packet = open.Packets[packetId];
        var leg = packet.Legs[legId];
        return Returning.Back(open, Returning.ReleaseTo(open, packetId, leg), packetId, leg) with
        {
            Packets = open.Packets.SetItem(packetId, packet.With(legId, new LegStage.Released(feePaid, reason, by))),
            Windows = open.Windows.Post(leg.Reserved, leg.FeeAlone(feePaid), packet.FirstWindowAt),
        };
    }

    private static AccountState.Open Unrelease(AccountState.Open open, AccountEvent.LegUnreleased unreleased)
    {
        var packet = open.Packets[unreleased.Packet];
        var leg = packet.Legs[unreleased.Leg];
        var was = (LegStage.Released)leg.Stage;
        return Returning.Again(open, unreleased.Packet, leg) with
        {
            Packets = open.Packets.SetItem(unreleased.Packet, packet.With(unreleased.Leg, LegStage.Held.Same)),
            Windows = open.Windows.Unpost(leg.Reserved, leg.FeeAlone(was.FeePaid), packet.FirstWindowAt),
        };
    }

    private static AccountState.Open PostFees(AccountState.Open open, AccountEvent.OperatorFeePosted posted)
    {
        var packet = open.Packets[posted.Packet];
        var intents = open.Intents;
        foreach (var group in packet.Fees.GroupBy(fee => (fee.Kind, fee.Amount.Asset)))
        {
            var amount = group.Select(fee => fee.Amount).Aggregate((sum, fee) => sum + fee);
            intents = intents.SetItem(
                $"fee/{posted.Packet}/{group.Key.Kind}/{group.Key.Asset}",
                new AccountIntent.PostFee(posted.Period, new(open.Id, posted.Packet), group.Key.Kind, amount));
        }

        return open with { Packets = open.Packets.SetItem(posted.Packet, packet with { FeeStage = FeeStage.Posted }), Intents = intents };
    }

    private static AccountState.Open Transfer(AccountState.Open open, AccountEvent @event) => @event switch
    {
        AccountEvent.TransferSent sent => Stage(open, sent.Leg, new LegStage.InTransit(sent.To)) with
        {
            Intents = open.Intents.SetItem(AccountIntent.DeliverName(sent.Leg), new AccountIntent.Deliver(sent.Leg, sent.To, sent.Amount)),
        },
        AccountEvent.TransferReceived => open,
        AccountEvent.TransferRefused refused => open with { Tombstones = open.Tombstones.SetItem(Transfers.Key(refused.Leg), refused.Rejection) },
        AccountEvent.TransferClosed { Leg: var leg } => Stage(open, leg, new LegStage.Delivered(Payee(open, leg))) with
        {
            Intents = open.Intents.Remove(AccountIntent.DeliverName(leg)),
        },
        AccountEvent.TransferReturned { Leg: var leg } returned =>
            Release(open, leg.Packet.Id, leg.Leg, UInt256.Zero, returned.Rejection.ToString(), null) with
            {
                Intents = open.Intents.Remove(AccountIntent.DeliverName(leg))
                    .SetItem($"tell/{leg.Packet.Id}/{leg.Leg}", new AccountIntent.TellReturned(leg, returned.Rejection)),
            },
        _ => throw new UnreachableException(@event.GetType().Name),
    };

    private static AccountState.Open Stage(AccountState.Open open, LegRef leg, LegStage stage) =>
        open with { Packets = open.Packets.SetItem(leg.Packet.Id, open.Packets[leg.Packet.Id].With(leg.Leg, stage)) };

    private static AccountId Payee(AccountState.Open open, LegRef leg) => open.Packets[leg.Packet.Id].Legs[leg.Leg].Outflow.Payee!.Value;

    private static AccountState.Open With(AccountState.Open open, Deposit deposit, bool keep)
    {
        var key = Deposits.Key(deposit.Chain, deposit.TxHash);
        var others = Deposits.Of(open, deposit.Chain, deposit.TxHash).Where(known => known.LogIndex != deposit.LogIndex).ToImmutableArray();
        if (keep) others = others.Add(deposit);
        return open with { Deposits = others.IsEmpty ? open.Deposits.Remove(key) : open.Deposits.SetItem(key, others) };
    }
}
