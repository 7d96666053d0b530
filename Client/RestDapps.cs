using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// What operators record of contracts, over REST, with an API key of scope <see cref="ApiScope.Operator"/> that names all accounts; its id stands in the records. Requests are
/// signed and repeated as by <see cref="RestWallet"/>.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestDapps(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>What is known of a contract, and how far it is trusted; null where nothing is.</summary>
    public Task<DappView?> ReadAsync(ChainId chain, Address address, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(chain, address)}", ContractJson.Default.DappView, cancellationToken);

    /// <summary>A page of contracts of which something is recorded; it may be shorter than was asked for.</summary>
    /// <param name="after">The page before says what this one comes after; null: the first.</param>
    /// <param name="least">Only those that are trusted so far, per mille.</param>
    public async Task<DappPage> ReadAllAsync(string? after = null, int least = 0, int most = DappPage.Max, CancellationToken cancellationToken = default) =>
        await _connection.ReadAsync(
            string.Create(CultureInfo.InvariantCulture, $"v1/operator/dapps?most={most}&least={least}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}"),
            ContractJson.Default.DappPage, cancellationToken) ?? new([], null);

    /// <summary>An audit of one code; the same report again replaces what was said of it.</summary>
    public Task<CommandReply> RecordAuditAsync(IdempotencyKey key, ChainId chain, Address address, DappAudit audit, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "audits", new DappCommand.RecordAudit(Guid.Empty, apiKey.Id, audit), cancellationToken);

    /// <summary>That the published source gives this code.</summary>
    public Task<CommandReply> RecordSourceAsync(IdempotencyKey key, ChainId chain, Address address, DappSource source, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "source", new DappCommand.RecordSource(Guid.Empty, apiKey.Id, source), cancellationToken);

    /// <summary>An audit, or the source, counts no more.</summary>
    /// <param name="report">The audit's; null: the source.</param>
    /// <param name="reason">1 to <see cref="OperatorStop.MaxReason"/> characters; name no person.</param>
    public Task<CommandReply> WithdrawAsync(
        IdempotencyKey key, ChainId chain, Address address, Bytes32? report, string reason, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "withdraw", new DappCommand.Withdraw(Guid.Empty, apiKey.Id, report, reason), cancellationToken);

    public Task<CommandReply> RecordHoldersAsync(IdempotencyKey key, ChainId chain, Address address, long count, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "holders", new DappCommand.RecordHolders(Guid.Empty, apiKey.Id, count), cancellationToken);

    /// <summary>Something went wrong with it; that stays for a year.</summary>
    /// <param name="reason">1 to <see cref="OperatorStop.MaxReason"/> characters; name no person.</param>
    public Task<CommandReply> RecordIncidentAsync(IdempotencyKey key, ChainId chain, Address address, string reason, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "incidents", new DappCommand.RecordIncident(Guid.Empty, apiKey.Id, reason), cancellationToken);

    /// <summary>Says how far one code is trusted, in place of the score.</summary>
    public Task<CommandReply> OverrideAsync(IdempotencyKey key, ChainId chain, Address address, DappOverride said, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "override", new DappCommand.Override(Guid.Empty, apiKey.Id, said), cancellationToken);

    public Task<CommandReply> EndOverrideAsync(IdempotencyKey key, ChainId chain, Address address, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "override/end", new DappCommand.EndOverride(Guid.Empty, apiKey.Id), cancellationToken);

    /// <summary>Has the chain asked which code is there now.</summary>
    public Task<CommandReply> LookAsync(IdempotencyKey key, ChainId chain, Address address, CancellationToken cancellationToken = default) =>
        SendAsync(key, chain, address, "look", new DappCommand.Look(Guid.Empty, apiKey.Id), cancellationToken);

    private Task<CommandReply> SendAsync<T>(IdempotencyKey key, ChainId chain, Address address, string what, T command, CancellationToken cancellationToken)
        where T : class, ICommand =>
        _connection.SendAsync(HttpMethod.Post, $"v1/{Path(chain, address)}/{what}", key, command, cancellationToken);

    private static string Path(ChainId chain, Address address) => $"operator/dapps/{chain}/{address}";
}
