using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Incidents that somebody has to look at, and who does. They are everyone's: their routes want a key of the silo's own tenant that names all accounts, and whom the body
/// names is the key that signed the request.
/// </summary>
internal static class IncidentRoutes
{
    private const string All = "/operator/incidents";
    private const string Incident = All + "/{incident}";
    private const int MaxKey = 128;

    public static void Map(RouteGroupBuilder routes, string tenant)
    {
        routes.MapGet(All, (HttpContext http, GatewayPipeline gateway, string? after, int? most, bool? all) => OperatorRoutes.ForAllAsync(
            http, gateway, tenant, async _ => after is { Length: > MaxKey } || most is < 1 or > IncidentPage.Max
                ? Problems.Result(GatewayPipeline.BadId($"after, of at most {MaxKey} characters, and most, of 1 to {IncidentPage.Max}"))
                : GatewayPipeline.View(await List(gateway).Read(after, most ?? IncidentPage.Max, all ?? false).WaitAsync(http.RequestAborted)))).View<IncidentPage>("ReadIncidents");
        routes.MapGet(Incident, (HttpContext http, GatewayPipeline gateway, string incident) => OnIncidentAsync(
            http, gateway, tenant, incident, async (_, grain) => GatewayPipeline.View(await grain.Read().WaitAsync(http.RequestAborted)))).View<IncidentView>("ReadIncident");
        Post<IncidentCommand.Acknowledge>(routes, tenant, "/acknowledge", Operations.AcknowledgeIncident, "AcknowledgeIncident", static command => command.By);
        Post<IncidentCommand.Escalate>(routes, tenant, "/escalate", Operations.EscalateIncident, "EscalateIncident", static command => command.By);
        Post<IncidentCommand.Resolve>(routes, tenant, "/resolve", Operations.ResolveIncident, "ResolveIncident", static command => command.By);
    }

    private static void Post<T>(RouteGroupBuilder routes, string tenant, string path, string operation, string name, Func<T, Name> byOf)
        where T : IncidentCommand =>
        routes.MapPost(Incident + path, (HttpContext http, GatewayPipeline gateway, string incident) => OnIncidentAsync(
            http, gateway, tenant, incident, async (call, grain) =>
            {
                var (command, rejection) = GatewayPipeline.Parse<T>(call, operation, incident);
                rejection ??= OperatorRoutes.Same(call, byOf(command!).Value);
                return rejection is null ? await gateway.AnswerAsync(call, command!, () => grain.Submit(command!)) : Problems.Result(rejection);
            })).Command<T>(name);

    private static Task<IResult> OnIncidentAsync(
        HttpContext http, GatewayPipeline gateway, string tenant, string incident, Func<GatewayCall, IIncidentGrain, Task<IResult>> handler) =>
        OperatorRoutes.ForAllAsync(http, gateway, tenant, call => incident.Length <= MaxKey
            ? handler(call, gateway.Client.GetGrain<IIncidentGrain>(incident))
            : Task.FromResult(Problems.Result(GatewayPipeline.BadId($"an incident's key, of at most {MaxKey} characters"))));

    private static IIncidentListGrain List(GatewayPipeline gateway) => gateway.Client.GetGrain<IIncidentListGrain>(IncidentPage.Key);
}
