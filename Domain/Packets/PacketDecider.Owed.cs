using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>What the packet owes to the world, when it wakes, and what callers see of it.</summary>
public sealed partial class PacketDecider
{
    public static ImmutableSortedDictionary<string, Effect> Owed(PacketState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        foreach (var tasks in state.Tasks.GroupBy(task => task.Value.Of))
        {
            var (number, task) = tasks.First();
            var intent = PacketTask.Intent(number, task);
            owed.Add(intent, EffectOf(state, task, EffectId.Of(Kind, state.Ref.Key, intent)));
        }

        return owed.ToImmutable();
    }

    public static PacketCommand? Resume(PacketState state, string intent, EffectResult result)
    {
        if (!state.Tasks.TryGetValue(PacketTask.Number(intent), out var task) || state.Content is not { } content) return null;
        var id = EffectId.ResultOf(Kind, state.Ref.Key, intent);
        switch (task, result)
        {
            case (PacketTask.Simulate, EffectResult.Simulated simulated):
                return new PacketCommand.RecordSimulation(id, content.Revision, simulated.Bounds);
            case (PacketTask.Simulate, EffectResult.Failed failed) when Answers.IsDefinite(failed.Rejection):
                return new PacketCommand.RecordSimulationFailure(id, content.Revision, failed.Rejection);
            case (PacketTask.Score, EffectResult.Scored scored):
                return new PacketCommand.RecordScore(id, content.Revision, scored.Score);

            // Nobody could score it: the account says whether it passes without.
            case (PacketTask.Assess or PacketTask.Score, EffectResult.Assessed assessed):
                return new PacketCommand.RecordAssessment(id, content.Revision, assessed.Assessment);
            case (PacketTask.Simulate or PacketTask.Score or PacketTask.Assess, _):
                return null;
            default:
                break;
        }

        return (task, Answers.Definite(result)) switch
        {
            (_, null) => null,

            // The account's registration was forgotten too: whoever registered it does so again.
            (PacketTask.Hold, CommandReply.Refused { Rejection.Code: RejectionCode.NotRegistered }) => null,
            (PacketTask.Reserve, CommandReply.Accepted) => new PacketCommand.RecordReservation(id),
            (PacketTask.Reserve, CommandReply.Refused refused) => new PacketCommand.RecordReservationRefusal(id, refused.Rejection),
            (_, { } reply) => new PacketCommand.Acknowledge(id, intent, reply),
        };
    }

    public static Instant? NextWake(PacketState state) => state switch
    {
        { Content: null } => null,
        { Phase: PacketPhase.Simulating or PacketPhase.Assessing or PacketPhase.Approving or PacketPhase.Approved } => state.Content.OpenBefore,
        { Phase: PacketPhase.Timelocked locked } => Sooner(locked.UnlocksAt, state.Content.OpenBefore),
        { Phase: PacketPhase.Frozen frozen } => Sooner(frozen.RetryAt, state.Content.OpenBefore),
        { Phase: PacketPhase.Reserving { Closing: null } } => state.Content.OpenBefore,
        { Phase: PacketPhase.Running { Closing: null } } => state.HasSigned ? state.Content.SettleBefore : state.Content.OpenBefore,
        { Phase: PacketPhase.Running } when state.Legs.Values.Any(leg => leg.Stage.IsAtLane && !leg.CloseAsked && state.Compensates(leg))
            => state.Content.CompensateBefore,
        _ => null,
    };

    /// <summary>The state as callers see it; stable names (design.md, TokenPacket, States).</summary>
    public static string StateName(PacketState state) => state.Phase switch
    {
        PacketPhase.Absent => "absent",
        PacketPhase.Draft => "draft",
        PacketPhase.Simulating or PacketPhase.Assessing => "proposed",
        PacketPhase.Approving when state is { Assessment.Verdict: Verdict.Held, Case.Release: null } => "held",
        PacketPhase.Approving => "approving",
        PacketPhase.Timelocked => "timelocked",
        PacketPhase.Approved => "approved",
        PacketPhase.Frozen => "frozen",
        PacketPhase.Running when state.Legs.Values.Any(leg => leg.Stage is not PacketLegStage.Waiting && !leg.Stage.HasFailed && state.Compensates(leg))
            => "compensating",
        PacketPhase.Reserving { Closing: not null } or PacketPhase.Running { Closing: not null } => "cancelling",
        PacketPhase.Reserving => "approved",
        PacketPhase.Running when state.Legs.Values.Any(leg => leg.Stage is PacketLegStage.Settled) => "partially-settled",
        PacketPhase.Running when state.Legs.Values.Any(leg => leg.Stage is PacketLegStage.Accepted or PacketLegStage.Mined or PacketLegStage.Posting)
            => "broadcasting",
        PacketPhase.Running when state.HasSigned => "signed",
        PacketPhase.Running => "reserved",
        PacketPhase.Ended { End: PacketEnd.PartiallySettled } => "partially-settled",
        PacketPhase.Ended ended => ended.End.ToString().ToLowerInvariant(),
        _ => throw new UnreachableException(),
    };

    /// <summary>Null before the first draft.</summary>
    public static PacketView? View(PacketState state, long version) => state.Content is not { } content ? null : new(
        state.Ref,
        version,
        StateName(state),
        content,
        Canonical.Hash(content),
        state.Bounds,
        state.Bounds is { } bounds ? Bounds.Digest(bounds) : null,
        state.Assessment,
        state.Votes,
        [.. content.Legs.Select(leg => ViewOf(state, leg))],
        state.Rejection,
        state.Score is { } score ? new(score, state.Case is { } known ? CaseKey(state.Ref, known.Number) : null, state.Case?.Release) : null,
        state.Origin);

    private static LegView ViewOf(PacketState state, Leg leg)
    {
        var view = ViewOf(state.Legs.GetValueOrDefault(leg.Id) ?? new(leg.Id, new PacketLegStage.Waiting(), false));
        return leg is Leg.ChannelPayment ? view with { Payment = PaymentOf(new(state.Ref, leg.Id)).Id } : view;
    }

    private static LegView ViewOf(PacketLeg leg) => leg.Stage switch
    {
        PacketLegStage.Waiting => new(leg.Id, "waiting", null, null, null),
        PacketLegStage.Submitted => new(leg.Id, "submitted", null, null, null),
        PacketLegStage.Claimed => new(leg.Id, "claimed", null, null, null),
        PacketLegStage.Signed signed => new(leg.Id, "signed", signed.TxHash, null, null),
        PacketLegStage.Accepted accepted => new(leg.Id, "accepted", accepted.TxHash, null, null),
        PacketLegStage.Mined mined => new(leg.Id, "mined", mined.Inclusion.TxHash, mined.Inclusion, null),
        PacketLegStage.Posting posting => new(leg.Id, "final", posting.Inclusion.TxHash, posting.Inclusion, null),
        PacketLegStage.Settled settled => new(leg.Id, "settled", settled.Inclusion?.TxHash, settled.Inclusion, null) { Secret = settled.Secret },
        PacketLegStage.Releasing releasing => new(leg.Id, "releasing", releasing.By?.TxHash, releasing.By, releasing.Rejection),
        PacketLegStage.Released released => new(leg.Id, LegView.Released, released.By?.TxHash, released.By, released.Rejection),
        PacketLegStage.Sent => new(leg.Id, "sent", null, null, null),
        PacketLegStage.Offered => new(leg.Id, "offered", null, null, null),
        PacketLegStage.Agreed => new(leg.Id, "agreed", null, null, null),
        PacketLegStage.Unknown => new(leg.Id, "unknown", null, null, null),
        PacketLegStage.Paying paying => new(leg.Id, "paying", null, null, paying.Delay),
        PacketLegStage.Paid paid => new(leg.Id, "paid", null, null, null) { Secret = paid.Secret },
        _ => throw new UnreachableException(),
    };

    private static Effect EffectOf(PacketState state, PacketTask task, Guid id)
    {
        var content = state.Content!;
        var owner = content.Ref.Owner;
        return task switch
        {
            PacketTask.Simulate => new Effect.Simulate(content, state.Phase is PacketPhase.Approved ? id : null),
            PacketTask.Score => new Effect.Score(id, PaymentId(content), content, state.Bounds!, state.Votes) { Origin = state.Origin },
            PacketTask.Assess => new Effect.Assess(content, state.Bounds!, state.Votes, RiskOf(state)),
            PacketTask.OpenCase e => EffectOf(state, e, id),
            PacketTask.CloseCase e => new Effect.TellCase(CaseKey(state.Ref, e.Case), new CaseCommand.Close(id)),
            PacketTask.Announce => new Effect.Announce(owner, null, content, state.Bounds, state.Votes),
            PacketTask.Reserve => new Effect.TellAccount(owner, new AccountCommand.Reserve(id, content, state.Bounds!, state.Votes, state.QuorumAt) { Risk = RiskOf(state) }),
            PacketTask.Send e when state.Leg(e.Leg) is Leg.LedgerTransfer leg =>
                new Effect.TellAccount(owner, new AccountCommand.SendTransfer(id, new(state.Ref, e.Leg), leg.To, leg.Amount)),
            PacketTask.Offer e when state.Leg(e.Leg) is Leg.LedgerTransfer leg =>
                new Effect.TellAccount(leg.To, new AccountCommand.OfferTransfer(id, new(state.Ref, e.Leg), owner, leg.Amount)),
            PacketTask.SendGroup e => new Effect.TellAccount(owner, new AccountCommand.SendGroup(id, [.. content.Legs.OfType<Leg.LedgerTransfer>()
                .Where(leg => leg.Group == e.Group).Select(leg => new GroupTransfer(new(state.Ref, leg.Id), leg.To, leg.Amount))])),
            PacketTask.Submit e => ToLane(state, e.Leg, new LaneCommand.Submit(id, IntentOf(state, e.Leg)) { ToOwn = IsToOwn(state, state.Leg(e.Leg)) }),
            PacketTask.Pay => OfPayment(state, task, id),
            PacketTask.PostPayment e => new Effect.TellAccount(owner, new AccountCommand.PostPayment(id, new(state.Ref, e.Leg), e.Spent)),
            PacketTask.Close e when state.Leg(e.Leg) is Leg.ChannelPayment => OfPayment(state, task, id),
            PacketTask.Close e => ToLane(state, e.Leg, new LaneCommand.Close(id, new(state.Ref, e.Leg), e.Reason)),
            PacketTask.LookUp e => ToLane(state, e.Leg, new LaneCommand.LookUp(id, new(state.Ref, e.Leg))),
            PacketTask.Hold e => new Effect.TellAccount(owner, new AccountCommand.HoldLeg(
                id, new(state.Ref, e.Leg), state.Leg(e.Leg), Canonical.Hash(content), content.OpenBefore)),
            PacketTask.Post e => new Effect.TellAccount(owner, new AccountCommand.PostLeg(
                id, new(state.Ref, e.Leg), e.Inclusion, PacketForm.AmountsOf(state.Leg(e.Leg)), ReceivedBy(state.Leg(e.Leg)), e.Inclusion.FeePaid)),
            PacketTask.Unpost e => new Effect.TellAccount(owner, new AccountCommand.UnpostLeg(id, new(state.Ref, e.Leg), e.LostBlock)),
            PacketTask.Release e => new Effect.TellAccount(owner, new AccountCommand.ReleaseLeg(id, new(state.Ref, e.Leg), e.FeePaid, e.Reason, e.By)),
            PacketTask.Unrelease e => new Effect.TellAccount(owner, new AccountCommand.UnreleaseLeg(id, new(state.Ref, e.Leg), e.LostBlock)),
            _ => throw new UnreachableException($"No effect for {task}."),
        };
    }

    private static Effect.TellLane ToLane(PacketState state, Name leg, LaneCommand command)
    {
        var (chain, from) = Sender(state.Leg(leg))!.Value;
        return new(chain, from, command);
    }

    private static SpendIntent IntentOf(PacketState state, Name id)
    {
        var leg = state.Leg(id);
        return new(
            new(state.Ref, id),
            leg,
            KeyOf(state.Assessment!, Sender(leg)!.Value)!.Value,
            Canonical.Hash(state.Content!),
            Budget(leg)!.Value,
            LegPlan.Deadline(state.Content!, leg));
    }

    /// <summary>A payment of the Bitcoin family to another own address: that one's lane has a coin more then. Elsewhere a balance says it.</summary>
    private static bool IsToOwn(PacketState state, Leg leg) => leg is Leg.ChainTransfer { Amount.Asset.Chain: { IsBitcoin: true } chain, To: var to }
        && state.Assessment!.Keys.Any(key => (key.Chain, key.Address) == (chain, to));

    private static ImmutableArray<Amount> ReceivedBy(Leg leg) => leg is Leg.ContractCall call ? call.MinReceived : [];

    private static Instant Sooner(Instant left, Instant right) => left < right ? left : right;
}
