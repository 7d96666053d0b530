using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>What a profile keeps of its events.</summary>
public sealed partial class RiskProfileDecider
{
    private const int HoursPerDay = 24;
    private const int WeekHours = 7 * HoursPerDay;

    public static RiskProfileState Evolve(RiskProfileState state, RiskProfileEvent @event, Instant at) => @event switch
    {
        RiskProfileEvent.Assessed e => Assessed(Seen(state, e.At), e),
        RiskProfileEvent.PaymentLearned e => Learned(Without(state, e.Payment), e),
        RiskProfileEvent.InflowCredited e => Credited(Without(state, e.Payment), e),
        RiskProfileEvent.InflowLearned e => InflowLearned(Credited(Without(state, e.Payment), new(e.Payment, e.Worth, e.Hops, e.At)), e),
        RiskProfileEvent.PaymentPassed e => Without(state, e.Payment),
        RiskProfileEvent.PartySeen e => Met(Seen(state, e.At), e),
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    private static RiskProfileState Seen(RiskProfileState state, Instant at) => state with { FirstAt = state.FirstAt ?? at, LastAt = at };

    private static RiskProfileState Without(RiskProfileState state, Guid payment) =>
        state with { Pending = state.Pending.RemoveAll(pending => pending.Id == payment) };

    private static RiskProfileState Assessed(RiskProfileState state, RiskProfileEvent.Assessed e)
    {
        var (hour, known) = (RiskInput.HourOf(e.At), state.PendingOf(e.Payment.Id));
        var held = known is { Held: true } || e.Score.Demand.Action >= RiskAction.Hold;
        var pending = state.Pending.RemoveAll(other => other.Id == e.Payment.Id)
            .Add(new(e.Payment.Id, HashOf(e.Payment), held, known?.Worth ?? e.Moved.Worth, HopsOf(e), e.Score)
            {
                Packet = e.Payment.Packet,
                Inflow = InflowOf(state, e),
                At = e.At,
            });
        if (pending.Length > RiskProfileState.MaxPending) pending = Fewer(pending);
        state = state with { Pending = pending };
        return e.Payment.Direction == RiskDirection.Out ? Attempted(state, e, hour) : Dusted(state, e, hour);
    }

    private static RiskProfileState Attempted(RiskProfileState state, RiskProfileEvent.Assessed e, int hour)
    {
        var attempted = state.Attempted;
        foreach (var movement in e.Payment.Movements)
        {
            var mark = PartyMark.Of(state.Key, movement.Party);
            if (Worths.IsStranger(movement) && state.Paid.Find(mark) is null) attempted = attempted.With(mark, hour, RiskProfileState.MaxAttempted);
        }

        return state with { Attempted = attempted, Out = e.Moved.Count > 0 ? state.Out.With(hour, e.Moved) : state.Out };
    }

    private static RiskProfileState Dusted(RiskProfileState state, RiskProfileEvent.Assessed e, int hour)
    {
        var dust = state.Dust;
        foreach (var mark in e.Dust) dust = dust.With(mark, hour, RiskProfileState.MaxDust);
        return state with { Dust = dust, Arrived = e.Moved.Count > 0 ? state.Arrived.With(hour, e.Moved) : state.Arrived };
    }

    private static InflowPending? InflowOf(RiskProfileState state, RiskProfileEvent.Assessed e) =>
        e.Payment is { Deposit: { } deposit, Movements: [{ Asset: { } asset } movement, ..] }
            ? new(deposit, new(asset, FixedPoint.Log2(movement.Amount)), PartyMark.Of(state.Key, movement.Party))
            : null;

    /// <summary>Whoever sends in much must not push what the account is about to pay out of sight.</summary>
    private static ImmutableArray<PendingPayment> Fewer(ImmutableArray<PendingPayment> pending)
    {
        for (var i = 0; i < pending.Length; i++)
            if (pending[i].Inflow is not null) return pending.RemoveAt(i);
        return pending.RemoveAt(0);
    }

    private static RiskProfileState InflowLearned(RiskProfileState state, RiskProfileEvent.InflowLearned e)
    {
        var hour = RiskInput.HourOf(e.At);
        return state with
        {
            Inflows = Learn(state.Inflows, e.Amount, hour / HoursPerDay),
            InflowRates = state.InflowRates.Learn(hour, e.Worth, state.Sources.Find(e.Source) is null ? 1 : 0),
            Sources = state.Sources.With(e.Source, hour, size: e.Amount.Size),
        };
    }

    private static RiskProfileState Credited(RiskProfileState state, RiskProfileEvent.InflowCredited e)
    {
        var hour = RiskInput.HourOf(e.At);
        var exposure = state.Exposure;
        if (e.Hops is { } hops && (exposure is null || hops < exposure.Hops || (hour / HoursPerDay) - exposure.Day > ProfileExposure.KeptDays))
            exposure = new(hops, hour / HoursPerDay);
        else if (e.Hops is { } again && again == exposure!.Hops)
            exposure = exposure with { Day = hour / HoursPerDay };
        return state with { In = state.In.With(hour, new(1, e.Worth, 0, 0)), Exposure = exposure };
    }

    private static RiskProfileState Learned(RiskProfileState state, RiskProfileEvent.PaymentLearned e)
    {
        var (hour, lesson) = (RiskInput.HourOf(e.At), e.Lesson);
        var (amounts, paid, dust) = (state.Amounts, state.Paid, state.Dust);
        foreach (var amount in lesson.Amounts) amounts = Learn(amounts, amount, hour / HoursPerDay);
        var meetings = lesson.Parties.Count(party => paid.Find(party.Mark) is null);
        foreach (var party in lesson.Parties) (paid, dust) = (paid.With(party.Mark, hour, size: party.Size), dust.Without(party.Mark));
        return state with
        {
            Learned = state.Learned + 1,
            LearnedAt = state.LearnedAt is { } before && before > e.At ? before : e.At,
            Amounts = amounts,
            Rates = state.Rates.Learn(hour, lesson.Worth, meetings),
            Paid = paid,
            Dust = dust,
            Devices = lesson.Device is { } device ? state.Devices.With(device, hour, RiskProfileState.MaxDevices) : state.Devices,
            Networks = lesson.Network is { } network ? state.Networks.With(network, hour, RiskProfileState.MaxNetworks) : state.Networks,
            Hours = state.Hours.With(hour % HoursPerDay),
        };
    }

    /// <summary>A full set keeps the models that are known: an account's habits are not washed out by payments of other assets.</summary>
    private static ImmutableArray<AmountModel> Learn(ImmutableArray<AmountModel> models, LessonAmount amount, int day)
    {
        for (var i = 0; i < models.Length; i++)
            if (models[i].Asset == amount.Asset) return models.SetItem(i, models[i].Learn(amount.Size, day));
        var fresh = new AmountModel(amount.Asset, default, 0, day).Learn(amount.Size, day);
        if (models.Length < RiskProfileState.MaxAssets) return models.Add(fresh);
        for (var i = 0; i < models.Length; i++)
            if (!models[i].IsKnown || day - models[i].Day > RiskProfileState.IdleDays) return models.SetItem(i, fresh);
        return models;
    }

    private static RiskProfileState Met(RiskProfileState state, RiskProfileEvent.PartySeen e)
    {
        var hour = RiskInput.HourOf(e.At);
        return state with { In = state.In.With(hour, e.Moved), Paid = state.Paid.With(PartyMark.Of(state.Key, e.Sender.ToString()), hour) };
    }

    private static int? HopsOf(RiskProfileEvent.Assessed e) => e.Payment.Direction == RiskDirection.Out
        ? null
        : e.Context.Parties.Where(party => party.Flow is not null || !party.Hits.IsEmpty)
            .Select(party => (int?)(party.Hits.IsEmpty ? party.Flow!.Hops : 0)).Min();
}
