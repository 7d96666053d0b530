using TPWallet.Client;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may decide on a held payment, in whose name, and on which.</summary>
public sealed class ReviewRouteTests
{
    private static readonly PacketRef _packet = new(Bodies.Account, "p");

    [Fact]
    public async Task Review_OfAReviewer_ReachesTheNumberedCaseInHisName()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("rita", ApiScope.Review)]);
        (await Reviewer(host).ReviewAsync(new("one"), _packet, 7, ReviewDecision.Reject, "not him")).Should().BeOfType<CommandReply.Accepted>();
        var seen = host.Cluster.Seen.Should().ContainSingle().Subject;
        seen.Grain.Should().Be($"{_packet.Key}/7");
        var review = seen.Command.Should().BeOfType<CaseCommand.Review>().Subject;
        (review.By, review.Decision, review.Reason).Should().Be(((Name)"rita", ReviewDecision.Reject, "not him"));
    }

    [Fact]
    public async Task Review_WithoutTheScope_ReachesNothing()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("ops", ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator)]);
        (await Reviewer(host).ReviewAsync(new("one"), _packet, 7, ReviewDecision.Approve, "fine")).Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(RejectionCode.MissingScope);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("p/cases/7", """{"by":"rob","decision":"Approve","reason":"fine"}""")]
    [InlineData("p/cases/7", """{"by":"rita","decision":"Approve","reason":""}""")]
    [InlineData("p/cases/-1", """{"by":"rita","decision":"Approve","reason":"fine"}""")]
    [InlineData("P/cases/7", """{"by":"rita","decision":"Approve","reason":"fine"}""")]
    public async Task Review_InAnothersNameOrOfNoCase_IsRefused(string path, string body)
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("rita", ApiScope.Review, ApiScope.Read)]);
        var (status, answer) = await host.SendAsync(HttpMethod.Post, $"/v1/accounts/{Bodies.Account}/packets/{path}", body, "k");
        (status, GatewayHost.ProblemOf(answer).Code).Should().Be((400, RejectionCode.Malformed));
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task List_TellsWhatIsHeldWithTheNumberOfItsCase()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("rita", ApiScope.Read)]);
        (await Reviewer(host).ReadHeldAsync(Bodies.Account))!.Payments.Should().BeEmpty("the packet names no case");
        var run = new PacketRun().Propose().Simulated();
        var view = TPWallet.Domain.Packets.PacketDecider.View(run.State, 1)!;
        host.Cluster.Packet = () => view with { Risk = new PacketRiskView(run.Score(), $"{_packet.Key}/7", null) };
        var held = (await Reviewer(host).ReadHeldAsync(Bodies.Account))!.Payments.Should().ContainSingle().Subject;
        (held.Packet, held.Number, held.Case.Stage).Should().Be(((Name)"p", 7, "held"));
        (await Reviewer(host).ReadCaseAsync(_packet, 7))!.Score.Points.Should().Be(70);
    }

    [Fact]
    public async Task Waiting_OverTheTenant_LeavesOutWhatTheKeyMayNotName()
    {
        var other = new AccountId(new Bytes32(5));
        await using var host = await GatewayHost.StartAsync([ApiKeyFile.Generate("rita", "acme", [Bodies.Account.ToString()], [ApiScope.Read])]);
        var deposit = People.Id("deposit");
        host.Cluster.Queue = (from, most) => from is null
            ? new([$"{Bodies.Account}/p/7", $"{other}/p/1"], $"{Bodies.Account}/q/1")
            : new([HeldDeposit.CaseKey(Bodies.Account, deposit, 9)], null);
        var first = await Reviewer(host).ReadWaitingAsync();
        var seen = first.Cases.Should().ContainSingle().Subject;
        (seen.Account, seen.Subject, seen.Number).Should().Be((Bodies.Account, "p", 7));
        var second = await Reviewer(host).ReadWaitingAsync(first.Next);
        second.Cases.Single().Subject.Should().Be(HeldDeposit.CaseName(deposit));
        second.Next.Should().BeNull();
        (await host.SendAsync(HttpMethod.Get, "/v1/reviews?most=51", null, null)).Status.Should().Be(400);
    }

    [Fact]
    public async Task Review_OfADeposit_ReachesItsCase()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("rita", ApiScope.Review, ApiScope.Read)]);
        var deposit = People.Id("deposit");
        (await Reviewer(host).ReviewAsync(new("one"), Bodies.Account, deposit, 9, ReviewDecision.Approve, "known")).Should().BeOfType<CommandReply.Accepted>();
        host.Cluster.Seen.Should().ContainSingle().Which.Grain.Should().Be(HeldDeposit.CaseKey(Bodies.Account, deposit, 9));
        (await Reviewer(host).ReadCaseAsync(Bodies.Account, deposit, 9))!.Stage.Should().Be("held");
        var (status, _) = await host.SendAsync(HttpMethod.Post, $"/v1/accounts/{Bodies.Account}/deposits/x/cases/9", """{"by":"rita","decision":"Approve","reason":"fine"}""", "k");
        status.Should().Be(400);
    }

    [Fact]
    public async Task Held_Deposits_AreReadByPages()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("rita", ApiScope.Read)]);
        var next = People.Id("next");
        host.Cluster.Held = (from, most) => from is null && most == 5 ? new([], next) : new([], from == next ? null : next);
        var first = (await Reviewer(host).ReadHeldDepositsAsync(Bodies.Account, most: 5))!;
        first.Next.Should().Be(next);
        (await Reviewer(host).ReadHeldDepositsAsync(Bodies.Account, first.Next))!.Next.Should().BeNull();
    }

    private static RestReviewer Reviewer(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(Name id, params ReadOnlySpan<ApiScope> scopes) => ApiKeyFile.Generate(id, "acme", [ApiKey.AllAccounts], [.. scopes]);
}
