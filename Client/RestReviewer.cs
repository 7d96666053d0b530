using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// What a reviewer may do with payments and deposits that their risk holds, over REST; deciding takes an API key of scope <see cref="ApiScope.Review"/>, whose id stands in the
/// case. Two different reviewers who say the same decide. Requests are signed and repeated as by <see cref="RestWallet"/>.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestReviewer(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>Payments of the account that wait for reviewers, with the reasons of their scores.</summary>
    public Task<HeldPayments?> ReadHeldAsync(AccountId account, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/accounts/{account}/reviews", ContractJson.Default.HeldPayments, cancellationToken);

    /// <summary>A page of what waits for reviewers in all accounts that the key may name, in the order of account and subject; it may be shorter than was asked for.</summary>
    /// <param name="from">The page before says where this one begins; null: at the first.</param>
    public async Task<WaitingCases> ReadWaitingAsync(string? from = null, int most = ReviewQueuePage.Max, CancellationToken cancellationToken = default) =>
        await _connection.ReadAsync(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"v1/reviews?most={most}{(from is null ? "" : $"&from={Uri.EscapeDataString(from)}")}"),
            ContractJson.Default.WaitingCases, cancellationToken) ?? new([], null);

    /// <summary>A page of an account's deposits that nobody can spend yet; null for an account that there is not.</summary>
    public Task<HeldDeposits?> ReadHeldDepositsAsync(
        AccountId account, Guid? from = null, int most = HeldDeposits.MaxPage, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"v1/accounts/{account}/deposits/held?most={most}{(from is null ? "" : $"&from={from:N}")}"),
            ContractJson.Default.HeldDeposits, cancellationToken);

    /// <summary>The case of a held deposit; null for one that there is not.</summary>
    public Task<CaseView?> ReadCaseAsync(AccountId account, Guid deposit, long number, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(account, deposit, number)}", ContractJson.Default.CaseView, cancellationToken);

    /// <summary>Says what the reviewer decides of a held deposit: approved it can be spent, rejected it stays held until a packet gives it back.</summary>
    /// <inheritdoc cref="ReviewAsync(IdempotencyKey, PacketRef, long, ReviewDecision, string, CancellationToken)"/>
    public Task<CommandReply> ReviewAsync(
        IdempotencyKey key, AccountId account, Guid deposit, long number, ReviewDecision decision, string reason, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, $"v1/{Path(account, deposit, number)}", key, new CaseCommand.Review(Guid.Empty, apiKey.Id, decision, reason), cancellationToken);

    /// <summary>Null for a case that there is not.</summary>
    public Task<CaseView?> ReadCaseAsync(PacketRef packet, long number, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/{Path(packet, number)}", ContractJson.Default.CaseView, cancellationToken);

    /// <summary>Says what the reviewer decides.</summary>
    /// <param name="number">The case's, as it was looked at: a later case of the packet is another one.</param>
    /// <param name="reason">1 to <see cref="OperatorStop.MaxReason"/> characters; sealed, and gone with an erasure.</param>
    public Task<CommandReply> ReviewAsync(
        IdempotencyKey key, PacketRef packet, long number, ReviewDecision decision, string reason, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, $"v1/{Path(packet, number)}", key, new CaseCommand.Review(Guid.Empty, apiKey.Id, decision, reason), cancellationToken);

    private static string Path(AccountId account, Guid deposit, long number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"accounts/{account}/deposits/{deposit:N}/cases/{number}");

    private static string Path(PacketRef packet, long number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"accounts/{packet.Owner}/packets/{packet.Id}/cases/{number}");
}
