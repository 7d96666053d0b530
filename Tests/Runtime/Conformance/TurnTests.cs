namespace TPWallet.Tests.Runtime.Conformance;

/// <summary>One turn at a time, and which requests may begin while others are unfinished: the same on both runtimes.</summary>
public sealed class TurnTests : IAsyncLifetime
{
    private Bench _bench = null!;

    public async Task InitializeAsync() => _bench = await Bench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task NonReentrant_SecondRequest_StartsWhenTheFirstHasEnded()
    {
        var first = _bench.Probe().Work("first");
        await _bench.Notes.Until("first starts");
        var second = _bench.Probe().Work("second");
        _bench.Notes.Open("visit");
        await _bench.Probe().Interleave("visit");
        _bench.Notes.Open("second");
        _bench.Notes.Open("first");
        await Task.WhenAll(first, second);

        _bench.Notes.Lines.Where(line => !line.StartsWith("visit", StringComparison.Ordinal))
            .Should().Equal("g activates", "first starts", "first ends", "second starts", "second ends");
    }

    [Fact]
    public async Task Reentrant_SecondRequest_RunsWhileTheFirstWaits()
    {
        var first = _bench.Reentrant().Work("first");
        await _bench.Notes.Until("first starts");
        _bench.Notes.Open("second");
        await _bench.Reentrant().Work("second");
        _bench.Notes.Open("first");
        await first;

        _bench.Notes.Lines.Should().Equal("reentrant activates", "first starts", "second starts", "second ends", "first ends");
    }

    [Fact]
    public async Task AlwaysInterleave_WhileARequestRuns_Runs()
    {
        var work = _bench.Probe().Work("work");
        await _bench.Notes.Until("work starts");
        _bench.Notes.Open("visit");
        await _bench.Probe().Interleave("visit");
        _bench.Notes.Open("work");
        await work;

        _bench.Notes.Lines.Should().Equal("g activates", "work starts", "visit starts", "visit ends", "work ends");
    }

    [Fact] // Orleans remembers the request that began first, and lets others begin when that one ends: a grain that writes while it is read must bear it.
    public async Task ReadOnly_WithReadOnly_Interleaves_AndAWriteWaitsForTheFirstOfThem()
    {
        Task[] reads = [_bench.Probe().Read("one"), Task.CompletedTask];
        await _bench.Notes.Until("one starts");
        reads[1] = _bench.Probe().Read("two");
        await _bench.Notes.Until("two starts");
        var write = _bench.Probe().Work("write");
        _bench.Notes.Open("visit");
        await _bench.Probe().Interleave("visit");
        _bench.Notes.Lines.Should().NotContain("write starts");
        _bench.Notes.Open("one");
        await _bench.Notes.Until("write starts");
        _bench.Notes.Lines.Should().NotContain("two ends");
        _bench.Notes.Open("write");
        _bench.Notes.Open("two");
        await Task.WhenAll(reads[0], reads[1], write);
    }

    [Fact]
    public async Task ReadOnly_WhileAWriteRuns_Waits()
    {
        var write = _bench.Probe().Work("write");
        await _bench.Notes.Until("write starts");
        var read = _bench.Probe().Read("read");
        _bench.Notes.Open("visit");
        await _bench.Probe().Interleave("visit");
        _bench.Notes.Open("read");
        _bench.Notes.Open("write");
        await Task.WhenAll(write, read);

        _bench.Notes.Lines.TakeLast(3).Should().Equal("write ends", "read starts", "read ends");
    }

    [Fact]
    public async Task Turns_OfInterleavedRequests_NeverOverlap_AndEachKeepsItsOrder()
    {
        const int turns = 50;
        await Task.WhenAll(_bench.Reentrant().ManyTurns("a", turns), _bench.Reentrant().ManyTurns("b", turns));

        _bench.Notes.Lines.Should().NotContain("two turns at once");
        foreach (var name in new[] { "a", "b" })
        {
            _bench.Notes.Lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length < 5)
                .Should().Equal(Enumerable.Range(0, turns).Select(turn => $"{name}{turn}"));
        }
    }

    [Fact]
    public async Task Await_InAGrain_ContinuesOnItsOwnScheduler()
    {
        var answer = _bench.Probe().Schedulers();
        _bench.Notes.Open("visit");
        await _bench.Probe().Interleave("visit");
        _bench.Notes.Open("schedulers");

        (await answer).Should().Be("same");
    }

    [Fact]
    public async Task CallChain_BackToTheCaller_TimesOut_AndWorksWhenReentrant()
    {
        await using var impatient = await Bench.StartAsync(timeout: TimeSpan.FromSeconds(3));
        (await impatient.Probe("a").CallAndBeCalled("b").Failure()).Should().BeOfType<TimeoutException>();
        (await _bench.Reentrant().CallAndBeCalled("d")).Should().Be("called back");
    }
}
