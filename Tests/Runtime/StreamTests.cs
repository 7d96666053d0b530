using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;
using TPWallet.Tests.Runtime.Conformance;

namespace TPWallet.Tests.Runtime;

/// <summary>Memory streams: who gets what, in which order, and who learns of a failure.</summary>
public sealed class StreamTests
{
    private const string Provider = "memory";

    private static readonly StreamId _id = StreamId.Create("news", "one");

    [Fact]
    public async Task Items_ReachEverySubscriberOfThatStreamInOrder()
    {
        var (first, second, other) = (new List<int>(), new List<int>(), new List<int>());
        await RunAsync(async run =>
        {
            await Stream(run).SubscribeAsync(Into(first));
            await Stream(run).SubscribeAsync(Into(second));
            await Stream(run, StreamId.Create("news", "two")).SubscribeAsync(Into(other));
            await Task.WhenAll(Enumerable.Range(0, 20).Select(item => Stream(run).OnNextAsync(item)));
        });

        first.Should().Equal(Enumerable.Range(0, 20));
        second.Should().Equal(first);
        other.Should().BeEmpty();
    }

    [Fact]
    public async Task Item_IsTakenWhenTheSubscriberHasTakenIt_AndTheNextWaitsForThat() => await RunAsync(async run =>
    {
        await Stream(run).SubscribeAsync(async (item, _) =>
        {
            run.Notes.Add($"begins {item}");
            await run.Notes.Door($"{item}").Task;
        });
        var (one, two) = (Stream(run).OnNextAsync(1), Stream(run).OnNextAsync(2));
        run.Notes.Open("2");
        await run.Settle();
        run.Notes.Lines.Should().Equal("begins 1");
        run.Notes.Open("1");
        await one;
        await two;
        run.Notes.Lines.Should().Equal("begins 1", "begins 2");
    });

    [Fact]
    public async Task Subscriber_ThatFails_FailsTheSender_AndGetsWhatComesNext()
    {
        var taken = new List<int>();
        await RunAsync(async run =>
        {
            var failing = true;
            await Stream(run).SubscribeAsync((item, _) => failing ? throw new FormatException("not now") : Into(taken)(item, null));
            (await Stream(run).OnNextAsync(1).Failure()).Should().BeOfType<FormatException>();
            failing = false;
            await Stream(run).OnNextAsync(1);
            await Stream(run).OnNextAsync(2);
        });

        taken.Should().Equal(1, 2);
    }

    [Fact]
    public async Task Subscriber_OfAnotherType_FailsTheSender() => await RunAsync(async run =>
    {
        await run.Cluster.Client.GetStreamProvider(Provider).GetStream<string>(_id).SubscribeAsync((_, _) => Task.CompletedTask);

        (await Stream(run).OnNextAsync(1).Failure()).Should().BeOfType<InvalidCastException>();
    });

    [Fact]
    public async Task Unsubscribed_GetsNothing_AndWhatWaitedIsLetGo()
    {
        var taken = new List<int>();
        await RunAsync(async run =>
        {
            var handle = await Stream(run).SubscribeAsync(async (item, _) =>
            {
                await run.Notes.Door("take").Task;
                taken.Add(item);
            });
            (handle.StreamId, handle.ProviderName).Should().Be((_id, Provider));
            var (one, two) = (Stream(run).OnNextAsync(1), Stream(run).OnNextAsync(2));
            await run.Settle();
            await handle.UnsubscribeAsync();
            await two;
            one.IsCompleted.Should().BeFalse("it is under way");
            run.Notes.Open("take");
            await one;
            await Stream(run).OnNextAsync(3);
        });

        taken.Should().Equal(1);
    }

    [Fact]
    public async Task Grain_SubscribesAndSends_AndItsItemsAreItsOwnRequests() => await RunAsync(async run =>
    {
        var grain = run.Grain<IReaderGrain>("reader");
        await grain.Follow();
        var work = grain.Work();
        var one = Stream(run).OnNextAsync(1);
        await run.Settle();
        run.Notes.Lines.Should().BeEmpty("the grain works");
        run.Notes.Open("work");
        await Task.WhenAll(work, one);
        await run.Grain<IReaderGrain>("writer").Send(2);
        run.Notes.Lines.Should().Equal("reader takes 1", "reader takes 2");
        await run.Cluster.DeactivateAsync(grain.GetGrainId());
        await Stream(run).OnNextAsync(3);
        run.Notes.Lines.Should().HaveCount(2, "a subscription ends with the activation that made it");
    });

    [Fact]
    public async Task Grain_ThatIsNeverBorn_FailsTheSender() => await RunAsync(async run =>
    {
        var call = run.Grain<IReaderGrain>("stillborn").Work().Failure();
        await run.Settle();
        var one = Stream(run).OnNextAsync(1).Failure();
        run.Notes.Open("birth");
        (await one).Should().BeOfType<OrleansMessageRejectionException>();
        (await call).Should().BeOfType<FormatException>();
        await Stream(run).OnNextAsync(2);
        run.Notes.Lines.Should().BeEmpty();
    });

    [Fact]
    public async Task Silo_ThatDiesWhileItsSubscriberTakes_FailsTheSender()
    {
        await using var bench = await Bench.StartAsync(silo => silo.AddMemoryStreams(Provider), client => client.AddMemoryStreams(Provider));
        await bench.Cluster.Client.GetGrain<IReaderGrain>("stuck").Follow();
        var stream = bench.Cluster.Client.GetStreamProvider(Provider).GetStream<int>(_id);
        var one = stream.OnNextAsync(1);
        await bench.Notes.Until("stuck takes 1");
        await bench.Cluster.KillSiloAsync(bench.Cluster.Silos.Single());
        (await one.Failure()).Should().BeOfType<SiloUnavailableException>();
        await stream.OnNextAsync(2);
    }

    [Fact]
    public async Task Provider_ThatIsNot_IsSaid() => await RunAsync(run =>
    {
        run.Cluster.Client.Invoking(client => client.GetStreamProvider("other")).Should().Throw<KeyNotFoundException>();
        run.Cluster.Client.Invoking(client => client.GetStreamProvider(" ")).Should().Throw<ArgumentNullException>();
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData("news", "one", "news/one")]
    [InlineData(null, "one", "null/one")]
    public void Id_KeepsItsParts(string? space, string key, string text)
    {
        var id = StreamId.Create(space, key);

        (id.GetNamespace(), id.GetKeyAsString(), id.ToString()).Should().Be((space, key, text));
        (id == StreamId.Create(space, key), id != StreamId.Create(space, "two")).Should().Be((true, true));
    }

    private static async Task RunAsync(Func<Simulated, Task> scenario) => await Simulated.RunAsync(
        scenario, builder => builder.ConfigureSilo((_, silo) => silo.AddMemoryStreams(Provider)).ConfigureClient(client => client.AddMemoryStreams(Provider)));

    private static IAsyncStream<int> Stream(Simulated run, StreamId? id = null) => run.Cluster.Client.GetStreamProvider(Provider).GetStream<int>(id ?? _id);

    private static Func<int, StreamSequenceToken?, Task> Into(List<int> list) => (item, _) =>
    {
        list.Add(item);
        return Task.CompletedTask;
    };
}
