using TPWallet.Domain.Authority;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>
/// One bundle of legs: one id, one quorum, one settlement.
/// <code>
///   Absent ─▶ Draft ─▶ Simulating ─▶ Assessing (scored, then judged) ─▶ Approving ─▶ (Timelocked) ─▶ Approved ─▶ Reserving ─▶ Running ─▶ Ended
///               ▲          │             │           │  ▲            │             │  second      │         │
///               └── next revision, votes void ───────┘  └── votes void: governance or effects changed ────┘         │
///                                                                                                            │
///   Running, by its legs:  reserved ─▶ signed ─▶ broadcasting ─▶ partially-settled ─▶ settled
///   a leg:  Waiting ─▶ Submitted ─▶ Claimed ─▶ Signed ⇄ Accepted ⇄ Mined ─▶ Posting ─▶ Settled      (a reorg: back to Signed, un-posted)
///              │            └───────────┴─────────── refused, reverted, impossible ─▶ Releasing ─▶ Released
///              ├─▶ Sent (ledger) ─▶ Settled | Released
///              └─▶ Offered ─▶ Agreed ─▶ Sent, all of an atomic group in one append
///              └─▶ Paying (over channels) ─▶ Paid ─▶ Settled | Releasing ─▶ Released, and what is made instead of it starts
///   a compensation waits until nothing after its leg can settle: started like any leg if one of those failed, released if not
///   Ended as settled, partially-settled, compensated, rejected, expired, invalidated, cancelled; Frozen waits and goes on.
/// </code>
/// Before the first signature a packet can be cancelled or expire; afterwards closing is asked of the lanes and the chain tells how it ends.
/// A reservation ends once per leg: posted, or released. A settled leg is never started again.
/// </summary>
public sealed partial class PacketDecider : IMachine<PacketState, PacketCommand, PacketEvent>
{
    private PacketDecider()
    {
    }

    public static string Kind => "packet";

    public static int CodeVersion => 7;

    public static int GenerationOf(PacketEvent @event) =>
        @event switch
        {
            PacketEvent.Drafted drafted when HasSignedInvoice(drafted.Content) => EventGenerations.SignedInvoices,
            PacketEvent.Restored restored when HasSignedInvoice(restored.Content) => EventGenerations.SignedInvoices,
            PacketEvent.Drafted drafted when drafted.Content.Legs.Any(static leg => leg is Leg.ChannelPayment) => EventGenerations.ChannelLegs,
            PacketEvent.Restored restored when restored.Content.Legs.Any(static leg => leg is Leg.ChannelPayment) => EventGenerations.ChannelLegs,
            PacketEvent.LegProgressed { Progress: LegProgress.Paid or LegProgress.Unpaid or LegProgress.Delayed } => EventGenerations.ChannelLegs,
            PacketEvent.Drafted drafted when drafted.Content.Legs.Any(static leg => leg is Leg.CoinPayments) => EventGenerations.Payments,
            PacketEvent.Drafted drafted when drafted.Content.Legs.Any(static leg => CoinLegs.ReturnedBy(leg) is not null) => EventGenerations.CoinReturns,
            PacketEvent.Drafted { Content.IsReturn: true } => EventGenerations.Verdicts,
            PacketEvent.Proposed { Origin: not null } => EventGenerations.Origins,
            PacketEvent.LegProgressed { Progress: LegProgress.Impossible { Lost: not null } } => EventGenerations.Stranded,
            _ => EventGenerations.First,
        };

    private static bool HasSignedInvoice(PacketContent content) => content.Legs.Any(static leg => leg is Leg.ChannelPayment { Invoice.Terms.Seal: not null });

    public static PacketState Empty(string key) => new(
        PacketRef.Parse(key),
        new PacketPhase.Absent(),
        null,
        null,
        null,
        [],
        0,
        null,
        0,
        ImmutableSortedDictionary<Name, PacketLeg>.Empty,
        0,
        ImmutableSortedDictionary<long, PacketTask>.Empty,
        null);

    public static PacketCommand Tick(Guid commandId) => new PacketCommand.Tick(commandId);

    public static Decision<PacketEvent> Decide(PacketState state, PacketCommand command, Stamp stamp)
    {
        var draft = new PacketDraft(state, stamp);
        var refusal = command switch
        {
            PacketCommand.Draft write => Write(draft, write.Content),
            PacketCommand.Propose propose => Propose(draft, propose.Revision, propose.Origin),
            PacketCommand.CastVote cast => CastVote(draft, cast.Vote),
            PacketCommand.Cancel cancel => Cancel(draft, cancel.Reason),
            PacketCommand.RecordSimulation simulated => Simulated(draft, simulated),
            PacketCommand.RecordSimulationFailure failed => SimulationFailed(draft, failed),
            PacketCommand.RecordAssessment assessed => Assessed(draft, assessed),
            PacketCommand.RecordScore scored => Scored(draft, scored),
            PacketCommand.RecordCase heard => CaseHeard(draft, heard),
            PacketCommand.RecordDepositLost lost => DepositLost(draft, lost.Deposit),
            PacketCommand.RecordReservation reserved => Reserved(draft, reserved.CommandId),
            PacketCommand.RecordReservationRefusal refused => ReservationRefused(draft, refused.CommandId, refused.Rejection),
            PacketCommand.RecordLeg progress => Progress(draft, progress.Leg, progress.Progress),
            PacketCommand.Recover recover => BeginRecovery(draft, recover.Epoch),
            PacketCommand.Tick => Elapse(draft),
            PacketCommand.Acknowledge acknowledge => Acknowledge(draft, acknowledge),
            _ => new Rejection(RejectionCode.UnsupportedKind, "a packet command", command.GetType().Name),
        };
        if (refusal is not null) return refusal;
        Advance(draft);
        return draft.Events;
    }

    private static Rejection? Write(PacketDraft draft, PacketContent content)
    {
        var state = draft.State;
        if (content.Ref != state.Ref) return new(RejectionCode.NotFound, state.Ref.Key, content.Ref.Key);
        if (state.Phase is not (PacketPhase.Absent or PacketPhase.Draft or PacketPhase.Simulating or PacketPhase.Assessing or PacketPhase.Approving))
            return WrongState(state, "a packet that is not approved yet");
        var next = (state.Content?.Revision ?? 0) + 1;
        if (content.Revision != next) return new(RejectionCode.StaleVersion, $"revision {next}", $"revision {content.Revision}");
        if (PacketForm.Check(content) is { } malformed) return malformed;
        if (content.OpenBefore >= content.SettleBefore)
            return new(RejectionCode.Malformed, $"settle-before after {content.OpenBefore}", content.SettleBefore.ToString());
        if (content.Legs.FirstOrDefault(leg => Budget(leg) is { IsZero: true }) is { } free)
            return new(RejectionCode.ZeroAmount, $"a fee budget above zero for {free.Id}", "0");
        if (draft.Stamp.Latest >= content.OpenBefore) return TooLate(draft, content);
        if (content.Legs.OfType<Leg.ChannelPayment>().FirstOrDefault(leg => draft.Stamp.Latest >= leg.Invoice.ExpiresAt) is { } late)
            return new(RejectionCode.Expired, $"an invoice of {late.Id} that can be paid after {draft.Stamp.Latest}", $"one that expired at {late.Invoice.ExpiresAt}");
        draft.Add(new PacketEvent.Drafted(content));
        return null;
    }

    private static Rejection? Propose(PacketDraft draft, int revision, PacketOrigin? origin)
    {
        if (draft.State is not { Phase: PacketPhase.Draft, Content: { } content }) return WrongState(draft.State, "a draft");
        if (content.Revision != revision) return new(RejectionCode.StaleVersion, $"revision {content.Revision}", $"revision {revision}");
        if (origin?.Network is { } network && !SealedText.IsSealed(network)) return new(RejectionCode.Malformed, PacketOrigin.NetworkForm, "none");
        if (draft.Stamp.Latest >= content.OpenBefore) return TooLate(draft, content);
        var simulate = OnChain(content);
        draft.Add(new PacketEvent.Proposed(simulate) { Origin = origin });

        // Ledger legs have no effect on any chain address: there is nothing to simulate, the bounds are empty.
        if (!simulate) draft.Add(new PacketEvent.BoundsFixed(Bounds.Empty));
        return null;
    }

    private static Rejection? Cancel(PacketDraft draft, string reason)
    {
        switch (draft.State.Phase)
        {
            case PacketPhase.Absent:
                return new(RejectionCode.NotFound, "a packet", draft.State.Ref.Key);
            case PacketPhase.Ended { End: PacketEnd.Cancelled }:
            case PacketPhase.Reserving { Closing: not null } or PacketPhase.Running { Closing: not null }:
                return null;
            case PacketPhase.Ended:
                return WrongState(draft.State, "a packet that is not over");
            case PacketPhase.Reserving or PacketPhase.Running:
                draft.Add(new PacketEvent.CloseWanted(PacketEnd.Cancelled, reason));
                return null;
            default:
                draft.Add(new PacketEvent.Finished(PacketEnd.Cancelled, null));
                return null;
        }
    }

    private static Rejection? Elapse(PacketDraft draft)
    {
        var (state, stamp) = (draft.State, draft.Stamp);
        if (state.Content is not { } content) return null;
        var open = stamp.Latest < content.OpenBefore;
        switch (state.Phase)
        {
            case PacketPhase.Simulating or PacketPhase.Assessing or PacketPhase.Approving or PacketPhase.Timelocked or PacketPhase.Approved
                or PacketPhase.Frozen when !open:
                draft.Add(new PacketEvent.Finished(PacketEnd.Expired, TooLate(draft, content)));
                break;
            case PacketPhase.Timelocked locked when stamp.Earliest >= locked.UnlocksAt:
                Approve(draft);
                break;
            case PacketPhase.Frozen frozen when stamp.Latest >= frozen.RetryAt:
                AskJudgement(draft);
                break;
            case PacketPhase.Reserving { Closing: null } when !open:
                draft.Add(new PacketEvent.CloseWanted(PacketEnd.Expired, "open-before passed"));
                break;
            case PacketPhase.Running { Closing: null } when !open && !state.HasSigned:
                draft.Add(new PacketEvent.CloseWanted(PacketEnd.Expired, "open-before passed"));
                break;
            case PacketPhase.Running { Closing: null } when stamp.Latest >= content.SettleBefore:
                draft.Add(new PacketEvent.CloseWanted(PacketEnd.Expired, "settle-before passed"));
                break;
            default:
                break;
        }

        return null;
    }

    private static UInt256? Budget(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => transfer.Fee.Max,
        Leg.ContractCall call => call.Fee.Max,
        Leg.CoinPayments payments => payments.Fee.Max,
        _ => null,
    };

    private static bool OnChain(PacketContent content) => content.Legs.Any(static leg => leg.IsOnChain);

    private static Rejection TooLate(PacketDraft draft, PacketContent content) =>
        new(RejectionCode.DeadlinePassed, $"before {content.OpenBefore}", draft.Stamp.Latest.ToString());

    private static Rejection WrongState(PacketState state, string expected) => new(RejectionCode.WrongState, expected, StateName(state));
}
