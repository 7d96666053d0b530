namespace TPWallet.Tests.Runtime;

/// <summary>One turn at a time, and which requests may begin while others are unfinished.</summary>
public sealed class InterleavingTests
{
    [Fact]
    public async Task Requests_NonReentrant_RunOneToCompletion()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var first = run.Probe("g").Work("first");
            await run.Settle();
            var second = run.Probe("g").Work("second");
            await run.Settle();
            run.Notes.Lines.Should().Equal("g activates", "first starts");
            run.Notes.Open("first");
            run.Notes.Open("second");
            await first;
            await second;
        });

        run.Notes.Lines.Should().Equal("g activates", "first starts", "first ends", "second starts", "second ends");
    }

    [Fact]
    public async Task Requests_Reentrant_Interleave()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var first = run.Reentrant("g").Work("first");
            await run.Settle();
            run.Notes.Open("second");
            await run.Reentrant("g").Work("second");
            run.Notes.Open("first");
            await first;
        });

        run.Notes.Lines.Should().Equal("g activates", "first starts", "second starts", "second ends", "first ends");
    }

    [Fact]
    public async Task AlwaysInterleave_WhileARequestRuns_Starts()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var work = run.Probe("g").Work("work");
            await run.Settle();
            run.Notes.Open("visit");
            await run.Probe("g").Interleave("visit");
            run.Notes.Open("work");
            await work;
        });

        run.Notes.Lines.Should().Equal("g activates", "work starts", "visit starts", "visit ends", "work ends");
    }

    [Fact]
    public async Task ReadOnly_WithReadOnly_Interleaves_AndAWriteWaitsForTheFirstOfThem()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            var grain = run.Probe("g");
            var one = grain.Read("one");
            await run.Settle();
            var two = grain.Read("two");
            await run.Settle();
            var write = grain.Work("write");
            await run.Settle();
            run.Notes.Lines.Skip(1).Should().Equal("one starts", "two starts");
            run.Notes.Open("one");
            await one;
            await run.Settle();
            run.Notes.Open("two");
            run.Notes.Open("write");
            await two;
            await write;
        });

        run.Notes.Lines.Take(5).Should().Equal("g activates", "one starts", "two starts", "one ends", "write starts");
    }

    [Fact]
    public async Task ReadOnly_WhileAWriteRuns_Waits()
    {
        await Simulated.RunAsync(async run =>
        {
            var write = run.Probe("g").Work("write");
            await run.Settle();
            var read = run.Probe("g").Read("read");
            await run.Settle();
            run.Notes.Lines.Should().NotContain("read starts");
            run.Notes.Open("write");
            run.Notes.Open("read");
            await write;
            await read;
        });
    }

    [Fact]
    public async Task Turns_OfInterleavedRequests_NeverOverlap_AndEachKeepsItsOrder()
    {
        const int turns = 50;
        var run = await Simulated.RunAsync(async run =>
            await Task.WhenAll(run.Reentrant("g").ManyTurns("a", turns), run.Reentrant("g").ManyTurns("b", turns)));

        run.Notes.Lines.Should().NotContain("two turns at once");
        foreach (var name in new[] { "a", "b" })
        {
            run.Notes.Lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length < 5)
                .Should().Equal(Enumerable.Range(0, turns).Select(turn => $"{name}{turn}"));
        }
    }

    [Fact]
    public async Task Await_InAGrain_ContinuesOnItsOwnScheduler()
    {
        await Simulated.RunAsync(async run =>
        {
            var answer = run.Probe("g").Schedulers();
            await run.Settle();
            // Opened from outside the grain, so that an inlined continuation would show.
            run.Notes.Open("schedulers");
            (await answer).Should().Be("same");
        });
    }

    [Fact]
    public async Task CallChain_BackToTheCaller_TimesOut_AndWorksWhenReentrant()
    {
        await Simulated.RunAsync(async run =>
        {
            var blocked = run.Probe("a").CallAndBeCalled("b").Failure();
            await run.Pass(TimeSpan.FromSeconds(31));
            (await blocked).Should().BeOfType<TimeoutException>();

            (await run.Reentrant("reentrant").CallAndBeCalled("d")).Should().Be("called back");
        });
    }
}
