using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// What an outside screening service does, over REST, with an API key of scope <see cref="ApiScope.Screen"/> whose id stands in its verdicts as the provider. The webhook event
/// <c>verdict.wanted</c> says that something is asked; <see cref="ReadWantedAsync"/> says what, also to a service that missed the event.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestScreener(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>Who the verdicts are of.</summary>
    public Name Provider => apiKey.Id;

    /// <summary>A page of what is asked in all accounts that the key may name; it may be shorter than was asked for.</summary>
    /// <param name="from">The page before says where this one begins; null: at the first.</param>
    public async Task<WantedVerdicts> ReadWantedAsync(string? from = null, int most = ReviewQueuePage.Max, CancellationToken cancellationToken = default) =>
        await _connection.ReadAsync(
            string.Create(CultureInfo.InvariantCulture, $"v1/verdicts?most={most}{(from is null ? "" : $"&from={Uri.EscapeDataString(from)}")}"),
            ContractJson.Default.WantedVerdicts, cancellationToken) ?? new([], null);

    /// <summary>What a packet's case asks; null where it asks for no verdict.</summary>
    /// <param name="number">The case's: the event names it.</param>
    public Task<VerdictQuestion?> ReadQuestionAsync(PacketRef packet, long number, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(packet, number)}", ContractJson.Default.VerdictQuestion, cancellationToken);

    /// <summary>What a held deposit's case asks; null where it asks for no verdict.</summary>
    public Task<VerdictQuestion?> ReadQuestionAsync(AccountId account, Guid deposit, long number, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(account, deposit, number)}", ContractJson.Default.VerdictQuestion, cancellationToken);

    /// <summary>Hands in a verdict of a payment.</summary>
    /// <param name="subject">The question's hash: of anything else it is refused.</param>
    /// <param name="said">Its provider is the key's id.</param>
    public Task<CommandReply> RecordAsync(
        IdempotencyKey key, PacketRef packet, long number, Bytes32 subject, Screening said, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, $"v1/{Path(packet, number)}", key, new CaseCommand.RecordVerdict(Guid.Empty, subject, said), cancellationToken);

    /// <summary>Hands in a verdict of a held deposit.</summary>
    /// <inheritdoc cref="RecordAsync(IdempotencyKey, PacketRef, long, Bytes32, Screening, CancellationToken)"/>
    public Task<CommandReply> RecordAsync(
        IdempotencyKey key, AccountId account, Guid deposit, long number, Bytes32 subject, Screening said, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, $"v1/{Path(account, deposit, number)}", key, new CaseCommand.RecordVerdict(Guid.Empty, subject, said), cancellationToken);

    private static string Path(PacketRef packet, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"accounts/{packet.Owner}/packets/{packet.Id}/cases/{number}/verdict");

    private static string Path(AccountId account, Guid deposit, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"accounts/{account}/deposits/{deposit:N}/cases/{number}/verdict");
}
