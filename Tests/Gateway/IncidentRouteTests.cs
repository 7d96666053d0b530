using System.Text.Json;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Client;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>Who sees incidents and says that he looks at them, by REST and by the command line.</summary>
public sealed class IncidentRouteTests
{
    private const string Incident = "dapp:eip155:31337:0x00000000000000000000000000000000000000aa:1";
    private static readonly IdempotencyKey _key = new("one-intention");

    public static TheoryData<string, Func<RestIncidents, Task<CommandReply>>> Commands => new()
    {
        { nameof(IncidentCommand.Acknowledge), silo => silo.AcknowledgeAsync(_key, Incident) },
        { nameof(IncidentCommand.Escalate), silo => silo.EscalateAsync(_key, Incident) },
        { nameof(IncidentCommand.Resolve), silo => silo.ResolveAsync(_key, Incident) },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OfAnOperator_ReachesTheIncidentInHisName(string command, Func<RestIncidents, Task<CommandReply>> send)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        (await send(Incidents(host))).Should().BeOfType<CommandReply.Accepted>();
        var seen = host.Cluster.Seen.Should().ContainSingle().Subject;
        (seen.Grain, seen.Command.GetType().Name).Should().Be((Incident, command));
        ((object)((dynamic)seen.Command).By).ToString().Should().Be("ops");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OfAnotherScopeTenantOrForSomeAccounts_ReachesNothing(string command, Func<RestIncidents, Task<CommandReply>> send)
    {
        foreach (var key in new[]
        {
            ApiKeyFile.Generate("ops", "acme", [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Admin, ApiScope.Review]),
            ApiKeyFile.Generate("ops", "other", [ApiKey.AllAccounts], [ApiScope.Operator]),
            ApiKeyFile.Generate("ops", "acme", [Bodies.Account.ToString()], [ApiScope.Operator]),
        })
        {
            await using var host = await GatewayHost.StartAsync([key]);
            (await send(Incidents(host))).Should().BeOfType<CommandReply.Refused>("{0}", command).Which.Rejection.Code.Should().Be(RejectionCode.MissingScope);
            host.Cluster.Seen.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("acknowledge", """{"by":"ana"}""", "Malformed")]
    [InlineData("resolve", """{"by":"ops","also":1}""", "UnknownField")]
    public async Task Command_InAnothersName_IsRefused(string what, string body, string code)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        var (status, answer) = await host.SendAsync(HttpMethod.Post, $"/v1/operator/incidents/{Incident}/{what}", body, "k");
        (status, $"{GatewayHost.ProblemOf(answer).Code}").Should().Be((400, code));
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Incidents_AreReadAndListed()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        (await Incidents(host).ReadAsync(Incident)).Should().BeNull("nothing was found");
        host.Cluster.Incident = static key => key == Incident ? View : null;
        (await Incidents(host).ReadAsync(Incident)).Should().Be(View);
        host.Cluster.Incidents = static (after, most, all) => after is null && (most, all) == (IncidentPage.Max, true) ? new([new(Incident, View)], "more") : new([], null);
        var first = await Incidents(host).ReadAllAsync(all: true);
        first.Incidents.Should().ContainSingle().Which.Incident.Should().Be(Incident);
        (await Incidents(host).ReadAllAsync(first.Next, all: true)).Incidents.Should().BeEmpty();
        (await Incidents(host).ReadAllAsync()).Incidents.Should().BeEmpty("resolved ones were not asked for");
        foreach (var bad in new[] { "most=0", "most=51", $"after={new string('x', 200)}" })
            (await host.SendAsync(HttpMethod.Get, $"/v1/operator/incidents?{bad}")).Status.Should().Be(400, bad);
        (await host.SendAsync(HttpMethod.Get, $"/v1/operator/incidents/{new string('x', 129)}")).Status.Should().Be(400);
    }

    [Fact]
    public async Task CommandLine_ShowsAndAcknowledges()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        (await CommandRun.OfAsync(host, "incident", "list")).Output.Should().Contain("nothing to look at");
        host.Cluster.Incident = static _ => View;
        host.Cluster.Incidents = static (_, _, all) => new(all ? [new(Incident, View)] : [], null);
        (await CommandRun.OfAsync(host, "incident", "list", "--all")).Output.Should().Contain(Incident).And.Contain("dapp.code-changed");
        (await CommandRun.OfAsync(host, "incident", "show", Incident)).Output.Should().Contain("open").And.Contain("Warning");
        (await CommandRun.OfAsync(host, "incident", "acknowledge", Incident)).Code.Should().Be(0);
        host.Cluster.Seen.Should().ContainSingle().Which.Command.Should().BeOfType<IncidentCommand.Acknowledge>();
    }

    [Fact]
    public async Task OpenApi_NamesTheRoutes()
    {
        await using var host = await GatewayHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        document.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name)
            .Where(path => path.StartsWith("/v1/operator/incidents", StringComparison.Ordinal)).Should().BeEquivalentTo(
                "/v1/operator/incidents", "/v1/operator/incidents/{incident}", "/v1/operator/incidents/{incident}/acknowledge",
                "/v1/operator/incidents/{incident}/escalate", "/v1/operator/incidents/{incident}/resolve");
    }

    private static IncidentView View { get; } =
        new(IncidentView.Open, IncidentSeverity.Warning, "dapp.code-changed", "one was another", People.Start, 1, 0, null, People.Start + Span.Hours(4), null);

    private static RestIncidents Incidents(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(Name id) => ApiKeyFile.Generate(id, "acme", [ApiKey.AllAccounts], [ApiScope.Operator]);
}
