using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Grains.Shell.ShellReplies;

namespace TPWallet.Grains.Shell;

/// <summary>When the shell looks at what is owed and at deadlines: after each append, by its own timer, and when a sweeper calls.</summary>
public abstract partial class MachineGrain<TMachine, TState, TCommand, TEvent>
{
    public async Task<Instant?> Wake(int attempts)
    {
        await TickAsync();
        _wake.Forget();
        if (_closed || await IsOvertakenAsync()) return _services.Clock.Now + ShellLimits.RetryFirst;
        // An append under way may owe what the durable state does not, and may have left the row that is about to be cleared.
        return WakeRow.Earliest(Again(_durable.State, attempts), _batch is { } batch ? Again(batch.After, attempts) : null);
    }

    /// <summary>
    /// The first command after a restore of the journal, durable before any other is decided and before anything owed is done. An activation that cannot
    /// write it does not come to be.
    /// </summary>
    private async Task HearOfRestoreAsync()
    {
        if (_services.Clock.Recovery is not { } recovery) return;
        if (TMachine.Recover(_durable.State, NewId(), recovery.BeganAtUnixMs) is not { } command) return;
        if (await Submit(command) is CommandReply.Refused { Rejection: var rejection })
            throw new IOException($"{_stream} could not be told of the journal's restore: {rejection}");
    }

    /// <summary>Starts owed effects and sets the timer for the next deadline; appends the fence row when an exclusive effect waits for it.</summary>
    private void ArrangeWork()
    {
        if (_closed) return;
        RaiseAlarm();
        if (_effects is not null || !_owed.Of(_durable.State).IsEmpty) (_effects ??= new(_services, _owed, this, _log)).Kick();
        if (TMachine.NextWake(_durable.State) is { } due) WakeAt(WakeRow.Latest(due + _services.Clock.Doubt, _tickedAt + ShellLimits.TickAgain));
        if (_patient.Due is { } patient) WakeAt(patient);
        Drain();
    }

    TState IEffectSource<TState, TCommand>.Durable => _durable.State;

    bool IEffectSource<TState, TCommand>.Fenced => _fenced;

    void IEffectSource<TState, TCommand>.WakeAt(Instant at) => WakeAt(at);

    private bool NeedsFence => _effects is { NeedsFence: true };

    /// <summary>What of this state an operator must look at; told when it begins, and by each activation that finds it.</summary>
    protected virtual (string Code, string Detail)? Alarm(TState state) => null;

    /// <summary>An operator must look.</summary>
    protected void Raise(string code, string subject, string detail) => _services.Incidents.Raise(code, subject, detail);

    private void RaiseAlarm()
    {
        var alarm = Alarm(_durable.State);
        if (alarm == _alarm) return;
        _alarm = alarm;
        if (alarm is not { } told) return;
        Raise(told.Code, this.GetPrimaryKeyString(), told.Detail);
        if (Concerns(_durable.State) is var (accounts, incident)) _ = TellAlarmAsync(accounts, incident, told.Detail);
    }

    /// <summary>The accounts that hear of the alarm, and what; null for one that is for operators alone.</summary>
    protected virtual (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(TState state) => null;

    /// <summary>
    /// Tells accounts of an incident. The same occasion is told once, however often this is called; an account that takes nothing of it, such as one in a
    /// cluster that is being upgraded, is left out.
    /// </summary>
    /// <exception cref="OrleansException">An account did not answer: to be called again.</exception>
    protected async Task TellIncidentAsync(IEnumerable<AccountId> accounts, AccountIncident incident, string occasion)
    {
        foreach (var account in accounts)
        {
            var id = EffectId.Of("incident", account, $"{incident.Code}/{incident.Chain}/{incident.Transaction}/{incident.By}/{incident.Block}/{occasion}{(incident.Channel is { } channel ? $"/{channel}" : "")}");
            if (await GrainFactory.GetGrain<IAccountGrain>(account.ToString()).Submit(new AccountCommand.RecordIncident(id, incident)) is CommandReply.Refused refused)
                _log.LogWarning("Account {Account} was not told of {Code}: {Rejection}", account, incident.Code, refused.Rejection);
        }
    }

    /// <summary>What is not told is told when this activation next looks at its work.</summary>
    private async Task TellAlarmAsync(ImmutableArray<AccountId> accounts, AccountIncident incident, string occasion)
    {
        try
        {
            await TellIncidentAsync(accounts, incident, occasion);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or IOException)
        {
            _log.LogWarning(e, "Not every account was told of {Code}.", incident.Code);
            _alarm = null;
        }
    }

    private void WakeAt(Instant at)
    {
        if (_closed || (_timerAt is { } set && set <= at)) return;
        _timerAt = at;
        var pause = TimeSpan.FromMilliseconds(Math.Clamp((at - _services.Clock.Now).Ms, 1, (long)TimeSpan.FromDays(1).TotalMilliseconds));
        // One timer for as long as the activation lives: an account that pays sets it again and again.
        if (_timer is not null) _timer.Change(pause, Timeout.InfiniteTimeSpan);
        else
            _timer = this.RegisterGrainTimer(
                OnTimerAsync, new GrainTimerCreationOptions { DueTime = pause, Period = Timeout.InfiniteTimeSpan, Interleave = true });
    }

    private async Task OnTimerAsync(CancellationToken cancellationToken)
    {
        _timerAt = null;
        await TickAsync();
    }

    /// <summary>Judges a deadline that has passed, then starts what is owed.</summary>
    private async Task TickAsync()
    {
        if (TMachine.NextWake(_durable.State) is { } due && due <= NowStamp.Earliest)
        {
            _tickedAt = _services.Clock.Now;
            await Submit(TMachine.Tick(_services.NewId()));
        }

        ArrangeWork();
    }

    private Instant? Again(TState state, int attempts) => _wake.Again(TMachine.NextWake(state), !_owed.Of(state).IsEmpty, attempts);
}
