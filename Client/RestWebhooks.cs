using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// Who is told of an account, over REST; changes take an API key of scope <see cref="ApiScope.Admin"/>. Requests are signed and repeated as by <see cref="RestWallet"/>. What a
/// receiver checks is in <see cref="WebhookVerifier"/>.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestWebhooks(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>The account's endpoints.</summary>
    public Task<WebhooksView?> ReadAsync(AccountId account, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/accounts/{account}/webhooks", ContractJson.Default.WebhooksView, cancellationToken);

    /// <summary>One endpoint; null where there is none of this name.</summary>
    public Task<WebhookView?> ReadAsync(AccountId account, Name endpoint, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(account, endpoint)}", ContractJson.Default.WebhookView, cancellationToken);

    /// <summary>Tells an endpoint of everything after the answer: see <see cref="WebhookCommand.Add"/>.</summary>
    /// <param name="secret">As <see cref="WebhookSecret.New"/> makes it; the silo never shows it.</param>
    public Task<CommandReply> AddAsync(
        IdempotencyKey key, AccountId account, Name endpoint, string url, ImmutableArray<string> types, bool ordered, string secret,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, $"v1/{Path(account, endpoint)}", key, new WebhookCommand.Add(Guid.Empty, endpoint, url, types, ordered, secret), cancellationToken);

    /// <summary>See <see cref="WebhookCommand.Update"/>.</summary>
    public Task<CommandReply> UpdateAsync(
        IdempotencyKey key, AccountId account, Name endpoint, string url, ImmutableArray<string> types, bool ordered, bool enabled,
        CancellationToken cancellationToken = default) =>
        SendAsync(key, account, endpoint, "update", new WebhookCommand.Update(Guid.Empty, endpoint, url, types, ordered, enabled), cancellationToken);

    /// <summary>See <see cref="WebhookCommand.Remove"/>.</summary>
    public Task<CommandReply> RemoveAsync(IdempotencyKey key, AccountId account, Name endpoint, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, endpoint, "remove", new WebhookCommand.Remove(Guid.Empty, endpoint), cancellationToken);

    /// <summary>See <see cref="WebhookCommand.Rotate"/>.</summary>
    public Task<CommandReply> RotateAsync(
        IdempotencyKey key, AccountId account, Name endpoint, string secret, Span overlap, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, endpoint, "rotate", new WebhookCommand.Rotate(Guid.Empty, endpoint, secret, overlap), cancellationToken);

    /// <summary>Sends a test event.</summary>
    public Task<CommandReply> TestAsync(IdempotencyKey key, AccountId account, Name endpoint, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, endpoint, "test", new WebhookCommand.Try(Guid.Empty, endpoint), cancellationToken);

    /// <summary>Sends events again: see <see cref="WebhookCommand.Resend"/>.</summary>
    public Task<CommandReply> ResendAsync(
        IdempotencyKey key, AccountId account, Name endpoint, string what, Instant since, bool onlyFailed, CancellationToken cancellationToken = default) =>
        SendAsync(key, account, endpoint, "resend", new WebhookCommand.Resend(Guid.Empty, endpoint, what, since, onlyFailed), cancellationToken);

    /// <summary>A page of the delivery log, newest first; null where there is no such endpoint.</summary>
    public Task<DeliveryPage?> ReadDeliveriesAsync(AccountId account, DeliveryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = $"v1/{Path(account, query.Endpoint)}/deliveries?before={query.Before}&event={Uri.EscapeDataString(query.Event)}&concerns={Uri.EscapeDataString(query.Concerns)}";
        return _connection.ReadAsync(query.Status < 0 ? path : $"{path}&status={query.Status}", ContractJson.Default.DeliveryPage, cancellationToken);
    }

    /// <summary>A page of what was given up; null where there is no such endpoint.</summary>
    /// <param name="after">The page before said where to go on; empty for the first.</param>
    public Task<DeadLetterPage?> ReadDeadLettersAsync(AccountId account, Name endpoint, string after = "", CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(account, endpoint)}/dead-letters?after={Uri.EscapeDataString(after)}", ContractJson.Default.DeadLetterPage, cancellationToken);

    private Task<CommandReply> SendAsync<T>(
        IdempotencyKey key, AccountId account, Name endpoint, string action, T command, CancellationToken cancellationToken)
        where T : WebhookCommand =>
        _connection.SendAsync(HttpMethod.Post, $"v1/{Path(account, endpoint)}/{action}", key, command, cancellationToken);

    private static string Path(AccountId account, Name endpoint) => $"accounts/{account}/webhooks/{endpoint}";
}
