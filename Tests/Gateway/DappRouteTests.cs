using System.Text.Json;
using TPWallet.Client;
using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Client;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may say what of a contract, in whose name, by REST and by the command line.</summary>
public sealed class DappRouteTests
{
    private static readonly IdempotencyKey _key = new("one-intention");
    private static readonly Address _dex = People.AddressOf("dex");
    private static readonly ContractCode _code = new(new Bytes32(7), People.AddressOf("v1"));
    private static readonly Instant _later = People.Start + Span.Hours(1);

    public static TheoryData<string, Func<RestDapps, Task<CommandReply>>> Commands => new()
    {
        { nameof(DappCommand.RecordAudit), silo => silo.RecordAuditAsync(_key, People.Chain, _dex, new("trail", new Bytes32(8), _code, People.Start, _later, new(0, 1, 2, 3))) },
        { nameof(DappCommand.RecordSource), silo => silo.RecordSourceAsync(_key, People.Chain, _dex, new(_code, null)) },
        { nameof(DappCommand.Withdraw), silo => silo.WithdrawAsync(_key, People.Chain, _dex, null, "a mistake") },
        { nameof(DappCommand.RecordHolders), silo => silo.RecordHoldersAsync(_key, People.Chain, _dex, 12) },
        { nameof(DappCommand.RecordIncident), silo => silo.RecordIncidentAsync(_key, People.Chain, _dex, "it was drained") },
        { nameof(DappCommand.Override), silo => silo.OverrideAsync(_key, People.Chain, _dex, new(_code, 0, _later, "rumours")) },
        { nameof(DappCommand.EndOverride), silo => silo.EndOverrideAsync(_key, People.Chain, _dex) },
        { nameof(DappCommand.Look), silo => silo.LookAsync(_key, People.Chain, _dex) },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OfAnOperator_ReachesTheRecordInHisName(string command, Func<RestDapps, Task<CommandReply>> send)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        (await send(Dapps(host))).Should().BeOfType<CommandReply.Accepted>();
        var seen = host.Cluster.Seen.Should().ContainSingle().Subject;
        (seen.Grain, seen.Command.GetType().Name).Should().Be((DappKey.Of(People.Chain, _dex), command));
        ((object)((dynamic)seen.Command).Operator).ToString().Should().Be("ops");
        seen.Command.CommandId.Should().NotBe(Guid.Empty);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OfAnotherScopeTenantOrForSomeAccounts_ReachesNothing(string command, Func<RestDapps, Task<CommandReply>> send)
    {
        foreach (var key in new[]
        {
            ApiKeyFile.Generate("ops", "acme", [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Admin, ApiScope.Review]),
            ApiKeyFile.Generate("ops", "other", [ApiKey.AllAccounts], [ApiScope.Operator]),
            ApiKeyFile.Generate("ops", "acme", [Bodies.Account.ToString()], [ApiScope.Operator]),
        })
        {
            await using var host = await GatewayHost.StartAsync([key]);
            (await send(Dapps(host))).Should().BeOfType<CommandReply.Refused>("{0}", command).Which.Rejection.Code.Should().Be(RejectionCode.MissingScope);
            host.Cluster.Seen.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("eip155:31337/0x00000000000000000000000000000000000000aa/incidents", """{"operator":"ana","reason":"x"}""", "Malformed")]
    [InlineData("bip122:000000000019d6689c085ae165831e93/0x00000000000000000000000000000000000000aa/incidents", """{"operator":"ops","reason":"x"}""", "Malformed")]
    [InlineData("eip155:31337/dex/incidents", """{"operator":"ops","reason":"x"}""", "Malformed")]
    [InlineData("eip155:31337/0x00000000000000000000000000000000000000aa/incidents", """{"operator":"ops","reason":"x","also":1}""", "UnknownField")]
    [InlineData("eip155:31337/0x00000000000000000000000000000000000000aa/holders", """{"operator":"ops","count":"many"}""", "Malformed")]
    [InlineData("eip155:31337/0x00000000000000000000000000000000000000aa/source", """{"operator":"ops","source":{"code":{"hash":"0x7","implementation":null},"deployedAt":null}}""", "Malformed")]
    public async Task Command_InAnothersNameOrOfNoContract_IsRefused(string path, string body, string code)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        var (status, answer) = await host.SendAsync(HttpMethod.Post, $"/v1/operator/dapps/{path}", body, "k");
        (status, $"{GatewayHost.ProblemOf(answer).Code}").Should().Be((400, code));
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Record_OfAContract_IsReadAndListed()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        (await Dapps(host).ReadAsync(People.Chain, _dex)).Should().BeNull("nothing was said of it");
        host.Cluster.Dapp = static () => View();
        (await Dapps(host).ReadAsync(People.Chain, _dex))!.Trust.PerMille.Should().Be(250);
        host.Cluster.Dapps = static (after, most, least) => after is null && (most, least) == (DappPage.Max, 200)
            ? new([new(People.Chain, _dex, View())], "more")
            : new([], null);
        var first = await Dapps(host).ReadAllAsync(least: 200);
        first.Dapps.Should().ContainSingle().Which.Address.Should().Be(_dex);
        (await Dapps(host).ReadAllAsync(first.Next, 200)).Dapps.Should().BeEmpty();
        foreach (var bad in new[] { "most=0", "most=51", "least=-1", "least=1001", $"after={new string('x', 200)}" })
            (await host.SendAsync(HttpMethod.Get, $"/v1/operator/dapps?{bad}")).Status.Should().Be(400, bad);
    }

    [Fact]
    public async Task CommandLine_RecordsAndShows()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops")]);
        var contract = new[] { People.Chain.ToString(), _dex.Value };
        var audit = await CommandRun.OfAsync(
            host, ["dapp", "audit", .. contract, "--code", new Bytes32(7).ToString(), "--implementation", People.AddressOf("v1").Value, "--auditor", "trail", "--report",
                new Bytes32(8).ToString(), "--at", "2026-01-31", "--until", "2027-01-31", "--medium", "2"]);
        audit.Code.Should().Be(0, audit.Error);
        var recorded = host.Cluster.Seen.Should().ContainSingle().Subject.Command.Should().BeOfType<DappCommand.RecordAudit>().Subject.Audit;
        recorded.Should().Be(new DappAudit("trail", new Bytes32(8), _code, Day(2026, 1, 31), Day(2027, 2, 1), new(0, 0, 2, 0)));
        (await CommandRun.OfAsync(host, ["dapp", "source", .. contract, "--code", "0x7"])).Code.Should().Be(2);
        (await CommandRun.OfAsync(host, ["dapp", "withdraw", .. contract, "--reason", "a mistake"])).Code.Should().Be(0);
        host.Cluster.Seen.Last().Command.Should().BeOfType<DappCommand.Withdraw>().Which.Report.Should().BeNull();
        host.Cluster.Dapp = static () => View();
        host.Cluster.Dapps = static (_, _, _) => new([new(People.Chain, _dex, View())], null);
        (await CommandRun.OfAsync(host, "dapp", "list")).Output.Should().Contain(_dex.Value).And.Contain("trust 250");
        (await CommandRun.OfAsync(host, ["dapp", "show", .. contract])).Output.Should().Contain("trust 250").And.Contain("source: +250");
        var help = await CommandRun.OfAsync(host, "dapp", "--help");
        foreach (var name in new[] { "show", "list", "audit", "source", "withdraw", "holders", "incident", "override", "end-override", "look" }) help.Output.Should().Contain(name);

        static Instant Day(int year, int month, int day) => new(new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task OpenApi_NamesTheRoutes()
    {
        await using var host = await GatewayHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var paths = document.RootElement.GetProperty("paths");
        paths.EnumerateObject().Select(path => path.Name).Where(path => path.StartsWith("/v1/operator/dapps", StringComparison.Ordinal)).Should().BeEquivalentTo(
            "/v1/operator/dapps", "/v1/operator/dapps/{chain}/{address}", "/v1/operator/dapps/{chain}/{address}/audits", "/v1/operator/dapps/{chain}/{address}/source",
            "/v1/operator/dapps/{chain}/{address}/withdraw", "/v1/operator/dapps/{chain}/{address}/holders", "/v1/operator/dapps/{chain}/{address}/incidents",
            "/v1/operator/dapps/{chain}/{address}/override", "/v1/operator/dapps/{chain}/{address}/override/end", "/v1/operator/dapps/{chain}/{address}/look");
        var body = paths.GetProperty("/v1/operator/dapps/{chain}/{address}/override").GetProperty("post").GetProperty("requestBody").ToString();
        body.Should().Contain("schema");
    }

    private static DappView View() => new(
        new(_code, People.Start), 0, new(_code, null), [], null, 3, 0, 0, null, new(1, 250, [new("source", 250)]));

    private static RestDapps Dapps(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(Name id) => ApiKeyFile.Generate(id, "acme", [ApiKey.AllAccounts], [ApiScope.Operator]);
}
