using System.Text.Json;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Client;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may say who is told of an account, and what a caller sees of it: over REST, by the SDK and by tpw.</summary>
public sealed class WebhookRouteTests
{
    private const string Url = "https://example.com/hook";

    private static readonly string _secret = WebhookSecret.New();
    private static readonly string _path = $"/v1/accounts/{Bodies.Account}/webhooks";

    public static TheoryData<string, Func<RestWebhooks, Task<CommandReply>>> Commands => new()
    {
        { nameof(WebhookCommand.Add), hooks => hooks.AddAsync(new("k"), Bodies.Account, "hook", Url, ["leg.*"], true, _secret) },
        { nameof(WebhookCommand.Update), hooks => hooks.UpdateAsync(new("k"), Bodies.Account, "hook", Url, [], false, true) },
        { nameof(WebhookCommand.Remove), hooks => hooks.RemoveAsync(new("k"), Bodies.Account, "hook") },
        { nameof(WebhookCommand.Rotate), hooks => hooks.RotateAsync(new("k"), Bodies.Account, "hook", _secret, Span.Hours(1)) },
        { nameof(WebhookCommand.Try), hooks => hooks.TestAsync(new("k"), Bodies.Account, "hook") },
        { nameof(WebhookCommand.Resend), hooks => hooks.ResendAsync(new("k"), Bodies.Account, "hook", "0xab", default, true) },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_ReachesTheAccountsGrain_AndTakesScopeAdmin(string command, Func<RestWebhooks, Task<CommandReply>> send)
    {
        await using var host = await StartAsync(ApiScope.Admin);
        (await send(Hooks(host))).Should().BeOfType<CommandReply.Accepted>();
        var seen = host.Cluster.Seen.Should().ContainSingle().Subject;
        (seen.Grain, seen.Command.GetType().Name).Should().Be(($"{Bodies.Account}", command));
        await using var other = await StartAsync(ApiScope.Read, ApiScope.Propose, ApiScope.Operator, ApiScope.Review);
        (await send(Hooks(other))).Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.MissingScope);
        other.Cluster.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("other", Url, 400)]
    [InlineData("hook", "http://example.com/hook", 400)]
    [InlineData("hook", "https://127.0.0.1/hook", 400)]
    [InlineData("hook", "https://[fd00::1]/hook", 400)]
    [InlineData("hook", Url, 200)]
    public async Task Add_WhatCanBeSeenToBeWrong_IsRefusedAtTheGateway(string name, string url, int status)
    {
        await using var host = await StartAsync(ApiScope.Admin);
        var body = Bodies.Of(new WebhookCommand.Add(Guid.Empty, name, url, [], true, _secret));
        (await host.SendAsync(HttpMethod.Put, $"{_path}/hook", body, "k")).Status.Should().Be(status);
        host.Cluster.Seen.Should().HaveCount(status == 200 ? 1 : 0);
    }

    [Fact]
    public async Task Stream_WhereNoneIsConfigured_IsRefused()
    {
        await using var host = await StartAsync(ApiScope.Admin);
        (await Hooks(host).AddAsync(new("k"), Bodies.Account, "hook", "stream:told", [], true, _secret)).Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.UnsupportedScheme);
        (await Hooks(host).UpdateAsync(new("l"), Bodies.Account, "hook", "stream:told", [], true, true)).Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.UnsupportedScheme);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Add_ForAnAccountThatIsNotRegistered_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Admin)]);
        host.Cluster.Lineage = null;
        (await Hooks(host).AddAsync(new("k"), Bodies.Account, "hook", Url, [], true, _secret)).Should().BeOfType<CommandReply.Refused>(
            "whoever registers it later would be told of to a stranger").Which.Rejection.Code.Should().Be(RejectionCode.NotRegistered);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Views_AreReadWithScopeRead_AndShowNoSecret()
    {
        await using var host = await StartAsync(ApiScope.Read);
        var hooks = Hooks(host);
        (await hooks.ReadAsync(Bodies.Account))!.Endpoints.Should().ContainSingle().Which.Url.Should().Be(Url);
        (await hooks.ReadAsync(Bodies.Account, "hook"))!.Secrets.Should().Be(2);
        (await hooks.ReadAsync(Bodies.Account, "none")).Should().BeNull();
        (await host.SendAsync(HttpMethod.Get, _path)).Body.Should().NotContain("whsec_").And.NotContain("sealed:");
        var page = await hooks.ReadDeliveriesAsync(Bodies.Account, new("hook", 9, "evt_1", "packet/rent", 500));
        (page!.Deliveries.Single().Attempt.Status, page.Next).Should().Be((500, 3L));
        host.Cluster.Asked.Should().Be(new DeliveryQuery("hook", 9, "evt_1", "packet/rent", 500));
        await hooks.ReadDeliveriesAsync(Bodies.Account, new("hook", 0, "", "", -1));
        host.Cluster.Asked.Should().Be(new DeliveryQuery("hook", 0, "", "", -1));
        (await hooks.ReadDeadLettersAsync(Bodies.Account, "hook"))!.Letters.Should().ContainSingle();
        (await hooks.ReadDeadLettersAsync(Bodies.Account, "none")).Should().BeNull();
    }

    [Theory]
    [InlineData("hook/deliveries?before=-1")]
    [InlineData("hook/deliveries?status=ok")]
    [InlineData("HOOK/deliveries")]
    [InlineData("HOOK/dead-letters")]
    public async Task Query_OfAnotherForm_IsMalformed(string path)
    {
        await using var host = await StartAsync(ApiScope.Read);
        var (status, body) = await host.SendAsync(HttpMethod.Get, $"{_path}/{path}");
        (status, GatewayHost.ProblemOf(body).Code).Should().Be((400, RejectionCode.Malformed));
    }

    [Fact]
    public async Task Document_DescribesEveryRoute()
    {
        await using var host = await StartAsync(ApiScope.Read);
        using var document = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var paths = document.RootElement.GetProperty("paths");
        foreach (var (path, method) in new[]
        {
            ("", "get"), ("/{endpoint}", "get"), ("/{endpoint}", "put"), ("/{endpoint}/update", "post"), ("/{endpoint}/remove", "post"), ("/{endpoint}/rotate", "post"),
            ("/{endpoint}/test", "post"), ("/{endpoint}/resend", "post"), ("/{endpoint}/deliveries", "get"), ("/{endpoint}/dead-letters", "get"),
        })
            paths.GetProperty($"/v1/accounts/{{id}}/webhooks{path}").GetProperty(method).GetProperty("responses").EnumerateObject().Should().HaveCountGreaterThan(5);
    }

    [Fact]
    public async Task CommandLine_AddsListsRotatesAndResends()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Lineage = Registered;
        var id = Bodies.Account.ToString();
        var added = await CommandRun.OfAsync(host, "webhook", "add", id, "hook", "--url", Url, "--type", "leg.*", "--type", "packet.settled", "--ordered", "--json");
        added.Code.Should().Be(0, added.Error);
        var add = (WebhookCommand.Add)host.Cluster.Seen.Single().Command;
        (add.Ordered, string.Join(' ', add.Types)).Should().Be((true, "leg.* packet.settled"));
        JsonDocument.Parse(added.Output).RootElement.GetProperty("secret").GetString().Should().Be(add.Secret, "it is shown this once");
        var file = Path.Combine(host.Folder, "secret");
        await File.WriteAllTextAsync(file, _secret + "\n");
        (await CommandRun.OfAsync(host, "webhook", "rotate", id, "hook", "--overlap-hours", "2", "--secret-file", file)).Code.Should().Be(0);
        ((WebhookCommand.Rotate)host.Cluster.Seen.Last().Command).Should().Match<WebhookCommand.Rotate>(one => one.Secret == _secret && one.Overlap == Span.Hours(2));
        (await CommandRun.OfAsync(host, "webhook", "resend", id, "hook", "0xab", "--dead", "--since", "2026-01-31T12:00:00Z")).Code.Should().Be(0);
        ((WebhookCommand.Resend)host.Cluster.Seen.Last().Command).Should()
            .Match<WebhookCommand.Resend>(one => one.What == "0xab" && one.OnlyFailed && one.Since == new Instant(1_769_860_800_000));
        (await CommandRun.OfAsync(host, "webhook", "update", id, "hook", "--enabled", "false")).Code.Should().Be(0);
        ((WebhookCommand.Update)host.Cluster.Seen.Last().Command).Should().Match<WebhookCommand.Update>(one => !one.Enabled && one.Url == Url && one.Ordered);
        var list = await CommandRun.OfAsync(host, "webhook", "list", id);
        list.Output.Should().Contain("hook https://example.com/hook: told, in order").And.Contain("1 dead letters");
        (await CommandRun.OfAsync(host, "webhook", "deliveries", id, "hook", "--status", "500")).Output.Should().Contain("status 500").And.Contain("--before 3");
        (await CommandRun.OfAsync(host, "webhook", "dead", id, "hook")).Output.Should().Contain("evt_1");
        (await CommandRun.OfAsync(host, "webhook", "test", id, "hook")).Code.Should().Be(0);
        (await CommandRun.OfAsync(host, "webhook", "remove", id, "hook")).Code.Should().Be(0);
    }

    private static AccountLineage Registered => new(Bodies.Genesis, []);

    private static async Task<GatewayHost> StartAsync(params ApiScope[] scopes)
    {
        var host = await GatewayHost.StartAsync([KeyOf(scopes)]);
        host.Cluster.Lineage = Registered;
        return host;
    }

    private static RestWebhooks Hooks(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(params ApiScope[] scopes) => ApiKeyFile.Generate("ops", "acme", [ApiKey.AllAccounts], [.. scopes]);
}
