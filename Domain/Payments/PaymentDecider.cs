using System.Globalization;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Payments;

/// <summary>
/// A payment over channels, in parts whose ways it has found for it (BOLT-4's basic multi-part payments).
/// <code>
///   Absent ─Begin─▶ Preparing ─Prepared─▶ Going ─the payee takes it, nothing is under way─▶ Paid
///                       └─────────────────▶ └─given up, nothing is under way──────────────▶ Failed
///   each part: planned (counts from here on) ─▶ sent ─▶ paid | back ─▶ why ─▶ another part
/// </code>
/// A part is written down before its lock is asked for, and counts until its channel says how it ended: so what is under way is never more than what is to be paid, whatever
/// crashes. Once the secret is out no part more is sent, as the payee has said that it is content. After a restore it goes on with nothing new: it may have forgotten parts.
/// </summary>
public sealed class PaymentDecider : IMachine<PaymentState, PaymentCommand, PaymentEvent>
{
    private const string Cause = "cause";
    private const string Prepare = "prepare";
    private const string Send = "send";
    private const string Tell = "tell";
    private const string Ways = "ways";

    private PaymentDecider()
    {
    }

    public static string Kind => "payment";

    public static int CodeVersion => 1;

    public static int GenerationOf(PaymentEvent @event) => @event switch
    {
        PaymentEvent.GivenUp { Reason: PaymentFailure.InvoiceTaken } => EventGenerations.InvoiceClaims,
        PaymentEvent.Begun { Leg: not null } => EventGenerations.ChannelLegs,
        PaymentEvent.Begun { Content.Ring: not null } => EventGenerations.Rings,
        _ => EventGenerations.First,
    };

    public static PaymentState Empty(string key) =>
        new(PaymentRef.Parse(key), PaymentStage.Absent, default, null, null, ImmutableSortedDictionary<int, SentPart>.Empty, [], null, null, 0);

    public static PaymentCommand Tick(Guid commandId) => new PaymentCommand.Tick(commandId);

    public static Instant? NextWake(PaymentState state) => state is { Stage: PaymentStage.Preparing or PaymentStage.Going, Failure: null, Secret: null } ? state.Content!.Until : null;

    public static PaymentCommand? Recover(PaymentState state, Guid commandId, long epoch) =>
        state.Stage is PaymentStage.Preparing or PaymentStage.Going && state.Recovery < epoch ? new PaymentCommand.Recover(commandId, epoch) : null;

    public static Decision<PaymentEvent> Decide(PaymentState state, PaymentCommand command, Stamp stamp)
    {
        if (command is PaymentCommand.Begin begin)
        {
            if (state.Ref.Id.Value.StartsWith(PaymentRef.OfPackets, StringComparison.Ordinal))
                return new Rejection(RejectionCode.Malformed, $"a name that does not begin with {PaymentRef.OfPackets}, as those of packets' payments do", state.Ref.Id.Value);
            var (content, refusal) = PaymentAsk.Read(begin, stamp);
            return content is null ? refusal! : OnBegin(state, new(begin.CommandId, content), stamp);
        }

        if (command is PaymentCommand.Pay pay) return OnBegin(state, new(pay.CommandId, pay.Content) { Leg = pay.Leg }, stamp);
        if (state.Stage == PaymentStage.Absent) return new Rejection(RejectionCode.NotFound, "a payment", state.Ref.Key);
        if (command is PaymentCommand.Stop && state.Stage is PaymentStage.Paid) return new Rejection(RejectionCode.WrongState, "a payment that is not over", $"{state.Stage}");
        var first = command switch
        {
            PaymentCommand.Stop => GiveUp(state, PaymentFailure.Stopped),
            PaymentCommand.Recover recover => state.Recovery < recover.Epoch ? [new PaymentEvent.Recovered(recover.Epoch), .. GiveUp(state, PaymentFailure.Restored)] : [],
            PaymentCommand.Tick => stamp.Latest >= state.Content!.Until ? GiveUp(state, PaymentFailure.TooLate) : [],
            PaymentCommand.RecordPrepared prepared => OnPrepared(state, prepared),
            PaymentCommand.RecordWays ways => OnWays(state, ways),
            PaymentCommand.RecordSent sent => OnSent(state, sent),
            PaymentCommand.RecordEnd end => OnEnd(state, end),
            PaymentCommand.RecordTold told => told.Word > state.Told ? [new PaymentEvent.Told(told.Word)] : [],
            PaymentCommand.RecordCause cause => state.Parts.GetValueOrDefault(cause.Part) is { Reason: not null } ? Failed(cause.Part, cause.Cause) : [],
            _ => default,
        };
        if (first.IsDefault) return new Rejection(RejectionCode.UnsupportedKind, "a command of a payment", command.GetType().Name);
        var after = first.Aggregate(state, (now, happened) => Evolve(now, happened, stamp.Latest));
        return EndOf(after) is { } stage ? first.Add(new PaymentEvent.Ended(stage)) : first;
    }

    public static PaymentState Evolve(PaymentState state, PaymentEvent @event, Instant at) => @event switch
    {
        PaymentEvent.Begun e => state with { Stage = PaymentStage.Preparing, Intent = e.Intent, Content = e.Content, Leg = e.Leg },
        PaymentEvent.Prepared e => state with { Stage = PaymentStage.Going, Plan = new(TaskOf(state.Content!, e.Ends)) },
        PaymentEvent.PartPlanned e => state with { Plan = state.Plan!.Evolve(new PlanEvent.Sent(e.Part, e.Way.Route)), Parts = state.Parts.Add(e.Part, new(e.Way)) },
        PaymentEvent.PartSent e => state with { Parts = state.Parts.SetItem(e.Part, state.Parts[e.Part] with { IsSent = true }) },
        PaymentEvent.PartPaid e => Without(state, e.Part, new PartOutcome.Delivered()) with { Secret = e.Secret },
        PaymentEvent.PartBack e => state with { Parts = state.Parts.SetItem(e.Part, state.Parts[e.Part] with { IsSent = true, Reason = e.Reason }) },
        PaymentEvent.PartFailed e => Without(state, e.Part, new PartOutcome.Failed(e.Cause.Hop, e.Cause.Reason)),
        PaymentEvent.GivenUp e => state with { Failure = e.Reason },
        PaymentEvent.Recovered e => state with { Recovery = e.Epoch },
        PaymentEvent.Ended e => state with { Stage = e.Stage },
        PaymentEvent.Told e => state with { Told = e.Word },
        _ => throw new UnreachableException($"No event of a payment: {@event}"),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(PaymentState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state is { Stage: PaymentStage.Preparing, Failure: null }) owed.Add(Prepare, new Effect.PreparePayment(state.Ref, state.Content!));
        foreach (var (number, part) in state.Parts)
        {
            var payer = new PaymentPart(state.Ref, number);
            if (part.Reason is { } reason) owed.Add(NameOf(Cause, number), new Effect.ReadCause(payer, state.Intent, state.Content!, state.Plan!, part.Way, reason));
            else if (!part.IsSent) owed.Add(NameOf(Send, number), new Effect.SendPart(EffectId.Of(Kind, state.Ref.Key, NameOf(Send, number)), payer, state.Intent, state.Content!, part.Way));
        }

        if (state.WantsPart) owed.Add(NameOf(Ways, state.Plan!.Attempts + 1), new Effect.FindWays(state.Ref, state.Content!, state.Plan, state.Lacks));
        if (state.Word > state.Told) owed.Add(NameOf(Tell, (int)state.Word), TellPacket(state));
        return owed.ToImmutable();
    }

    public static PaymentCommand? Resume(PaymentState state, string intent, EffectResult result)
    {
        var id = EffectId.ResultOf(Kind, state.Ref.Key, intent);
        var bar = intent.IndexOf('|', StringComparison.Ordinal);
        var number = bar < 0 ? 0 : int.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture);
        return (bar < 0 ? intent : intent[..bar], result) switch
        {
            (Prepare, EffectResult.PaymentPrepared prepared) => new PaymentCommand.RecordPrepared(id, prepared.Ends) { Failure = prepared.Failure },
            (Ways, EffectResult.WaysFound found) => new PaymentCommand.RecordWays(id, number, found.Ways, found.Failure),
            (Send, EffectResult.Replied { Reply: CommandReply.Accepted }) => new PaymentCommand.RecordSent(id, number, null),
            (Send, EffectResult.Replied { Reply: CommandReply.Refused refused }) => new PaymentCommand.RecordSent(id, number, refused.Rejection),
            // What the packet refuses for good it does not know any more: a restore of the journal took it back.
            (Tell, _) when Answers.Definite(result) is not null => new PaymentCommand.RecordTold(id, (PaymentWord)number),
            (Cause, EffectResult.CauseRead read) => new PaymentCommand.RecordCause(id, number, read.Cause),
            _ => null,
        };
    }

    /// <summary>Null before it was begun.</summary>
    public static PaymentView? View(PaymentState state, long version) => state.Content is { } content
        ? new(
            state.Ref, version, state.Stage, content, state.Plan?.Delivered ?? UInt256.Zero, state.Plan?.FeePaid ?? UInt256.Zero, state.InFlight, state.Plan?.Attempts ?? 0, state.Secret,
            state.Failure)
        {
            Leg = state.Leg,
            MayBePaid = state.Recovery > 0,
        }
        : null;

    private static Effect.TellPacket TellPacket(PaymentState state)
    {
        LegProgress progress = state.Word switch
        {
            PaymentWord.Paid => new LegProgress.Paid(state.Plan!.Delivered, state.Plan.FeePaid, state.Secret!.Value),
            PaymentWord.Failed => new LegProgress.Unpaid(state.Failure!.Value, MayBePaid: state.Recovery > 0),
            PaymentWord.Delayed => new LegProgress.Delayed(state.Failure!.Value, state.InFlight),
            _ => throw new UnreachableException($"Nothing to tell: {state.Word}"),
        };
        var leg = state.Leg!.Value;
        return new(leg.Packet, new PacketCommand.RecordLeg(EffectId.Of(Kind, state.Ref.Key, NameOf(Tell, (int)state.Word)), leg.Leg, progress));
    }

    private static Decision<PaymentEvent> OnBegin(PaymentState state, PaymentEvent.Begun begun, Stamp stamp)
    {
        var content = begun.Content;
        if (state.Stage != PaymentStage.Absent) return new Rejection(RejectionCode.AlreadyExists, "a name that no payment of the account has", state.Ref.Id.Value);
        if (!content.Place.Chain.IsEvm) return new Rejection(RejectionCode.WrongChain, "an EVM chain", content.Place.Chain.ToString());
        if (content.Amount.IsZero) return new Rejection(RejectionCode.ZeroAmount, $"1 to {BookRules.MostDeposited}", "0");
        if (content.Amount > BookRules.MostDeposited || content.MostFee > BookRules.MostDeposited)
            return new Rejection(RejectionCode.TooLarge, $"at most {BookRules.MostDeposited}", UInt256.Max(content.Amount, content.MostFee).ToString());
        if (content.MostParts is < 1 or > PaymentContent.PartCeiling) return new Rejection(RejectionCode.Malformed, $"1 to {PaymentContent.PartCeiling} parts", $"{content.MostParts}");
        if (content.Ring is { } ring && ring.Out.Channel == ring.Into.Channel) return new Rejection(RejectionCode.Malformed, "two channels", $"{ring.Out.Channel} twice");
        // A packet's votes bind the instant, however long they take.
        return content.Until <= stamp.Latest || (begun.Leg is null && content.Until > stamp.Latest + PaymentContent.MostLife)
            ? new Rejection(RejectionCode.DeadlinePassed, $"a time after {stamp.Latest}, at most {PaymentContent.MostLife.Ms} ms later", content.Until.ToString())
            : begun;
    }

    private static ImmutableArray<PaymentEvent> GiveUp(PaymentState state, PaymentFailure reason) =>
        state is { Stage: PaymentStage.Preparing or PaymentStage.Going, Failure: null, Secret: null } ? [new PaymentEvent.GivenUp(reason)] : [];

    private static ImmutableArray<PaymentEvent> OnPrepared(PaymentState state, PaymentCommand.RecordPrepared prepared) => state is { Stage: PaymentStage.Preparing, Failure: null }
        ? [prepared.Ends is null ? new PaymentEvent.GivenUp(prepared.Failure) : new PaymentEvent.Prepared(prepared.Ends)]
        : [];

    /// <summary>
    /// All that remains or nothing: a payment that cannot become whole would hold up its first parts. What was found for another moment is not taken: the first part's number
    /// says for which.
    /// </summary>
    private static ImmutableArray<PaymentEvent> OnWays(PaymentState state, PaymentCommand.RecordWays found)
    {
        if (!state.WantsPart || found.First != state.Plan!.Attempts + 1) return [];
        var (amount, fee) = found.Ways.Aggregate((UInt256.Zero, UInt256.Zero), static (sum, way) => (sum.Item1 + way.Route.Amount, sum.Item2 + way.Route.Fee));
        return found.Failure is null && amount == state.Plan.Remaining && fee <= state.Plan.FeeLeft
            ? [.. found.Ways.Select((way, index) => new PaymentEvent.PartPlanned(found.First + index, way))]
            : [new PaymentEvent.GivenUp(found.Failure ?? PaymentFailure.OverLimits)];
    }

    /// <summary>A channel that does not take a part is left out: it has decided once, and never takes it later.</summary>
    private static ImmutableArray<PaymentEvent> OnSent(PaymentState state, PaymentCommand.RecordSent sent)
    {
        if (state.Parts.GetValueOrDefault(sent.Part) is not { IsSent: false }) return [];
        return sent.Refusal is null ? [new PaymentEvent.PartSent(sent.Part)] : Failed(sent.Part, new(0, HopFailure.UnknownNode));
    }

    /// <summary>The channel may say it before the word that it has the part is here. Of a part that a restore forgot the proof is kept.</summary>
    private static ImmutableArray<PaymentEvent> OnEnd(PaymentState state, PaymentCommand.RecordEnd end)
    {
        if (end.Secret is { } secret) return state.Parts.ContainsKey(end.Part) || state.Secret is null ? [new PaymentEvent.PartPaid(end.Part, secret)] : [];
        if (state.Parts.GetValueOrDefault(end.Part) is not { Reason: null }) return [];
        return end.Reason is null ? Failed(end.Part, new(0, HopFailure.Unreadable)) : [new PaymentEvent.PartBack(end.Part, end.Reason)];
    }

    private static ImmutableArray<PaymentEvent> Failed(int part, PartCause cause) => cause.Reason == HopFailure.RefusedByPayee
        ? [new PaymentEvent.PartFailed(part, cause), new PaymentEvent.GivenUp(PaymentFailure.RefusedByPayee)]
        : [new PaymentEvent.PartFailed(part, cause)];

    private static PaymentStage? EndOf(PaymentState state)
    {
        if (state.Stage is PaymentStage.Absent or PaymentStage.Paid || !state.Parts.IsEmpty) return null;
        // What was thought to have failed was paid by a part that a restore forgot.
        if (state.Secret is not null) return PaymentStage.Paid;
        return state is { Failure: not null, Stage: not PaymentStage.Failed } ? PaymentStage.Failed : null;
    }

    private static PaymentState Without(PaymentState state, int part, PartOutcome outcome)
    {
        if (!state.Parts.ContainsKey(part)) return state;
        var ended = new PlanEvent.Ended(part, outcome);
        return state with
        {
            Lacks = state.Lacks.AddRange(state.Plan!.Observe(ended).OfType<Observation.Lacked>()),
            Plan = state.Plan.Evolve(ended),
            Parts = state.Parts.Remove(part),
        };
    }

    private static PaymentTask TaskOf(PaymentContent content, PaymentEnds ends) => new(
        ends.From, ends.To, content.Amount, content.MostFee, ends.FinalDelta, ends.MostDelta, ends.LeastPart, content.MostParts, PaymentState.MostAttempts);

    private static string NameOf(string name, int part) => string.Create(CultureInfo.InvariantCulture, $"{name}|{part:D10}");
}
