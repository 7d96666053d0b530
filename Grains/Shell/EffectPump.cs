using Microsoft.Extensions.Logging;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Shell;

/// <summary>The activation that owes, as its pump sees it.</summary>
internal interface IEffectSource<TState, TCommand>
    where TState : class
    where TCommand : class, ICommand
{
    /// <summary>The state that effects are read from.</summary>
    TState Durable { get; }

    /// <summary>Whether this activation has appended; exclusive effects wait for it.</summary>
    bool Fenced { get; }

    /// <summary>Takes an effect's result.</summary>
    Task<CommandReply> Submit(TCommand command);

    /// <summary>Has <see cref="EffectPump{TMachine, TState, TCommand, TEvent}.Kick"/> called again then.</summary>
    void WakeAt(Instant at);
}

/// <summary>
/// Runs what a machine owes: outside any request, in order per destination, at most <see cref="ShellLimits.MaxEffectsInFlight"/> at once. One whose
/// result is on its way to the journal holds its destination still (but for what a channel says to its peer), but no place: a subject that pays many would wait for its own commits. What fails is tried again with back-off for as long as it is owed. Lives on the activation's scheduler; nothing here is shared. An activation that never
/// owed anything has none.
/// </summary>
internal sealed class EffectPump<TMachine, TState, TCommand, TEvent>(
    ShellServices services,
    OwedEffects<TMachine, TState, TCommand, TEvent> owedBy,
    IEffectSource<TState, TCommand> source,
    ILogger log) : IDisposable
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private readonly Dictionary<string, string> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Attempts, Instant NotBefore)> _retries = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _life = new();
    private int _settling;
    private bool _kicking;
    private bool _starting;
    private bool _stale;

    public bool NeedsFence { get; private set; }

    /// <summary>
    /// Starts whatever may start now. An effect that is done at once brings a newer state before the next one starts: what is owed is then looked for again, or what
    /// was done meanwhile would start a second time.
    /// </summary>
    public void Kick()
    {
        _stale = true;
        if (_starting) return;
        _starting = true;
        try
        {
            while (_stale && !_life.IsCancellationRequested)
            {
                _stale = false;
                Start();
            }
        }
        finally
        {
            _starting = false;
        }
    }

    private void Start()
    {
        var owed = owedBy.Of(source.Durable);
        if (_retries.Count > 0) foreach (var gone in _retries.Keys.Where(name => !owed.ContainsKey(name)).ToArray()) _retries.Remove(gone);
        NeedsFence = false;
        if (owed.IsEmpty || IsFull) return;
        var now = services.Clock.Now;
        var busy = new HashSet<string>(_running.Values, StringComparer.Ordinal);
        var soonest = (Instant?)null;
        foreach (var (name, effect) in owed)
        {
            if (_running.ContainsKey(name)) continue;
            var destination = DestinationOf(effect);
            if (!busy.Add(destination)) continue;
            if (_retries.TryGetValue(name, out var retry) && retry.NotBefore > now)
            {
                soonest = soonest is { } s && s <= retry.NotBefore ? s : retry.NotBefore;
                continue;
            }

            if (IsExclusive(effect) && !source.Fenced)
            {
                NeedsFence = true;
                continue;
            }

            if (IsFull) break;
            _running.Add(name, destination);
            _ = RunAsync(name, effect);
            if (_stale) return;
        }

        if (soonest is { } at) source.WakeAt(at);
    }

    /// <summary>The activation ends: nothing new starts, and what runs is told so. Its results are dropped; the next activation owes it again.</summary>
    public void Stop() => _life.Cancel();

    public void Dispose() => _life.Dispose();

    private bool IsFull => _running.Count - _settling >= ShellLimits.MaxEffectsInFlight;

    private async Task RunAsync(string name, Effect effect)
    {
        var done = false;
        try
        {
            done = await RunOnceAsync(name, effect);
        }
        catch (Exception e)
        {
            if (!_life.IsCancellationRequested) log.LogError(e, "Effect {Intent} of {Kind} failed; it stays owed.", name, TMachine.Kind);
        }

        _running.Remove(name);
        if (done && !owedBy.Of(source.Durable).ContainsKey(name)) _retries.Remove(name);
        else Postpone(name);
        await KickSoonAsync();
    }

    /// <summary>Effects that end together end in turns of their own, one behind the other: what may start is looked for once, after all.</summary>
    private async Task KickSoonAsync()
    {
        if (_kicking) return;
        _kicking = true;
        await Task.Yield();
        _kicking = false;
        Kick();
    }

    private async Task<bool> RunOnceAsync(string name, Effect effect)
    {
        EffectResult result;
        try
        {
            services.Crossings.CrossEffect(effect, "before");
            result = await (AsksAGrain(effect) ? services.Effects.RunAsync(effect, _life.Token) : RunInTimeAsync(effect));
            services.Crossings.CrossEffect(effect, "after");
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or IOException or HttpRequestException)
        {
            result = new EffectResult.NoAnswer(e.GetType().Name);
        }

        if (_life.IsCancellationRequested || TMachine.Resume(source.Durable, name, result) is not { } command) return false;
        // The peer takes each message once and in order, whatever comes again: the next one need not wait until this side has written that it was heard.
        var frees = effect is Effect.TellPeer;
        if (frees) _running[name] = "";
        var reply = await SettleAsync(command, frees);
        if (reply is CommandReply.Refused { Rejection: var rejection } && Answers.IsDefinite(rejection))
            log.LogError("Result of {Intent} of {Kind} was refused: {Rejection}", name, TMachine.Kind, rejection);
        return reply is CommandReply.Accepted;
    }

    private async Task<CommandReply> SettleAsync(TCommand command, bool frees)
    {
        var wasFull = IsFull;
        _settling++;
        try
        {
            if (wasFull || frees) _ = KickSoonAsync();
            return await source.Submit(command);
        }
        finally
        {
            _settling--;
        }
    }

    private async Task<EffectResult> RunInTimeAsync(Effect effect)
    {
        using var deadline = new CancellationTokenSource(ShellLimits.EffectDeadline, services.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _life.Token);
        return await services.Effects.RunAsync(effect, linked.Token);
    }

    private void Postpone(string name)
    {
        var attempts = _retries.TryGetValue(name, out var retry) ? retry.Attempts + 1 : 1;
        var pause = Math.Min(ShellLimits.RetryLongest.Ms, ShellLimits.RetryFirst.Ms << Math.Min(attempts - 1, 16));
        _retries[name] = (attempts, services.Clock.Now + new Span(pause));
    }

    /// <summary>Effects that must not run in two activations side by side (engine-notes.md, 10).</summary>
    private static bool IsExclusive(Effect effect) => effect is Effect.Sign or Effect.Broadcast or Effect.RequestSignature or Effect.RequestSpend
        or Effect.SignChannelState
        or Effect.OfCoinChannel { Wanted: CoinEffect.SignPeer or CoinEffect.TakeOwn or CoinEffect.SignEnd or CoinEffect.SendOwn };

    /// <summary>A grain call has the runtime's own deadline, of the same length: a second timer for each would only cost.</summary>
    private static bool AsksAGrain(Effect effect) => effect is Effect.TellAccount or Effect.TellPacket or Effect.Deliver or Effect.TellLane or Effect.TellHolder
        or Effect.TellKey or Effect.TellWatched or Effect.TellTracker or Effect.TellRevenue or Effect.TellCase or Effect.TellQueue or Effect.TellIncident or Effect.Assess or Effect.Admit;

    private static string DestinationOf(Effect effect) => effect switch
    {
        Effect.TellAccount e => $"account {e.Account}",
        Effect.TellPacket e => $"packet {e.Packet.Key}",
        Effect.Deliver e => $"account {e.To}",
        Effect.TellLane e => $"lane {e.Chain}/{e.Address}",
        Effect.TellHolder e => $"account {e.Account}",
        Effect.TellKey e => $"key {e.Account}/{e.Key}",
        Effect.TellWatched e => $"watched {e.Chain}/{e.TxHash}",
        Effect.TellTracker e => $"tracker {e.Chain}",
        Effect.TellRevenue e => $"revenue {e.Period}",
        Effect.TellCase e => $"case {e.Case}",
        Effect.TellIncident e => $"incident {e.Incident}",
        Effect.TellQueue => "queue",
        // Held by a stop it holds nobody else: what defends goes to the tracker past it.
        Effect.Admit e => $"admission {e.Watch?.CommandId}",
        Effect.AwaitDepth e => $"depth {e.Chain}/{e.Block.Hash}",
        Effect.Screen => "screening",
        Effect.Simulate or Effect.Score or Effect.Assess => "assessment",
        Effect.CreateKey or Effect.Announce or Effect.Sign or Effect.ReadSigned => "signer",
        Effect.ReadLaneFacts or Effect.ReadMarket => "facts",
        Effect.EstimateTerms or Effect.SelectCoins => "terms",
        Effect.RequestSignature or Effect.RequestSpend => "signature",
        Effect.Broadcast e => $"broadcast {e.TxHash}",
        Effect.ReadCode => "code",
        Effect.ErasePersonal => "personal keys",
        Effect.Listen e => $"listener {e.Endpoint}",
        Effect.Notify e => e.Post.InLine ? $"webhook {e.Post.Endpoint} {e.Post.Subject}" : $"webhook {e.Post.Endpoint} {e.Post.Subject}#{e.Post.From}",
        Effect.FindNotices e => $"look-up {e.Search.Endpoint}",
        _ => DestinationOfChannels(effect),
    };

    /// <summary>What channels, their payments and their towers owe.</summary>
    private static string DestinationOfChannels(Effect effect) => effect switch
    {
        Effect.SignChannelState or Effect.TakeChannel or Effect.SignChannelOrder or Effect.SignAnnouncement => "channel key",
        Effect.LookAtChannel or Effect.RecallBook or Effect.ReadKeyBooks or Effect.OfTower { Wanted: TowerEffect.Look } => "channel on chain",
        Effect.ActOnChannel or Effect.OfTower => "channel act",
        Effect.HandOver => "tower",
        Effect.RouteLock e => $"lock {e.Lock.Number}",
        Effect.PassLock e => $"channel {e.Onward.Next}",
        Effect.TellOrigin e => $"channel {e.Origin.Side}",
        Effect.AnswerPart e => $"channel {e.Origin.Side}",
        Effect.HoldPart e => $"invoice {e.Invoice.Key}",
        Effect.MakeInvoice => "invoice",
        Effect.TellPayment e => $"payment {e.Payment.Key}",
        Effect.TellPayer e => $"payment {e.Payer.Payment.Key}",
        Effect.AnnounceSide => "router",
        Effect.ReportDealings => "peer standing",
        Effect.AllowForPeer e => $"channel {e.Side}",
        Effect.PreparePayment or Effect.FindWays => "ways",
        Effect.SendPart e => $"channel {e.Way.Route.Hops[0].Way}",
        Effect.ReadCause => "cause",
        Effect.TellPeer or Effect.OfCoinChannel { Wanted: CoinEffect.Tell } => "peer",
        Effect.OfCoinChannel { Wanted: CoinEffect.Look } => "channel on chain",
        // Nothing that the peer does to one output holds up what takes another.
        Effect.OfCoinChannel { Wanted: CoinEffect.Take e } => $"output {e.Claim.At}",
        Effect.OfCoinChannel => "channel key",
        _ => throw new UnreachableException($"Effect {effect.GetType().Name} has no destination."),
    };
}
