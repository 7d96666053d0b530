using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Silo.Composition;
using TPWallet.Silo.Gateway;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Gateway;

/// <summary>What one API key may take of a silo.</summary>
public sealed class QuotaTests
{
    [Fact]
    public void Requests_BeyondTheRate_AreRefusedUntilTimePasses()
    {
        var clock = new ManualTime();
        var quotas = new KeyQuotas(clock, perSecond: 10, inFlight: 0);
        Entered(quotas, "shop", 25).Should().Be(10);
        Entered(quotas, "other", 25).Should().Be(10, "one key takes nothing from another");
        clock.Advance(TimeSpan.FromMilliseconds(500));
        Entered(quotas, "shop", 25).Should().Be(5);
        clock.Advance(TimeSpan.FromHours(1));
        Entered(quotas, "shop", 25).Should().Be(10, "a quiet hour saves up one second");
        quotas.Enter("shop").Rejection.Should().Be(new Rejection(RejectionCode.QuotaExceeded, "at most 10 requests of a key per second", "more"));
    }

    [Fact]
    public void Requests_BeyondThoseAtOnce_AreRefusedUntilOneEnds()
    {
        var quotas = new KeyQuotas(new ManualTime(), perSecond: 0, inFlight: 2);
        var first = quotas.Enter("shop").Lease!;
        quotas.Enter("shop").Lease.Should().NotBeNull();
        quotas.Enter("shop").Rejection!.Code.Should().Be(RejectionCode.QuotaExceeded);
        first.Dispose();
        first.Dispose();
        quotas.Enter("shop").Lease.Should().NotBeNull();
        quotas.Enter("shop").Lease.Should().BeNull("a lease ends once");
    }

    [Fact]
    public async Task Gateway_KeyWithARequestUnderWay_AnswersTheNextWith429()
    {
        await using var host = await GatewayHost.StartAsync(settings: [new(KeyQuotas.InFlightKey, "1")]);
        var (arrived, done) = (new TaskCompletionSource(), new TaskCompletionSource<CommandReply>());
        host.Cluster.Answer = _ =>
        {
            arrived.SetResult();
            return done.Task;
        };
        var path = $"/v1/accounts/{Bodies.Account}/packets/rent/cancel";
        var first = host.SendAsync(HttpMethod.Post, path, """{"reason":"x"}""", "k");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
        using (var request = host.Request(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}", [], false, null, host.Key))
        using (var refused = await host.Http.SendAsync(request))
        {
            ((int)refused.StatusCode).Should().Be(429);
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
            GatewayHost.ProblemOf(await refused.Content.ReadAsStringAsync()).Should()
                .Match<Problem>(p => p.Code == RejectionCode.QuotaExceeded && p.Expected.Contains("1 requests") && p.Actual == "1 under way");
        }

        done.SetResult(new CommandReply.Accepted(1, ["done"]));
        (await first).Status.Should().Be(200);
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}")).Status.Should().Be(404, "there is room again");
    }

    [Theory]
    [InlineData("Quota:RequestsPerSecond")]
    [InlineData("Quota:Accounts")]
    [InlineData("Quota:BegunPerDay")]
    public async Task Setting_ThatIsNoNumber_StopsTheStart(string key)
    {
        var start = () => GatewayHost.StartAsync(settings: [new(key, "many")]);
        (await start.Should().ThrowAsync<SetUpException>()).Which.Message.Should().Contain(key);
    }

    private static int Entered(KeyQuotas quotas, string key, int tries) => Enumerable.Range(0, tries).Count(_ => quotas.Enter(key).Lease is not null);
}
