using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Payments and deposits that their risk holds: which wait, why, and what two reviewers say. The reviewer that a body names is the API key that signed the request. A decision
/// names the case's number: it never falls on a later revision of the packet.
/// </summary>
internal static class ReviewRoutes
{
    internal const int MaxKey = 256;
    private const string Account = "/accounts/{id}/reviews";
    internal const string Case = "/accounts/{id}/packets/{packet}/cases/{number}";
    internal const string DepositCase = "/accounts/{id}/deposits/{deposit}/cases/{number}";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapGet(Account, (HttpContext http, GatewayPipeline gateway, string id) => gateway.ReadAsync(http, id, account => HeldAsync(gateway, account)))
            .View<HeldPayments>("ReadReviews");
        routes.MapGet(Case, (HttpContext http, GatewayPipeline gateway, string id, string packet, string number) => Key(packet, number) is { } key
            ? gateway.ReadAsync(http, id, account => Grain(gateway, account, key).Read())
            : BadKey(http, gateway)).View<CaseView>("ReadCase");
        routes.MapPost(Case, (HttpContext http, GatewayPipeline gateway, string id, string packet, string number) => Key(packet, number) is { } key
            ? gateway.CommandAsync<CaseCommand.Review>(
                http, ApiScope.Review, Operations.ReviewCase, id, $"{packet}/{number}",
                (call, command, _) => Same(call, command) ?? OperatorStop.CheckReason(command.Reason),
                (command, account) => Grain(gateway, account, key).Submit(command))
            : BadKey(http, gateway)).Command<CaseCommand.Review>("ReviewCase");
        MapDeposits(routes);
        routes.MapGet("/reviews", (HttpContext http, GatewayPipeline gateway, AccountAccess access, string? from, int? most) => gateway.RunAsync(
            http, ApiScope.Read, async call => from is { Length: > MaxKey } || most is < 1 or > ReviewQueuePage.Max
                ? Problems.Result(GatewayPipeline.BadId($"from, of at most {MaxKey} characters, and most, of 1 to {ReviewQueuePage.Max}"))
                : GatewayPipeline.View(await WaitingAsync(gateway, access, call, from, most ?? ReviewQueuePage.Max)))).View<WaitingCases>("ReadWaiting");
    }

    private static void MapDeposits(RouteGroupBuilder routes)
    {
        routes.MapGet("/accounts/{id}/deposits/held", (HttpContext http, GatewayPipeline gateway, string id, Guid? from, int? most) => most is < 1 or > HeldDeposits.MaxPage
            ? gateway.RunAsync(http, ApiScope.Read, static _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId($"most, of 1 to {HeldDeposits.MaxPage}"))))
            : gateway.ReadAsync<HeldDeposits>(http, id, async account =>
                await gateway.Client.GetGrain<IAccountGrain>(account.ToString()).ReadHeld(from, most ?? HeldDeposits.MaxPage))).View<HeldDeposits>("ReadHeldDeposits");
        routes.MapGet(DepositCase, (HttpContext http, GatewayPipeline gateway, string id, string deposit, string number) => DepositKey(deposit, number) is { } key
            ? gateway.ReadAsync(http, id, account => Grain(gateway, account, key).Read())
            : BadKey(http, gateway)).View<CaseView>("ReadDepositCase");
        routes.MapPost(DepositCase, (HttpContext http, GatewayPipeline gateway, string id, string deposit, string number) => DepositKey(deposit, number) is { } key
            ? gateway.CommandAsync<CaseCommand.Review>(
                http, ApiScope.Review, Operations.ReviewCase, id, $"{HeldDeposit.CaseName(key.Deposit)}/{number}",
                (call, command, _) => Same(call, command) ?? OperatorStop.CheckReason(command.Reason),
                (command, account) => Grain(gateway, account, key).Submit(command))
            : BadKey(http, gateway)).Command<CaseCommand.Review>("ReviewDepositCase");
    }

    /// <summary>A page of the tenant's queue, without the accounts that the key may not name: their cases are not even read.</summary>
    private static async Task<WaitingCases?> WaitingAsync(GatewayPipeline gateway, AccountAccess access, GatewayCall call, string? from, int most)
    {
        var waiting = ImmutableArray.CreateBuilder<WaitingCase>();
        var (listed, next) = await ListedAsync(gateway, access, call, from, most);
        foreach (var (account, subject, number, grain) in listed)
            if (await grain.Read() is { Stage: "held" or "overdue" } said) waiting.Add(new(account, subject, number, said));
        return new(waiting.ToImmutable(), next);
    }

    /// <summary>The cases of a page of the tenant's queue that the key may name, unread, and where the next page begins.</summary>
    internal static async Task<(ImmutableArray<(AccountId Account, string Subject, long Number, ICaseGrain Grain)> Cases, string? Next)> ListedAsync(
        GatewayPipeline gateway, AccountAccess access, GatewayCall call, string? from, int most)
    {
        var page = await gateway.Client.GetGrain<IReviewQueueGrain>(ReviewQueueCommand.Key).Read(from, most);
        var cases = ImmutableArray.CreateBuilder<(AccountId, string, long, ICaseGrain)>();
        foreach (var key in page.Cases)
        {
            if (key.Split('/') is not [var id, var subject, var number] || !AccountId.TryParse(id, out var account) || await access.CheckAsync(call.Key, account) is not null) continue;
            cases.Add((account, subject, long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture), gateway.Client.GetGrain<ICaseGrain>(key)));
        }

        return (cases.ToImmutable(), page.Next);
    }

    /// <summary>What the account's risk profile waits for names the packets; the packets name their cases.</summary>
    private static async Task<HeldPayments?> HeldAsync(GatewayPipeline gateway, AccountId account)
    {
        var held = ImmutableArray.CreateBuilder<HeldPayment>();
        foreach (var packet in (await gateway.Client.GetGrain<IRiskProfileGrain>(account.ToString()).ReadPending()).Select(pending => pending.Packet).OfType<Name>().Distinct())
        {
            var view = await gateway.Client.GetGrain<ITokenPacketGrain>(new PacketRef(account, packet).Key).Read();
            if (view?.Risk?.Case is not { } key || await gateway.Client.GetGrain<ICaseGrain>(key).Read() is not { Stage: not "closed" } said) continue;
            held.Add(new(packet, long.Parse(key.AsSpan(key.LastIndexOf('/') + 1), CultureInfo.InvariantCulture), said));
        }

        return new(held.ToImmutable());
    }

    internal static ICaseGrain Grain(GatewayPipeline gateway, AccountId account, (Name Packet, long Number) key) =>
        gateway.Client.GetGrain<ICaseGrain>(PacketDecider.CaseKey(new(account, key.Packet), key.Number));

    internal static ICaseGrain Grain(GatewayPipeline gateway, AccountId account, (Guid Deposit, long Number) key) =>
        gateway.Client.GetGrain<ICaseGrain>(HeldDeposit.CaseKey(account, key.Deposit, key.Number));

    internal static (Guid Deposit, long Number)? DepositKey(string deposit, string number) =>
        Guid.TryParse(deposit, out var id) && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var which) ? (id, which) : null;

    internal static (Name Packet, long Number)? Key(string packet, string number) =>
        Name.TryParse(packet, out var name) && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var which) ? (name, which) : null;

    internal static Task<IResult> BadKey(HttpContext http, GatewayPipeline gateway, ApiScope scope = ApiScope.Read) => gateway.RunAsync(
        http, scope, static _ => Task.FromResult(Problems.Result(GatewayPipeline.BadId($"{Name.Form}, or the id of a deposit, and the number of a case"))));

    private static Rejection? Same(GatewayCall call, CaseCommand.Review command) => command.By == call.Key.Id
        ? null
        : new(RejectionCode.Malformed, $"by {call.Key.Id}, the key that signs", $"by {command.By}");
}
