using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>
/// What a reviewer may do with payments that their risk holds, over REST; deciding takes an API key of scope <see cref="ApiScope.Review"/>, whose id stands in the
/// case. Two different reviewers who say the same decide. Requests are signed and repeated as by <see cref="RestWallet"/>.
/// </summary>
/// <param name="http">Its base address is the silo's, such as "http://127.0.0.1:8080/".</param>
public sealed class RestReviewer(HttpClient http, ApiKey apiKey, TimeProvider? clock = null)
{
    private readonly RestConnection _connection = new(http, apiKey, clock ?? TimeProvider.System);

    /// <summary>Payments of the account that wait for reviewers, with the reasons of their scores.</summary>
    public Task<HeldPayments?> ReadHeldAsync(AccountId account, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync($"v1/accounts/{account}/reviews", ContractJson.Default.HeldPayments, cancellationToken);

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

    private static string Path(PacketRef packet, long number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"accounts/{packet.Owner}/packets/{packet.Id}/cases/{number}");
}
