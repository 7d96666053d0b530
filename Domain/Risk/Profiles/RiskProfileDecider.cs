using System.Buffers.Binary;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>
/// What an account usually does, and the score of what it is about to do.
/// <code>
///   payment:  Assess ─▶ assessed (pending) ─Settle─▶ learned | passed (it was held: nothing is learned)
///                            └──────────────Drop───▶ passed
///   inflow:   Assess ─▶ assessed (pending) ─Credit─▶ learned | credited (it was held: nothing is learned)
///                            └──────────────Drop───▶ passed
///   party:    Observe ─▶ seen                         (the profile of one party over all accounts)
/// </code>
/// It owes nothing and has no deadline: what a score demands is done by whoever asked.
/// </summary>
public sealed partial class RiskProfileDecider : IMachine<RiskProfileState, RiskProfileCommand, RiskProfileEvent>
{
    private RiskProfileDecider()
    {
    }

    public static string Kind => "risk-profile";

    public static int CodeVersion => 4;

    public static int GenerationOf(RiskProfileEvent @event) =>
        @event is RiskProfileEvent.Assessed assessed && assessed.Context.Contracts.Any(static contract => contract.Leg is not null) ? EventGenerations.Dapps : EventGenerations.First;

    public static RiskProfileState Empty(string key) => RiskProfileState.Empty(key);

    public static Decision<RiskProfileEvent> Decide(RiskProfileState state, RiskProfileCommand command, Stamp stamp) => command switch
    {
        RiskProfileCommand.Assess assess => OnAssess(state, assess, Now(state, stamp)),
        RiskProfileCommand.Settle settle => OnSettle(state, settle.Payment, settle.WantedAt is { } wanted && wanted < stamp.Latest ? wanted : Now(state, stamp)),
        RiskProfileCommand.Credit credit => OnCredit(state, credit.Payment),
        RiskProfileCommand.Drop drop => state.PendingOf(drop.Payment) is null ? Nothing : new RiskProfileEvent.PaymentPassed(drop.Payment),
        RiskProfileCommand.Observe observe => OnObserve(observe, Now(state, stamp)),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a risk profile", command.GetType().Name),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(RiskProfileState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static RiskProfileCommand? Resume(RiskProfileState state, string intent, EffectResult result) => null;

    public static Instant? NextWake(RiskProfileState state) => null;

    /// <summary>There is no deadline; this drops a payment that nobody assessed.</summary>
    public static RiskProfileCommand Tick(Guid commandId) => new RiskProfileCommand.Drop(commandId, Guid.Empty);

    public static RiskProfileView View(RiskProfileState state, Instant now)
    {
        var hour = RiskInput.HourOf(now);
        var (day, week) = (state.In.Day(hour), state.In.Week(hour));
        return new(
            state.FirstAt, state.LastAt, state.Learned, state.Paid.Count, state.Devices.Count,
            [.. state.Amounts.Select(model => new UsualAmount(model.Asset, model.Amounts.Count, model.Amounts.Median))],
            state.FirstAt is { } first ? new(first, day.Below, week.Below, state.Paid.MetAfter(hour - WeekHours)) : null);
    }

    /// <summary>Payments that wait for their end, oldest first.</summary>
    public static ImmutableArray<PendingRisk> Pending(RiskProfileState state) =>
        [.. state.Pending.Select(pending => new PendingRisk(pending.Id, pending.Packet, pending.Held, pending.Score, pending.At) { Deposit = pending.Inflow?.Deposit })];

    private static Decision<RiskProfileEvent> Nothing => ImmutableArray<RiskProfileEvent>.Empty;

    private static Instant Now(RiskProfileState state, Stamp stamp) => state.LastAt is { } last && last > stamp.Latest ? last : stamp.Latest;

    private static Decision<RiskProfileEvent> OnAssess(RiskProfileState state, RiskProfileCommand.Assess command, Instant at)
    {
        var payment = command.Payment;
        if (CheckForm(state, payment, command.Context) is { } malformed) return malformed;
        if (RiskPolicyForm.Check(command.Policy) is { } unfit) return unfit;
        var score = RiskScorer.Score(new(command.Policy, command.PolicyHash, state, payment, command.Context, at));
        var moved = state.PendingOf(payment.Id) is null ? Worths.Of(command.Policy, payment) : default;
        return new RiskProfileEvent.Assessed(payment, command.Context, at, score, moved, DustOf(state, command));
    }

    private static Decision<RiskProfileEvent> OnSettle(RiskProfileState state, RiskPayment payment, Instant at)
    {
        if (state.PendingOf(payment.Id) is not { } pending) return Nothing;
        if (pending.Hash != HashOf(payment)) return new Rejection(RejectionCode.IdempotencyMismatch, $"payment {payment.Id} as it was assessed", "another");
        if (payment.Direction == RiskDirection.In)
            return new RiskProfileEvent.InflowCredited(payment.Id, pending.Worth, pending.Hops, at);
        return pending.Held
            ? new RiskProfileEvent.PaymentPassed(payment.Id)
            : new RiskProfileEvent.PaymentLearned(payment.Id, LessonOf(state, payment, pending.Worth), at);
    }

    /// <summary>It counts from when it came: habits are the payers', not the reviewers'.</summary>
    private static Decision<RiskProfileEvent> OnCredit(RiskProfileState state, Guid payment)
    {
        if (state.PendingOf(payment) is not { } pending) return Nothing;
        if (pending.Inflow is not { } inflow) return new Rejection(RejectionCode.WrongState, "a deposit", $"payment {payment}");
        return pending.Held
            ? new RiskProfileEvent.InflowCredited(payment, pending.Worth, pending.Hops, pending.At)
            : new RiskProfileEvent.InflowLearned(payment, pending.Worth, pending.Hops, inflow.Amount, inflow.Source, pending.At);
    }

    private static Decision<RiskProfileEvent> OnObserve(RiskProfileCommand.Observe command, Instant at) => new RiskProfileEvent.PartySeen(
        command.Sender, new(1, command.Worth, command.Below, command.Below > 0 ? 1u : 0), at);

    private static ImmutableArray<PartyMark> DustOf(RiskProfileState state, RiskProfileCommand.Assess command) =>
        command.Payment.Direction == RiskDirection.Out ? []
        :
        [
            .. command.Payment.Movements
                .Where(movement => Worths.Of(command.Policy, movement.Asset, movement.Amount) <= command.Policy.DustWorth)
                .Select(movement => PartyMark.Of(state.Key, movement.Party))
                .Distinct().Where(mark => state.Paid.Find(mark) is null).Take(RiskProfileState.MaxDust),
        ];

    private static Rejection? CheckForm(RiskProfileState state, RiskPayment payment, RiskContext context)
    {
        if (payment.Account.ToString() != state.Key) return new(RejectionCode.NotFound, $"a payment of {state.Key}", payment.Account.ToString());
        if (payment.Movements.Length is 0 or > RiskPayment.MaxMovements)
            return new(RejectionCode.TooLarge, $"1 to {RiskPayment.MaxMovements} movements", $"{payment.Movements.Length}");
        if (payment.Movements.Any(movement => movement.Party.Length is 0 or > RiskPayment.MaxParty))
            return new(RejectionCode.Malformed, $"parties of 1 to {RiskPayment.MaxParty} characters", "another length");
        var entries = Math.Max(
            Math.Max(context.Parties.Length, context.Lists.Length),
            Math.Max(Math.Max(context.Contracts.Length, payment.Available.Length), context.Parties.Select(party => party.Hits.Length).DefaultIfEmpty().Max()));
        return entries <= RiskContext.MaxEntries ? null : new(RejectionCode.TooLarge, $"at most {RiskContext.MaxEntries} facts of a kind", $"{entries}");
    }

    private static Lesson LessonOf(RiskProfileState state, RiskPayment payment, uint worth)
    {
        var others = payment.Movements.Where(movement => movement.Scope != DestinationScope.Own).ToArray();
        return new(
            [.. others.Where(movement => movement is { Asset: not null, Amount.IsZero: false }).Select(movement => movement.Asset!.Value).Distinct()
                .Select(asset => new LessonAmount(asset, FixedPoint.Log2(Worths.Total(payment, asset))))],
            worth,
            [.. others.Select(movement => movement.Party).Distinct().Select(party => new LessonParty(PartyMark.Of(state.Key, party), Worths.SizeTo(payment, party)))],
            payment.Device is { } device ? PartyMark.Of(state.Key, device.Value) : null,
            payment.Network is { } network ? PartyMark.Of(state.Key, network.ToString()) : null);
    }

    private static ulong HashOf(RiskPayment payment)
    {
        Span<byte> hash = stackalloc byte[UInt256.Size];
        Canonical.Hash("tpw.risk-payment.v1", payment, ContractJson.Default.RiskPayment).CopyTo(hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
