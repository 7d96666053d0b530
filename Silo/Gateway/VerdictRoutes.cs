using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What an outside screening service is asked, and its verdicts. The provider that a verdict names is the API key that signed the request; the verdict names the hash of what
/// was asked, and the path the case's number, so that it never falls on anything else.
/// </summary>
internal static class VerdictRoutes
{
    private const string Packet = ReviewRoutes.Case + "/verdict";
    private const string Deposit = ReviewRoutes.DepositCase + "/verdict";

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapGet(Packet, (HttpContext http, GatewayPipeline gateway, string id, string packet, string number) => ReviewRoutes.Key(packet, number) is { } key
            ? gateway.ReadAsync(http, id, account => ReviewRoutes.Grain(gateway, account, key).ReadQuestion(), ApiScope.Screen)
            : ReviewRoutes.BadKey(http, gateway, ApiScope.Screen)).View<VerdictQuestion>("ReadVerdictQuestion");
        routes.MapPost(Packet, (HttpContext http, GatewayPipeline gateway, string id, string packet, string number) => ReviewRoutes.Key(packet, number) is { } key
            ? RecordAsync(http, gateway, id, $"{packet}/{number}", account => ReviewRoutes.Grain(gateway, account, key))
            : ReviewRoutes.BadKey(http, gateway, ApiScope.Screen)).Command<CaseCommand.RecordVerdict>("RecordVerdict");
        routes.MapGet(Deposit, (HttpContext http, GatewayPipeline gateway, string id, string deposit, string number) => ReviewRoutes.DepositKey(deposit, number) is { } key
            ? gateway.ReadAsync(http, id, account => ReviewRoutes.Grain(gateway, account, key).ReadQuestion(), ApiScope.Screen)
            : ReviewRoutes.BadKey(http, gateway, ApiScope.Screen)).View<VerdictQuestion>("ReadDepositVerdictQuestion");
        routes.MapPost(Deposit, (HttpContext http, GatewayPipeline gateway, string id, string deposit, string number) => ReviewRoutes.DepositKey(deposit, number) is { } key
            ? RecordAsync(http, gateway, id, $"{HeldDeposit.CaseName(key.Deposit)}/{number}", account => ReviewRoutes.Grain(gateway, account, key))
            : ReviewRoutes.BadKey(http, gateway, ApiScope.Screen)).Command<CaseCommand.RecordVerdict>("RecordDepositVerdict");
        routes.MapGet("/verdicts", (HttpContext http, GatewayPipeline gateway, AccountAccess access, string? from, int? most) => gateway.RunAsync(
            http, ApiScope.Screen, async call => from is { Length: > ReviewRoutes.MaxKey } || most is < 1 or > ReviewQueuePage.Max
                ? Problems.Result(GatewayPipeline.BadId($"from, of at most {ReviewRoutes.MaxKey} characters, and most, of 1 to {ReviewQueuePage.Max}"))
                : GatewayPipeline.View(await WantedAsync(gateway, access, call, from, most ?? ReviewQueuePage.Max)))).View<WantedVerdicts>("ReadWantedVerdicts");
    }

    private static Task<IResult> RecordAsync(HttpContext http, GatewayPipeline gateway, string id, string subject, Func<AccountId, ICaseGrain> grain) =>
        gateway.CommandAsync<CaseCommand.RecordVerdict>(
            http, ApiScope.Screen, Operations.RecordVerdict, id, subject,
            (call, command, _) => command.Screening.Provider == call.Key.Id
                ? null
                : new(RejectionCode.Malformed, $"a verdict of {call.Key.Id}, the key that signs", $"of {command.Screening.Provider}"),
            (command, account) => grain(account).Submit(command));

    /// <summary>What of the tenant's queue waits for a verdict: a service that missed an event finds its question here.</summary>
    private static async Task<WantedVerdicts?> WantedAsync(GatewayPipeline gateway, AccountAccess access, GatewayCall call, string? from, int most)
    {
        var wanted = ImmutableArray.CreateBuilder<WantedVerdict>();
        var (listed, next) = await ReviewRoutes.ListedAsync(gateway, access, call, from, most);
        foreach (var (account, subject, number, grain) in listed)
            if (await grain.ReadQuestion() is { IsOpen: true } question) wanted.Add(new(account, subject, number, question));
        return new(wanted.ToImmutable(), next);
    }
}
