using System.Text.Json.Nodes;
using TPWallet.Chains.Nodes;

namespace TPWallet.Tests.Chains;

public sealed class JsonRpcClientTests
{
    private static readonly JsonRpcLimits Small = new(TimeSpan.FromSeconds(10), MaxBodyBytes: 4_096, MaxDepth: 8, MaxBatch: 3);

    [Theory]
    [InlineData("", "json.invalid")]
    [InlineData("<html>bad gateway</html>", "json.invalid")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x1"} trailing""", "json.invalid")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x1","result":"0x2"}""", "json.invalid")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":[[[[[[[[[1]]]]]]]]]}""", "json.invalid")]
    [InlineData("17", "rpc.shape")]
    [InlineData("""{"id":1,"result":"0x1"}""", "rpc.version")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"result":"0x1"}""", "rpc.version")]
    [InlineData("""{"jsonrpc":"2.0","id":2,"result":"0x1"}""", "rpc.id")]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":"0x1"}""", "rpc.id")]
    [InlineData("""{"jsonrpc":"2.0","result":"0x1"}""", "rpc.id")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", "rpc.shape")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x1","error":{"code":1,"message":"x"}}""", "rpc.shape")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":"no"}""", "rpc.error")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"x"}}""", "rpc.error")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"\ud800"}}""", "rpc.error")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"1"}""", "json.quantity")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x"}""", "json.quantity")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x01"}""", "json.quantity")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x10000000000000000"}""", "json.quantity")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":1}""", "json.shape")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":null}""", "json.shape")]
    public async Task Number_FromABodyThatIsGarbage_IsRefusedByItsCode(string body, string code)
    {
        await using var liar = await LyingNode.SayingAsync(body);
        var answer = await liar.Node("liar", "liars", 1, Small).BlockNumberAsync(CancellationToken.None);
        answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be(code);
    }

    [Fact]
    public async Task Call_BodyBeyondTheMaximum_IsGarbageWithAndWithoutALengthBefore()
    {
        await using var stated = await LyingNode.StartAsync(context => context.Response.Body.WriteAsync(new byte[5_000]).AsTask());
        await using var chunked = await LyingNode.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync();
            await context.Response.Body.WriteAsync(new byte[5_000]);
        });
        foreach (var liar in (LyingNode[])[stated, chunked])
        {
            var answer = await liar.Node("liar", "liars", 1, Small).BlockNumberAsync(CancellationToken.None);
            answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("json.too-long");
        }
    }

    [Fact]
    public async Task Call_NodeThatHangs_IsNoAnswerAtTheDeadline()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var liar = await LyingNode.StartAsync(_ => release.Task);
        var answer = await liar.Node("liar", "liars", 1, new(TimeSpan.FromMilliseconds(100))).BlockNumberAsync(CancellationToken.None);
        release.SetResult();
        answer.Error.Should().BeOfType<NodeError.NoAnswer>();
    }

    [Fact]
    public async Task Call_CallerCancels_Throws()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancellation = new CancellationTokenSource();
        await using var liar = await LyingNode.StartAsync(_ =>
        {
            cancellation.Cancel();
            return release.Task;
        });
        var call = () => liar.Node("liar", "liars", 1).BlockNumberAsync(cancellation.Token);
        await call.Should().ThrowAsync<OperationCanceledException>();
        release.SetResult();
    }

    [Fact]
    public async Task Call_NobodyThere_IsNoAnswer()
    {
        var gone = await LyingNode.SayingAsync("");
        var endpoint = gone.Endpoint;
        await gone.DisposeAsync();
        using var http = new HttpClient();
        var answer = await new JsonRpcClient(http, endpoint, Small).CallAsync(JsonRpcRequest.Of("eth_blockNumber"), CancellationToken.None);
        answer.Error.Should().BeOfType<NodeError.NoAnswer>();
    }

    [Theory]
    [InlineData(429, "node.rate-limited")]
    [InlineData(500, "node.no-answer")]
    [InlineData(503, "node.no-answer")]
    [InlineData(401, "node.refused")]
    [InlineData(404, "node.refused")]
    public async Task Call_GatewayWithoutJson_IsItsStatus(int status, string code)
    {
        await using var liar = await LyingNode.SayingAsync("no", status);
        (await liar.Node("liar", "liars", 1).BlockNumberAsync(CancellationToken.None)).Error!.Code.Should().Be(code);
    }

    [Fact]
    public async Task Batch_AnswersInAnyOrder_ComeInTheOrderOfTheRequests()
    {
        await using var node = await LyingNode.StartAsync(async context =>
        {
            var requests = (await JsonNode.ParseAsync(context.Request.Body))!.AsArray();
            var answers = requests.Reverse().Select(static request => (JsonNode)new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = request!["id"]!.DeepClone(),
                ["result"] = request["method"]!.GetValue<string>(),
            });
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, new JsonArray([.. answers]).ToJsonString());
        });
        var client = (JsonRpcClient)node.Node("n", "o", 1, Small).Rpc;
        var batch = await client.CallBatchAsync([JsonRpcRequest.Of("a"), JsonRpcRequest.Of("b"), JsonRpcRequest.Of("c")], CancellationToken.None);
        batch.Value.Select(static answer => answer.Value.GetString()).Should().Equal("a", "b", "c");
        var tooMany = () => client.CallBatchAsync([.. Enumerable.Repeat(JsonRpcRequest.Of("a"), 4)], CancellationToken.None);
        await tooMany.Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"result":1}]""", "rpc.count")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":1,"result":1}]""", "rpc.id")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":3,"result":1}]""", "rpc.id")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"result":1},7]""", "rpc.id")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":1}""", "rpc.shape")]
    public async Task Batch_AnswersThatDoNotFit_AreGarbage(string body, string code)
    {
        await using var liar = await LyingNode.SayingAsync(body);
        var answer = await ((JsonRpcClient)liar.Node("liar", "liars", 1).Rpc).CallBatchAsync([JsonRpcRequest.Of("a"), JsonRpcRequest.Of("b")], CancellationToken.None);
        answer.Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be(code);
    }
}
