using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Silo.Gateway;

namespace TPWallet.Tests.Gateway;

public sealed class RefusalStatusTests
{
    [Fact]
    public void Table_All_HasARowForEachCode() =>
        RefusalStatus.All.Keys.Should().BeEquivalentTo(Enum.GetValues<RejectionCode>(), "a code without a status could not be told");

    [Theory]
    [InlineData(RejectionCode.Malformed, 400)]
    [InlineData(RejectionCode.UnknownField, 400)]
    [InlineData(RejectionCode.NotAllowedCaller, 401)]
    [InlineData(RejectionCode.MissingScope, 403)]
    [InlineData(RejectionCode.VoteForged, 403)]
    [InlineData(RejectionCode.HardLimit, 403)]
    [InlineData(RejectionCode.NotFound, 404)]
    [InlineData(RejectionCode.NotRegistered, 404)]
    [InlineData(RejectionCode.AlreadyExists, 409)]
    [InlineData(RejectionCode.IdempotencyMismatch, 409)]
    [InlineData(RejectionCode.StaleVersion, 409)]
    [InlineData(RejectionCode.WrongState, 409)]
    [InlineData(RejectionCode.Frozen, 409)]
    [InlineData(RejectionCode.InsufficientFunds, 409)]
    [InlineData(RejectionCode.Retry, 409)]
    [InlineData(RejectionCode.VoteExpired, 410)]
    [InlineData(RejectionCode.TooLarge, 413)]
    [InlineData(RejectionCode.VoteVoid, 422)]
    [InlineData(RejectionCode.AllocationMismatch, 422)]
    [InlineData(RejectionCode.StreamUnreadable, 500)]
    [InlineData(RejectionCode.NodeGarbage, 502)]
    [InlineData(RejectionCode.Overloaded, 503)]
    [InlineData(RejectionCode.OutcomeUnknown, 503)]
    public void Code_Told_HasItsStatus(RejectionCode code, int status) => RefusalStatus.Of(code).Should().Be(status);

    [Fact]
    public async Task GrainRefusal_EachCode_LeavesAsAProblem()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var code in Enum.GetValues<RejectionCode>())
        {
            host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Refused(new(code, "this", "that", ["rule-7"])));
            using var request = host.Request(
                HttpMethod.Post, Bodies.Path + "/cancel", System.Text.Encoding.UTF8.GetBytes(Bodies.Cancel()), true, $"key-{code}", host.Key);
            using var response = await host.Http.SendAsync(request);
            ((int)response.StatusCode).Should().Be(RefusalStatus.Of(code));
            response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
            (response.Headers.RetryAfter is not null).Should().Be(RefusalStatus.IsTransient(code) && code != RejectionCode.QuotaReached);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            var root = json.RootElement;
            root.GetProperty("type").GetString().Should().Be($"urn:tpw:problem:{code}");
            root.GetProperty("status").GetInt32().Should().Be(RefusalStatus.Of(code));
            root.GetProperty("code").GetString().Should().Be(code.ToString());
            root.GetProperty("expected").GetString().Should().Be("this");
            root.GetProperty("actual").GetString().Should().Be("that");
            root.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()).Should().Equal("rule-7");
        }
    }

    [Fact]
    public void Problem_OfARefusal_GivesItBack()
    {
        var rejection = new Rejection(RejectionCode.HardLimit, "5", "6", ["eth"]);
        var problem = JsonSerializer.Deserialize(
            JsonSerializer.Serialize(Problem.Of(rejection, 403), RestJson.Default.Problem), RestJson.Default.Problem)!;
        problem.ToRejection().Should().BeEquivalentTo(rejection);
    }
}
