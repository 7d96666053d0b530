using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Client;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may stop what, and in whose name.</summary>
public sealed class OperatorRouteTests
{
    private static readonly IdempotencyKey Key = new("one-intention");
    private static readonly ApiKey Operator = KeyOf("ops", "acme", ApiKey.AllAccounts, ApiScope.Operator);

    public static TheoryData<string, string, Func<ITPWOperator, Task<CommandReply>>> Commands => new()
    {
        { nameof(AccountCommand.StopByOperator), $"{Bodies.Account}", silo => silo.StopAccountAsync(Key, Bodies.Account, "odd withdrawals") },
        { nameof(AccountCommand.ResumeByOperator), $"{Bodies.Account}", silo => silo.ResumeAccountAsync(Key, Bodies.Account) },
        { nameof(AccountCommand.ErasePersonal), $"{Bodies.Account}", silo => silo.EraseAccountAsync(Key, Bodies.Account, "ticket 7") },
        { nameof(TrackerCommand.StopByOperator), $"{People.Chain}", silo => silo.StopChainAsync(Key, People.Chain, "odd nodes") },
        { nameof(TrackerCommand.ResumeByOperator), $"{People.Chain}", silo => silo.ResumeChainAsync(Key, People.Chain) },
        { nameof(TrackerCommand.Resume), $"{People.Chain}", silo => silo.ResumeChainFromAsync(Key, People.Chain, new(7, new Bytes32(9))) },
        { nameof(SupernodeCommand.Cordon), $"{People.Chain}/n1", silo => silo.CordonNodeAsync(Key, People.Chain, "n1", "maintenance") },
        { nameof(SupernodeCommand.Uncordon), $"{People.Chain}/n1", silo => silo.UncordonNodeAsync(Key, People.Chain, "n1") },
        { nameof(SupernodeCommand.Reinstate), $"{People.Chain}/n1", silo => silo.ReinstateNodeAsync(Key, People.Chain, "n1", "its peers are back") },
        { nameof(PeerCommand.Forgive), "other", silo => silo.ForgivePeerAsync(Key, "other", "ticket 7") },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OfAnOperator_ReachesItsGrainInHisName(string command, string grain, Func<ITPWOperator, Task<CommandReply>> send)
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        (await send(new RestOperator(host.Http, host.Key, host.Clock))).Should().BeOfType<CommandReply.Accepted>();
        var seen = host.Cluster.Seen.Should().ContainSingle().Subject;
        (seen.Grain, seen.Command.GetType().Name).Should().Be((grain, command));
        ((object)((dynamic)seen.Command).Operator).ToString().Should().Be("ops");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_WithoutTheScope_ReachesNothing(string command, string grain, Func<ITPWOperator, Task<CommandReply>> send)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("shop", "acme", ApiKey.AllAccounts, ApiScope.Read, ApiScope.Propose, ApiScope.Admin)]);
        (await send(new RestOperator(host.Http, host.Key, host.Clock))).Should().BeOfType<CommandReply.Refused>("{0} of {1}", command, grain)
            .Which.Rejection.Code.Should().Be(RejectionCode.MissingScope);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("other", ApiKey.AllAccounts)]
    [InlineData("acme", null)]
    public async Task Chain_OfAKeyForOneTenantOrAccountOnly_IsRefused(string tenant, string? accounts)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops", tenant, accounts ?? $"{Bodies.Account}", ApiScope.Operator)]);
        (await new RestOperator(host.Http, host.Key, host.Clock).StopChainAsync(Key, People.Chain, "mine")).Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.MissingScope, "a chain is everyone's");
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Stop_InAnothersName_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        var (status, body) = await host.SendAsync(
            HttpMethod.Post, $"/v1/operator/accounts/{Bodies.Account}/stop", """{"operator":"ana","reason":"x"}""", "k");
        (status, GatewayHost.ProblemOf(body).Code).Should().Be((400, RejectionCode.Malformed));
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Refusal_OfAStoppedAccount_HasItsCode()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(
            new CommandReply.Refused(new OperatorStop("ops", "odd", People.Start).Refuse($"account {Bodies.Account}")));
        var (status, body) = await host.SendAsync(
            HttpMethod.Post, $"/v1/operator/accounts/{Bodies.Account}/stop", """{"operator":"ops","reason":"x"}""", "k");
        status.Should().Be(409);
        GatewayHost.ProblemOf(body).Should().Match<Problem>(p => p.Code == RejectionCode.OperatorStopped && p.Actual.Contains("ops") && p.Actual.Contains("odd"));
    }

    [Fact]
    public async Task Peer_IsShownWithItsReasons_AndForgivenWithOne()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        var shown = (await CommandRun.OfAsync(host, "operator", "peer", "other")).Output;
        shown.Should().Contain("other: Barred, -410.250 points (1.000 good, 411.250 bad); 2 open channels").And.Contain("LockHeld 3").And.Contain("no channel below -400")
            .And.Contain("each channel holds at most 3 locks for it").And.Contain("LockHeld ×3").And.Contain("forgiven 60.000 points").And.Contain("by ops: ticket 7");
        (await CommandRun.OfAsync(host, "operator", "peer", "other", "--forgive")).Code.Should().NotBe(0, "a reason goes with it");
        host.Cluster.Seen.Should().BeEmpty();
        (await CommandRun.OfAsync(host, "operator", "peer", "other", "--forgive", "--because", "ticket 8")).Code.Should().Be(0);
        host.Cluster.Seen.Should().ContainSingle().Which.Command.Should().BeOfType<PeerCommand.Forgive>().Which.Because.Should().Be("ticket 8");
    }

    [Fact]
    public async Task Peer_ThatNothingIsKnownOf_IsNotFound()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        var (status, body) = await host.SendAsync(HttpMethod.Get, "/v1/operator/peers/nobody", "", "k");
        (status, GatewayHost.ProblemOf(body).Code, GatewayHost.ProblemOf(body).Actual).Should().Be((404, RejectionCode.NotFound, "nobody"));
    }

    [Fact]
    public async Task Peer_ForgivenInAnothersName_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        var (status, body) = await host.SendAsync(HttpMethod.Post, "/v1/operator/peers/other/forgive", """{"operator":"ana","because":"x"}""", "k");
        (status, GatewayHost.ProblemOf(body).Code).Should().Be((400, RejectionCode.Malformed));
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Node_Read_TellsItsStanding()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        (await new RestOperator(host.Http, host.Key, host.Clock).ReadNodeAsync(People.Chain, "n1"))!.Cordoned.Should().BeTrue();
    }

    [Fact]
    public async Task Service_OfAChain_IsByNodeAndAddedUpByOrganisation()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        var service = (await new RestOperator(host.Http, host.Key, host.Clock).ReadChainServiceAsync(People.Chain))!;
        service.Nodes.Select(static line => line.Name.Value).Should().Equal("n1", "n2");
        service.Organisations.Should().ContainSingle().Which.Should().Match<ServiceLine>(static line =>
            line.Name == "acme" && line.Service.Asked == 200 && line.Service.Availability == 90_000 && line.Service.Times[0] == 2);
        service.Relays.Should().ContainSingle("of r2 nothing is known yet").Which.Should().Match<RelayLine>(static line =>
            line.Name == "r1" && line.Organisation == "builders" && line.Service.Included == 2 && line.Service.MedianWait == 1);
        (await CommandRun.OfAsync(host, "operator", "service", $"{People.Chain}")).Output.Should()
            .Contain("relay r1 of builders: given 3, included 2, half within 1 blocks").And.Contain("leaked 1");
    }

    [Fact]
    public async Task Evidence_OfAQuarantinedNode_IsReadAndOfAnotherIsNotThere()
    {
        await using var host = await GatewayHost.StartAsync([Operator]);
        var silo = new RestOperator(host.Http, host.Key, host.Clock);
        (await silo.ReadNodeEvidenceAsync(People.Chain, "n1"))!.Should().Match<NodeEvidence>(static found => found.Fact == "head.stale" && found.Evidence.Length == 1);
        (await silo.ReadNodeEvidenceAsync(People.Chain, "n2")).Should().BeNull();
    }

    private static ApiKey KeyOf(Name id, Name tenant, string accounts, params ReadOnlySpan<ApiScope> scopes) =>
        ApiKeyFile.Generate(id, tenant, [accounts], [.. scopes]);
}
