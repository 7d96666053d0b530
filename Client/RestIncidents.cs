using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Client;

/// <summary>
/// Incidents that somebody has to look at, over REST, with an API key of scope <see cref="ApiScope.Operator"/> that names all accounts; its id stands in them. Requests are
/// signed and repeated as by <see cref="RestWallet"/>.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestIncidents(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>An incident by its key; null where there is none.</summary>
    public Task<IncidentView?> ReadAsync(string incident, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(incident)}", ContractJson.Default.IncidentView, cancellationToken);

    /// <summary>A page of incidents; it may be shorter than was asked for.</summary>
    /// <param name="after">The page before says what this one comes after; null: the first.</param>
    /// <param name="all">Also those that are resolved.</param>
    public async Task<IncidentPage> ReadAllAsync(string? after = null, bool all = false, int most = IncidentPage.Max, CancellationToken cancellationToken = default) =>
        await _connection.ReadAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"v1/operator/incidents?most={most}&all={(all ? "true" : "false")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}"),
            ContractJson.Default.IncidentPage, cancellationToken) ?? new([], null);

    /// <summary>Somebody looks at it: it is passed on no further for a day.</summary>
    public Task<CommandReply> AcknowledgeAsync(IdempotencyKey key, string incident, CancellationToken cancellationToken = default) =>
        SendAsync(key, incident, "acknowledge", new IncidentCommand.Acknowledge(Guid.Empty, apiKey.Id), cancellationToken);

    /// <summary>It is graver than it was thought.</summary>
    public Task<CommandReply> EscalateAsync(IdempotencyKey key, string incident, CancellationToken cancellationToken = default) =>
        SendAsync(key, incident, "escalate", new IncidentCommand.Escalate(Guid.Empty, apiKey.Id), cancellationToken);

    /// <summary>It is over; somebody has to have acknowledged it.</summary>
    public Task<CommandReply> ResolveAsync(IdempotencyKey key, string incident, CancellationToken cancellationToken = default) =>
        SendAsync(key, incident, "resolve", new IncidentCommand.Resolve(Guid.Empty, apiKey.Id), cancellationToken);

    private Task<CommandReply> SendAsync<T>(IdempotencyKey key, string incident, string what, T command, CancellationToken cancellationToken)
        where T : class, ICommand =>
        _connection.SendAsync(HttpMethod.Post, $"v1/{Path(incident)}/{what}", key, command, cancellationToken);

    private static string Path(string incident) => $"operator/incidents/{Uri.EscapeDataString(incident)}";
}
