using Orleans;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace TPWallet.Tests.Runtime;

/// <summary>Calls, answers and failures across the reference.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster = new InProcessTestClusterBuilder(2).Build();

    public Task InitializeAsync() => _cluster.DeployAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Call_EveryReturnShape_AnswersItsValue()
    {
        var grain = _cluster.Client.GetGrain<IEchoGrain>("a/b c");

        (await grain.Echo("hello")).Should().Be("hello");
        (await grain.Add(2, 3)).Should().Be(5);
        await grain.Nothing();
        await grain.NothingAtAll();
        (await grain.Key()).Should().Be("a/b c");
    }

    [Fact]
    public async Task Call_FromGrainToGrain_Answers()
    {
        var grain = _cluster.Client.GetGrain<IEchoGrain>("asker");

        (await grain.AskOther("asked", "text")).Should().Be("text");
    }

    [Fact]
    public async Task Call_Throws_CallerGetsTheSameTypeAndWords()
    {
        var grain = _cluster.Client.GetGrain<IEchoGrain>("failing");

        await grain.Awaiting(one => one.Fail("late")).Should().ThrowAsync<FormatException>().WithMessage("late");
        await grain.Awaiting(one => one.FailBeforeTheFirstAwait("early")).Should().ThrowAsync<FormatException>().WithMessage("early");
    }

    [Fact]
    public async Task Reference_GivenAway_IsEqualAndCallable()
    {
        var grain = _cluster.Client.GetGrain<IEchoGrain>("self");

        var self = await grain.Self();

        self.Should().Be(grain);
        self.GetGrainId().Should().Be(GrainId.Create("echo", "self"));
        (await self.Echo("again")).Should().Be("again");
        grain.Should().NotBe(_cluster.Client.GetGrain<IEchoGrain>("other"));
    }

    [Fact]
    public void GetGrain_BlankKey_IsRefused() =>
        _cluster.Client.Invoking(client => client.GetGrain<IEchoGrain>(" ")).Should().Throw<ArgumentException>();

    [Fact]
    public void GetGrain_NoClassImplementsIt_IsRefused() =>
        _cluster.Client.Invoking(client => client.GetGrain<IUnimplementedGrain>("x")).Should().Throw<ArgumentException>()
            .WithMessage("Could not find an implementation for interface*");
}
