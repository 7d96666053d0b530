using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Silo.Gateway;

namespace TPWallet.Tests.Gateway;

public sealed class RequestBodyTests
{
    [Fact]
    public async Task Draft_Valid_ReachesThePacket()
    {
        await using var host = await GatewayHost.StartAsync();
        (await host.SendAsync(HttpMethod.Put, Bodies.Path, Bodies.Draft, "k")).Status.Should().Be(200);
        var (grain, command) = host.Cluster.Seen.Should().ContainSingle().Subject;
        grain.Should().Be($"{Bodies.Account}/rent");
        Canonical.Hash(((PacketCommand.Draft)command).Content).Should().Be(Canonical.Hash(Bodies.Packet));
    }

    public static TheoryData<string, string, int, RejectionCode> BadBodies => new()
    {
        { "nothing", "", 400, RejectionCode.Malformed },
        { "no JSON", "reason=x", 400, RejectionCode.Malformed },
        { "null", "null", 400, RejectionCode.Malformed },
        { "array", "[]", 400, RejectionCode.Malformed },
        { "cut off", "{\"reason\":\"x\"", 400, RejectionCode.Malformed },
        { "more behind", "{\"reason\":\"x\"}{}", 400, RejectionCode.Malformed },
        { "missing field", "{}", 400, RejectionCode.Malformed },
        { "null field", "{\"reason\":null}", 400, RejectionCode.Malformed },
        { "wrong type", "{\"reason\":1}", 400, RejectionCode.Malformed },
        { "field twice", "{\"reason\":\"x\",\"reason\":\"y\"}", 400, RejectionCode.Malformed },
        { "comment", "{\"reason\":\"x\"/**/}", 400, RejectionCode.Malformed },
        { "own command id", "{\"reason\":\"x\",\"commandId\":\"00000000-0000-0000-0000-000000000000\"}", 400, RejectionCode.Malformed },
        { "discriminator", "{\"command\":\"tick\",\"reason\":\"x\"}", 400, RejectionCode.UnknownField },
        { "unknown field", "{\"reason\":\"x\",\"colour\":1}", 400, RejectionCode.UnknownField },
        { "not UTF-8 in words", "{\"reason\":\"\\ud800\"}", 400, RejectionCode.Malformed },
        { "too deep", "{\"reason\":" + new string('[', 40) + new string(']', 40) + "}", 413, RejectionCode.TooLarge },
        { "too large", "{\"reason\":\"" + new string('x', RequestBody.MaxBytes) + "\"}", 413, RejectionCode.TooLarge },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Body_Bad_IsRefusedAndNothingDone(string what, string body, int status, RejectionCode code)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", body, "k");
        answer.Status.Should().Be(status, what);
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(code, what);
        host.Cluster.Seen.Should().BeEmpty();
    }

    public static TheoryData<string, string, RejectionCode> WrongValues => new()
    {
        { "bad checksum", "\"to\":\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAEd\"", RejectionCode.BadChecksum },
        { "right checksum, but not the canonical text", "\"to\":\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"", RejectionCode.Malformed },
        { "short address", "\"to\":\"0x5aaeb6\"", RejectionCode.Malformed },
        { "2^256", "\"value\":\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"", RejectionCode.Overflow },
        { "100 digits", "\"value\":\"" + new string('9', 100) + "\"", RejectionCode.Overflow },
        { "leading zero", "\"value\":\"007\"", RejectionCode.Malformed },
        { "negative", "\"value\":\"-1\"", RejectionCode.Malformed },
        { "a number", "\"value\":7", RejectionCode.Malformed },
        { "a fraction", "\"value\":\"0.5\"", RejectionCode.Malformed },
        { "chain 0", "\"asset\":\"eip155:0/slip44:60\"", RejectionCode.Malformed },
        { "token with a bad checksum", "\"asset\":\"eip155:1/erc20:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAEd\"", RejectionCode.BadChecksum },
    };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public async Task Body_WrongValue_IsRefusedWithItsCode(string what, string field, RejectionCode code)
    {
        await using var host = await GatewayHost.StartAsync();
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)];
        var body = System.Text.RegularExpressions.Regex.Replace(Bodies.Draft, name + ":\"[^\"]*\"", field);
        body.Should().NotBe(Bodies.Draft);
        foreach (var text in new[] { body, body.Replace(",", ",\n ", StringComparison.Ordinal) })
        {
            var answer = await host.SendAsync(HttpMethod.Put, Bodies.Path, text, "k");
            answer.Status.Should().Be(400, what);
            GatewayHost.ProblemOf(answer.Body).Code.Should().Be(code, what);
        }

        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Field_UnknownInside_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        var body = Bodies.Draft.Replace("\"revision\":1", "\"revision\":1,\"memo\":\"x\"", StringComparison.Ordinal);
        var answer = await host.SendAsync(HttpMethod.Put, Bodies.Path, body, "k");
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(RejectionCode.UnknownField);
    }

    [Fact]
    public async Task Leg_WithoutItsKind_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        var body = Bodies.Draft.Replace("\"kind\":\"transfer\",", "", StringComparison.Ordinal);
        body.Should().NotBe(Bodies.Draft);
        var answer = await host.SendAsync(HttpMethod.Put, Bodies.Path, body, "k");
        answer.Status.Should().Be(400);
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(RejectionCode.Malformed);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task ContentType_Other_IsRefused(string? type)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k", change: request =>
        {
            request.Content!.Headers.Remove("Content-Type");
            if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        });
        answer.Status.Should().Be(400);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("/v1/accounts/0x12/packets/rent/cancel")]
    [InlineData("/v1/accounts/ACCOUNT/packets/RENT/cancel")]
    [InlineData("/v1/accounts/ACCOUNT/packets/%2e%2e%2ffreeze/cancel")]
    public async Task PathId_Bad_IsRefused(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(
            HttpMethod.Post, path.Replace("ACCOUNT", Bodies.Account.ToString(), StringComparison.Ordinal), Bodies.Cancel(), "k");
        answer.Status.Should().Be(400);
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(RejectionCode.Malformed);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Path_OtherThanBody_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(HttpMethod.Put, Bodies.Path + "2", Bodies.Draft, "k");
        answer.Status.Should().Be(400);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Path_Unknown_IsAProblemToo()
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(HttpMethod.Get, "/v1/nothing");
        answer.Status.Should().Be(404);
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(RejectionCode.NotFound);
    }
}
