using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;

namespace TPWallet.Tests.Gateway;

public sealed class IdempotencyTests
{
    private static readonly CommandReply Refusal = new CommandReply.Refused(new(RejectionCode.Frozen, "a warm account", "a frozen one", ["rule-1"]));

    [Fact]
    public async Task SameKey_SameBody_SameAnswerAndAskedOnce()
    {
        await using var host = await GatewayHost.StartAsync();
        var first = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        host.Cluster.Answer = _ => Task.FromResult(Refusal);
        var second = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        first.Status.Should().Be(200);
        second.Should().Be(first);
        host.Cluster.Seen.Should().ContainSingle();
    }

    [Fact]
    public async Task SameKey_OtherBody_Conflicts()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        var (status, body) = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel("other"), "k1");
        status.Should().Be(409);
        GatewayHost.ProblemOf(body).Code.Should().Be(RejectionCode.IdempotencyMismatch);
        host.Cluster.Seen.Should().ContainSingle();
    }

    [Fact]
    public async Task SameKey_OtherGenesis_Conflicts()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.SendAsync(HttpMethod.Post, "/v1/accounts", Bodies.Register, "k1");
        var other = Domain.People.GenesisOf(Domain.People.StandardPolicy, Domain.People.All, "another nonce");
        var reply = await host.Wallet.RegisterAccountAsync(new("k1"), other, Domain.People.Prove(other, Domain.People.All));
        reply.Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.IdempotencyMismatch);
    }

    [Fact]
    public async Task SameKey_WhileTheFirstRuns_Conflicts()
    {
        await using var host = await GatewayHost.StartAsync();
        var (reached, answer) = (new TaskCompletionSource(), new TaskCompletionSource<CommandReply>());
        host.Cluster.Answer = _ =>
        {
            reached.SetResult();
            return answer.Task;
        };
        var first = host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var (status, body) = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        status.Should().Be(409);
        GatewayHost.ProblemOf(body).Code.Should().Be(RejectionCode.Retry);
        answer.SetResult(new CommandReply.Accepted(4, []));
        (await first).Status.Should().Be(200);
    }

    [Fact]
    public async Task Refusal_Remembered_ForADayOnly()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Answer = _ => Task.FromResult(Refusal);
        var first = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Accepted(2, []));
        var again = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        host.Clock.Shift = TimeSpan.FromHours(25);
        var nextDay = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        first.Status.Should().Be(409);
        again.Should().Be(first);
        nextDay.Status.Should().Be(200);
    }

    [Theory]
    [InlineData(RejectionCode.OutcomeUnknown)]
    [InlineData(RejectionCode.Retry)]
    [InlineData(RejectionCode.Overloaded)]
    public async Task Refusal_ThatDecidesNothing_IsAskedAgain(RejectionCode code)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Refused(new(code, "an answer", "none")));
        await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Accepted(2, []));
        (await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1")).Status.Should().Be(200);
        host.Cluster.Seen.Select(seen => seen.Command.CommandId).Distinct().Should().ContainSingle("the grain must know the command again");
    }

    [Fact]
    public async Task GrainFailure_ForACommand_IsOutcomeUnknown()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Answer = _ => throw new TimeoutException();
        var (status, body) = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k1");
        status.Should().Be(503);
        GatewayHost.ProblemOf(body).Code.Should().Be(RejectionCode.OutcomeUnknown);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("with space")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Key_MissingOrBad_IsRefused(string? key)
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body) = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), key);
        status.Should().Be(400);
        GatewayHost.ProblemOf(body).Expected.Should().Contain(IdempotencyKey.Header);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public void CommandId_OtherTenantRouteSubjectOrKey_IsAnother()
    {
        var key = new IdempotencyKey("0d9a7d6e-2f43-4b8c-9f7a-6f1f1f1f1f1f");
        Guid[] ids =
        [
            key.CommandId("acme", "a", "s"), key.CommandId("other", "a", "s"), key.CommandId("acme", "b", "s"), key.CommandId("acme", "a", "t"),
            key.CommandId("acme", "as", ""), new IdempotencyKey("k").CommandId("acme", "a", "s"), Guid.Parse(key.Value),
        ];
        ids.Should().OnlyHaveUniqueItems();
        key.CommandId("acme", "a", "s").Should().Be(ids[0]);
    }

    [Fact]
    public async Task Memory_Full_ForgetsTheOldest()
    {
        var memory = new AnswerMemory(TimeProvider.System, store: null, maxAnswers: 2);
        var runs = 0;
        Task<CommandReply> Run()
        {
            runs++;
            return Task.FromResult(Refusal);
        }

        var ids = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var id in ids) await memory.AnswerAsync(id, Bytes32.Zero, Run);
        await memory.AnswerAsync(ids[2], Bytes32.Zero, Run);
        runs.Should().Be(3, "the newest is remembered");
        await memory.AnswerAsync(ids[0], Bytes32.Zero, Run);
        runs.Should().Be(4, "the oldest was forgotten");
    }
}
