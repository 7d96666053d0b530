using System.Text.Json;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Client;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>Previews of fees over REST, by the SDK and on the command line: exact amounts as decimal strings, and what is refused keeps its code.</summary>
public sealed class FeePreviewRouteTests
{
    private static readonly FeePreviews _previews = new(
    [
        new FeePreview.Gas(
            "pay", People.Chain, 17, 50_000, true, 60_000, 100, 10, UInt256.Parse("110000000000000000000"), 7,
            new(5_500_007, 6_600_007, 9_090_916, 10_000_000, true, 6, 750_000, new(3, 10_120_000, 5_500_000))),
        new FeePreview.Coins("coin", ChainId.Parse("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"), 2, 209, 1_000, 19_791, new(209, 209, 4_676, 5_000, false, 3, 0, null)),
        new FeePreview.Refused("other", People.Chain, new(RejectionCode.SimulationFailed, "this", "that")),
    ]);

    [Fact]
    public async Task Previews_OverRestAndInside_AreWhatTheGrainSays()
    {
        await using var host = await GatewayHost.StartAsync();
        var inside = new GrainWallet(host.Cluster.Client, "acme");
        var question = new FeeQuestion(Bodies.Packet.Legs, Bodies.Packet.SettleBefore);
        host.Cluster.Previews = asked => asked is Name { Value: "rent" } || (asked is FeeQuestion same && Same(same, question))
            ? new FeePreviewReply.Told(_previews)
            : new FeePreviewReply.Refused(new(RejectionCode.WrongState, "this", "that"));
        foreach (var wallet in new ITPWallet[] { host.Wallet, inside })
        {
            Json(await wallet.PreviewFeesAsync(Bodies.Packet.Ref)).Should().Be(Json(_previews));
            Json(await wallet.PreviewFeesAsync(Bodies.Account, question)).Should().Be(Json(_previews));
            var refused = () => wallet.PreviewFeesAsync(new(Bodies.Account, "other"));
            (await refused.Should().ThrowAsync<RefusedException>()).Which.Rejection.Code.Should().Be(RejectionCode.WrongState);
        }
    }

    [Fact]
    public async Task Amounts_InTheAnswer_AreDecimalStrings()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Previews = _ => new FeePreviewReply.Told(_previews);
        var (status, body) = await host.SendAsync(HttpMethod.Get, $"{Bodies.Path}/fees");
        status.Should().Be(200);
        var legs = JsonDocument.Parse(body).RootElement.GetProperty("legs");
        legs[0].GetProperty("kind").GetString().Should().Be("gas");
        legs[0].GetProperty("maxFeePerGas").GetString().Should().Be("110000000000000000000");
        legs[0].GetProperty("total").GetProperty("saving").GetProperty("singly").GetString().Should().Be("10120000");
        legs[1].GetProperty("total").GetProperty("expected").GetString().Should().Be("209");
    }

    [Theory]
    [InlineData("{\"legs\":[],\"settleBefore\":1,\"more\":2}", 400, RejectionCode.UnknownField)]
    [InlineData("[]", 400, RejectionCode.Malformed)]
    [InlineData("{}", 400, RejectionCode.Malformed)]
    [InlineData("null", 400, RejectionCode.Malformed)]
    public async Task Question_OfAnotherForm_IsRefused(string body, int status, RejectionCode code)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(HttpMethod.Post, $"/v1/accounts/{Bodies.Account}/fees", body);
        (answer.Status, GatewayHost.ProblemOf(answer.Body).Code).Should().Be((status, code));
    }

    [Fact]
    public async Task Command_Fees_ShowsEveryPart()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Previews = _ => new FeePreviewReply.Told(_previews);
        var shown = await CommandRun.OfAsync(host, "packet", "fees", Bodies.Account.ToString(), "rent");
        shown.Code.Should().Be(0, shown.Error);
        string[] parts =
        [
            "limit 60000", "base fee 100 in block 17", "data fee  7 wei", "expected  5500007 wei, mined within 6 blocks, as 75 of 100", "EXCEEDED", "4620000 wei saved",
            "209 vbytes", "19791 satoshis come back", "SimulationFailed",
        ];
        foreach (var part in parts) shown.Output.Should().Contain(part);
        var file = Path.Combine(host.Folder, "content.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(Bodies.Packet, ContractJson.Default.PacketContent));
        var quoted = await CommandRun.OfAsync(host, "packet", "quote", file, "--json");
        quoted.Output.Trim().Should().Be(Json(_previews));
        host.Cluster.Seen.Should().BeEmpty("nothing was drafted");
    }

    private static string Json(FeePreviews previews) => JsonSerializer.Serialize(previews, ContractJson.Default.FeePreviews);

    private static bool Same(FeeQuestion left, FeeQuestion right) =>
        JsonSerializer.Serialize(left, ContractJson.Default.FeeQuestion) == JsonSerializer.Serialize(right, ContractJson.Default.FeeQuestion);
}
