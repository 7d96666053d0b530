using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Notifications;
using TPWallet.Grains.Shell;
using StreamId = TPWallet.Grains.Journal.StreamId;

namespace TPWallet.Grains;

/// <summary>The shell of an account's webhooks: it listens to the journal for those endpoints that are told of it. Their secrets are sealed under a key of their own.</summary>
[Reentrant]
public sealed class WebhookGrain(ShellServices services, JournalTail tail, NoticeRows rows, WebhookLog log)
    : MachineGrain<WebhookDecider, WebhookState, WebhookCommand, WebhookEvent>(services, _codec), IWebhookGrain
{
    private static readonly MachineCodec<WebhookState, WebhookCommand, WebhookEvent> _codec =
        new(ContractJson.Default.WebhookCommand, WebhookJson.Default.WebhookEvent, WebhookJson.Default.WebhookState);

    /// <summary>Interval between looks at the journal, while an endpoint listens.</summary>
    private static readonly TimeSpan _every = TimeSpan.FromMilliseconds(500);

    private readonly string _tenant = services.Tenant;
    private readonly WebhookListener _listener = new(tail, rows, services.Tenant);
    private IGrainTimer? _timer;
    private bool _listening;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        KeepListening();
    }

    public new async Task<CommandReply> Submit(WebhookCommand command)
    {
        var reply = await base.Submit(command);
        if (command is WebhookCommand.Add && reply is CommandReply.Accepted) await BeginAsync();
        KeepListening();
        return reply;
    }

    public Task<WebhooksView> Read() => Task.FromResult(WebhookDecider.View(State, NowStamp.Latest));

    public async Task<DeliveryPage?> ReadDeliveries(DeliveryQuery query) => State.Endpoints.ContainsKey(query.Endpoint)
        ? await log.ReadAsync(StreamId.Of(_tenant, WebhookDecider.Kind, State.Owner), query, CancellationToken.None)
        : null;

    public Task<DeadLetterPage?> ReadDeadLetters(Name endpoint, string after) => Task.FromResult(WebhookDecider.DeadLetters(State, endpoint, after));

    protected override AccountId DataSubject => WebhookSecrets.SubjectOf(this.GetPrimaryKeyString());

    /// <summary>A position from which an endpoint listens is durable before anybody hears that it does.</summary>
    private async Task BeginAsync()
    {
        foreach (var endpoint in State.Endpoints.Values.Where(endpoint => endpoint.Heard is null))
            if (await _listener.HearAsync(State, endpoint, NewId(), CancellationToken.None) is { } hear) await base.Submit(hear);
    }

    /// <summary>An activation that has somebody to listen for stays; another is collected like any.</summary>
    private void KeepListening()
    {
        var wanted = State.Endpoints.Values.Any(endpoint => endpoint.Stop == WebhookStop.None);
        if (wanted == _timer is not null) return;
        _timer?.Dispose();
        _timer = wanted
            ? this.RegisterGrainTimer(ListenAsync, new GrainTimerCreationOptions { DueTime = _every, Period = _every, Interleave = true, KeepAlive = true })
            : null;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (_listening) return;
        _listening = true;
        try
        {
            foreach (var endpoint in State.Endpoints.Values.Where(endpoint => endpoint.Listens))
                if (await _listener.HearAsync(State, endpoint, NewId(), cancellationToken) is { } hear) await base.Submit(hear);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.LogWarning(e, "Listening for {Account} failed; the next look begins where this one did.", State.Owner);
        }
        finally
        {
            _listening = false;
            KeepListening();
        }
    }
}
