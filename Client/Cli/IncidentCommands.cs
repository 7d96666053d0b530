using System.Collections.Immutable;
using System.CommandLine;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Client.Cli;

/// <summary>tpw incident: what somebody has to look at. Needs an API key with scope Operator.</summary>
internal static class IncidentCommands
{
    private const int MaxPages = 20;

    public static Command Create() => new(
        "incident", "Shows incidents that somebody has to look at, and says that somebody does. Needs an API key with scope Operator; moves no funds.")
    {
        List(),
        Show(),
        Send("acknowledge", "You look at it: it is passed on no further for a day.", static (silo, key, incident, token) => silo.AcknowledgeAsync(key, incident, token)),
        Send("escalate", "It is graver than it was thought.", static (silo, key, incident, token) => silo.EscalateAsync(key, incident, token)),
        Send("resolve", "It is over; somebody has to have acknowledged it.", static (silo, key, incident, token) => silo.ResolveAsync(key, incident, token)),
    };

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "Also those that are resolved." };
        return new Command("list", "Incidents that are not resolved: key, stage, severity, code, since when, what was found.") { all }.Runs(async (session, cancellationToken) =>
        {
            var page = await AllAsync(await session.IncidentsAsync(cancellationToken), session.Find(all), cancellationToken);
            session.Report.Show(page, ContractJson.Default.IncidentPage, console =>
            {
                if (page.Incidents.IsEmpty) Report.Line(console, "nothing to look at");
                foreach (var one in page.Incidents) Report.Line(console, $"{one.Incident}: {Told(one.Known)}");
                if (page.Next is not null) Report.Line(console, $"and more: only the first {MaxPages * IncidentPage.Max} were looked at");
            });
            return ExitCode.Done;
        });
    }

    private static Command Show()
    {
        var incident = Key();
        return new Command("show", "An incident.") { incident }.Runs(async (session, cancellationToken) =>
        {
            var view = await (await session.IncidentsAsync(cancellationToken)).ReadAsync(session.Get(incident), cancellationToken)
                ?? throw Session.NotFound($"incident {session.Get(incident)}");
            session.Report.Show(view, ContractJson.Default.IncidentView, console => Report.Line(console, Told(view)));
            return ExitCode.Done;
        });
    }

    private static Command Send(
        string name, string description, Func<RestIncidents, IdempotencyKey, string, CancellationToken, Task<CommandReply>> send)
    {
        var incident = Key();
        return new Command(name, description) { incident }.Runs(async (session, cancellationToken) => session.Report.Reply(
            await send(await session.IncidentsAsync(cancellationToken), session.Key, session.Get(incident), cancellationToken), session.Key));
    }

    private static async Task<IncidentPage> AllAsync(RestIncidents silo, bool all, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<IncidentEntry>();
        string? next = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var read = await silo.ReadAllAsync(next, all, cancellationToken: cancellationToken);
            found.AddRange(read.Incidents);
            next = read.Next;
            if (next is null) break;
        }

        return new(found.ToImmutable(), next);
    }

    private static string Told(IncidentView view) =>
        $"{view.Stage}{(view.By is { } by ? $" by {by}" : "")}, {view.Severity}, {view.Code}, since {view.Since}: {view.Detail}";

    private static Argument<string> Key() => new("incident") { Description = "The incident's key, as `list` shows it." };
}
