using System.Diagnostics.Metrics;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Journal;
using TPWallet.Silo.Gateway;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Gateway;

/// <summary>What one tenant may begin.</summary>
public sealed class TenantQuotaTests
{
    private static readonly ICommand _draft = new PacketCommand.Draft(Guid.NewGuid(), Bodies.Packet);

    private static readonly CommandReply _accepted = new CommandReply.Accepted(1, ["done"]);

    [Fact]
    public async Task Beginnings_BeyondTheDays_AreRefusedUntilTheNextDay()
    {
        var clock = new ManualTime();
        var quotas = new TenantQuotas(clock, null, mostAccounts: 0, mostPerDay: 3);
        (await BegunAsync(quotas, "acme", 5)).Should().Be(3);
        (await BegunAsync(quotas, "other", 5)).Should().Be(3, "one tenant takes nothing from another");
        var refused = await quotas.SubmitAsync("acme", _draft, () => throw new InvalidOperationException("It must not be asked."));
        refused.Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Should().BeEquivalentTo(new Rejection(RejectionCode.QuotaReached, "at most 3 beginnings of acme in a UTC day", "as many today"));
        clock.Advance(TimeSpan.FromDays(1));
        (await BegunAsync(quotas, "acme", 5)).Should().Be(3);
    }

    [Fact]
    public async Task Beginnings_RefusedFailedOrNone_TakeNothing()
    {
        var quotas = new TenantQuotas(new ManualTime(), null, mostAccounts: 0, mostPerDay: 1);
        await quotas.SubmitAsync("acme", _draft, () => Task.FromResult<CommandReply>(new CommandReply.Refused(new(RejectionCode.Frozen, "a", "b"))));
        var failing = () => quotas.SubmitAsync("acme", _draft, () => throw new TimeoutException());
        await failing.Should().ThrowAsync<TimeoutException>();
        ICommand cancel = new PacketCommand.Cancel(Guid.NewGuid(), "x");
        (await quotas.SubmitAsync("acme", cancel, () => Task.FromResult(_accepted))).Should().Be(_accepted);
        (await BegunAsync(quotas, "acme", 3)).Should().Be(1);
        (await quotas.SubmitAsync("acme", cancel, () => Task.FromResult(_accepted))).Should().Be(_accepted, "what ends something is never held back");
    }

    [Fact]
    public async Task Beginnings_UnderWayTogether_DoNotPassTogether()
    {
        var quotas = new TenantQuotas(new ManualTime(), null, mostAccounts: 0, mostPerDay: 1);
        var answer = new TaskCompletionSource<CommandReply>();
        var first = quotas.SubmitAsync("acme", _draft, () => answer.Task);
        (await BegunAsync(quotas, "acme", 1)).Should().Be(0);
        answer.SetResult(_accepted);
        (await first).Should().Be(_accepted);
    }

    [Theory]
    [InlineData(RejectionCode.BadSignature, 0)]
    [InlineData(RejectionCode.Overloaded, 0)]
    [InlineData(RejectionCode.OutcomeUnknown, 1)]
    public async Task Registration_Refused_CountsOnlyIfItMayHaveHappened(RejectionCode code, int counted)
    {
        var accounts = new Counted();
        var quotas = new TenantQuotas(new ManualTime(), accounts, mostAccounts: 0, mostPerDay: 0);
        await quotas.RegisterAsync(
            "acme", () => Task.FromResult(false), () => Task.FromResult<CommandReply>(new CommandReply.Refused(new(code, "a", "b"))));
        accounts.Number.Should().Be(counted);
    }

    [Fact]
    public async Task Gateway_DayIsFull_Answers403AndCountsIt()
    {
        var reached = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Name == "tpw.gateway.quota.reached") me.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref reached, value));
        listener.Start();
        await using var host = await GatewayHost.StartAsync(settings: [new(TenantQuotas.PerDayKey, "1")]);
        var now = host.Clock.GetUtcNow();
        host.Clock.Shift = now.Date.AddHours(12) - now.DateTime;
        (await host.SendAsync(HttpMethod.Put, Bodies.Path, Bodies.Draft, "one")).Status.Should().Be(200);
        (await host.SendAsync(HttpMethod.Put, Bodies.Path, Bodies.Draft, "one")).Status.Should().Be(200, "the remembered answer begins nothing");
        var (status, body) = await host.SendAsync(HttpMethod.Put, Bodies.Path, Bodies.Draft, "two");
        (status, GatewayHost.ProblemOf(body).Code).Should().Be((403, RejectionCode.QuotaReached));
        Interlocked.Read(ref reached).Should().BePositive();
        (await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "three")).Status.Should().Be(200);
        host.Clock.Shift += TimeSpan.FromHours(13);
        (await host.SendAsync(HttpMethod.Put, Bodies.Path, Bodies.Draft, "two")).Status.Should().Be(200, "the key does not keep a refusal by quota");
    }

    private static async Task<int> BegunAsync(TenantQuotas quotas, string tenant, int tries)
    {
        var begun = 0;
        for (var n = 0; n < tries; n++)
            if (await quotas.SubmitAsync(tenant, _draft, () => Task.FromResult(_accepted)) is CommandReply.Accepted) begun++;
        return begun;
    }

    private sealed class Counted : ITenantAccounts
    {
        public int Number { get; private set; }

        public Task<bool> TryAddAsync(string tenant, long most, CancellationToken cancellationToken) => Task.FromResult(++Number <= most);

        public Task RemoveAsync(string tenant, CancellationToken cancellationToken)
        {
            Number--;
            return Task.CompletedTask;
        }
    }
}
