namespace TPWallet.Tests.Runtime;

/// <summary>Grain timers: ticks are requests of the activation.</summary>
public sealed class TimerTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Tick_WhileARequestRuns_Waits()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").StartTimer("tick", _second, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
            var work = run.Probe("g").Work("work");
            await run.Pass(_second);
            run.Notes.Lines.Should().NotContain("tick starts");
            run.Notes.Open("work");
            run.Notes.Open("tick");
            await work;
            await run.Settle();
        });

        run.Notes.Lines.Should().Equal("g activates", "work starts", "work ends", "tick starts", "tick ends");
    }

    [Fact]
    public async Task Tick_Interleaving_StartsWhileARequestRuns()
    {
        await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").StartTimer("tick", _second, Timeout.InfiniteTimeSpan, interleave: true, keepAlive: false);
            var work = run.Probe("g").Work("work");
            await run.Pass(_second);
            run.Notes.Lines.Should().Contain("tick starts");
            run.Notes.Open("work");
            await work;
        });
    }

    [Fact]
    public async Task Request_WhileATickRuns_Waits()
    {
        await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").StartTimer("tick", _second, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
            await run.Pass(_second);
            var call = run.Probe("g").Incarnation();
            await run.Settle();
            call.IsCompleted.Should().BeFalse();
            run.Notes.Open("tick");
            await call;
        });
    }

    [Fact]
    public async Task Period_CountsFromTheEndOfTheCallback()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").StartTimer("tick", _second, _second, interleave: false, keepAlive: false);
            await run.Pass(_second * 5);
            run.Notes.Lines.Count(line => line == "tick starts").Should().Be(1, "a callback that has not ended is not started again");
            run.Notes.Open("tick");
            await run.Settle();
            await run.Pass(_second * 0.9);
            run.Notes.Lines.Count(line => line == "tick starts").Should().Be(1);
            await run.Pass(_second * 0.1);
        });

        run.Notes.Lines.Count(line => line == "tick starts").Should().Be(2);
    }

    [Fact]
    public async Task Change_DuringATick_TakesEffectAfterIt()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            run.Notes.Open("tick");
            await run.Probe("g").StartTimer("tick", _second, _second, interleave: false, keepAlive: false);
            await run.Probe("g").ChangeTimerOnTick(_second * 10, _second);
            await run.Pass(_second);
            await run.Pass(_second * 9.9);
            run.Notes.Lines.Count(line => line == "tick starts").Should().Be(1);
            await run.Pass(_second * 0.1);
        });

        run.Notes.Lines.Count(line => line == "tick starts").Should().Be(2);
    }

    [Fact]
    public async Task Callback_Fails_TheTimerGoesOn()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            run.Notes.Open("tick");
            await run.Probe("g").StartTimer("tick", _second, _second, interleave: false, keepAlive: false);
            await run.Probe("g").FailOnTick();
            await run.Pass(_second);
            await run.Pass(_second);
        });

        run.Notes.Lines.Should().Equal("g activates", "tick fails", "tick starts", "tick ends");
    }

    [Fact]
    public async Task Dispose_StopsTheTimer()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").StartTimer("tick", _second, _second, interleave: false, keepAlive: false);
            await run.Probe("g").StopTimer();
            await run.Pass(_second * 10);
        });

        run.Notes.Lines.Should().Equal("g activates");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeepAlive_DecidesWhetherTicksAreUse(bool keepAlive)
    {
        var run = await Simulated.RunAsync(async run =>
        {
            run.Notes.Open("tick");
            await run.Probe("g").StartTimer("tick", _second * 60, _second * 60, interleave: false, keepAlive);
            // Each minute's callback must end before the next is set.
            for (var minute = 0; minute < 30; minute++)
                await run.Pass(_second * 60);
        });

        run.Notes.Lines.Contains("g deactivates ActivationIdle").Should().Be(!keepAlive);
    }

    [Fact]
    public async Task Deactivation_EndsTheTimer()
    {
        var run = await Simulated.RunAsync(async run =>
        {
            await run.Probe("g").StartTimer("tick", _second, _second, interleave: true, keepAlive: false);
            await run.Probe("g").Leave();
            await run.Pass(_second * 10);
        });

        run.Notes.Lines.Should().Equal("g activates", "g deactivates ApplicationRequested");
    }
}
