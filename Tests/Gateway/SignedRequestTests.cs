using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;

namespace TPWallet.Tests.Gateway;

public sealed class SignedRequestTests
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private static string AccountPath => $"/v1/accounts/{Bodies.Account}";

    [Fact]
    public async Task Request_Signed_IsAnswered()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Account = () => Bodies.View(5);
        (await host.SendAsync(HttpMethod.Get, AccountPath)).Status.Should().Be(200);
    }

    public static TheoryData<string, Action<HttpRequestMessage>> Spoilt => new()
    {
        { "no key", request => request.Headers.Remove(RequestSignature.KeyHeader) },
        { "unknown key", request => Replace(request, RequestSignature.KeyHeader, "nobody") },
        { "no timestamp", request => request.Headers.Remove(RequestSignature.TimestampHeader) },
        { "other timestamp", request => Replace(request, RequestSignature.TimestampHeader, "1") },
        { "timestamp no number", request => Replace(request, RequestSignature.TimestampHeader, "now") },
        { "no nonce", request => request.Headers.Remove(RequestSignature.NonceHeader) },
        { "short nonce", request => Replace(request, RequestSignature.NonceHeader, "abc") },
        { "other nonce", request => Replace(request, RequestSignature.NonceHeader, Nonce) },
        { "no signature", request => request.Headers.Remove(RequestSignature.SignatureHeader) },
        { "other signature", request => Replace(request, RequestSignature.SignatureHeader, new string('0', 64)) },
        { "other path", request => request.RequestUri = new Uri(request.RequestUri!, $"/v1/accounts/{Bodies.Account}/lineage") },
        { "other query", request => request.RequestUri = new Uri(request.RequestUri!.AbsoluteUri + "?x=1") },
        { "idempotency key added", request => request.Headers.Add(IdempotencyKey.Header, "k") },
        { "body added", request => request.Content = new StringContent("{}") },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task Request_SpoiltAfterSigning_IsRefused(string what, Action<HttpRequestMessage> change)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Account = () => Bodies.View(5);
        var (status, body) = await host.SendAsync(HttpMethod.Get, AccountPath, change: change);
        status.Should().Be(401, what);
        GatewayHost.ProblemOf(body).Code.Should().Be(RejectionCode.NotAllowedCaller);
    }

    [Theory]
    [InlineData(-301_000, 401)]
    [InlineData(-290_000, 200)]
    [InlineData(290_000, 200)]
    [InlineData(302_000, 401)]
    public async Task Timestamp_OutsideTheWindow_IsRefused(long shiftMs, int expected)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Account = () => Bodies.View(5);
        (await host.SendAsync(HttpMethod.Get, AccountPath, shiftMs: shiftMs)).Status.Should().Be(expected);
    }

    [Fact]
    public async Task Nonce_Again_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Account = () => Bodies.View(5);
        (await host.SendAsync(HttpMethod.Get, AccountPath, nonce: Nonce)).Status.Should().Be(200);
        (await host.SendAsync(HttpMethod.Get, AccountPath, nonce: Nonce)).Status.Should().Be(401);
    }

    [Fact]
    public async Task Request_WithoutAnyHeader_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        using var response = await host.Http.GetAsync(new Uri(AccountPath, UriKind.Relative));
        ((int)response.StatusCode).Should().Be(401);
        response.Headers.WwwAuthenticate.ToString().Should().Be(RequestSignature.Scheme);
        response.Content.Headers.ContentType!.MediaType.Should().Be(Problem.MediaType);
    }

    [Fact]
    public async Task Scope_Missing_IsRefused()
    {
        var reader = ApiKeyFile.Generate("reader", "acme", [ApiKey.AllAccounts], [ApiScope.Read]);
        var proposer = ApiKeyFile.Generate("proposer", "acme", [ApiKey.AllAccounts], [ApiScope.Propose]);
        await using var host = await GatewayHost.StartAsync([reader, proposer]);
        (int Status, string Body)[] answers =
        [
            await host.SendAsync(HttpMethod.Post, Bodies.Path + "/cancel", Bodies.Cancel(), "k", reader),
            await host.SendAsync(HttpMethod.Get, AccountPath, key: proposer),
            await host.SendAsync(HttpMethod.Post, "/v1/accounts", Bodies.Register, "k", proposer),
        ];
        answers.Should().OnlyContain(answer => answer.Status == 403);
        answers.Select(answer => GatewayHost.ProblemOf(answer.Body).Code).Should().OnlyContain(code => code == RejectionCode.MissingScope);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Account_NotListed_IsRefused()
    {
        var other = new AccountId(Bytes32.From(new byte[32]));
        var key = ApiKeyFile.Generate("one", "acme", [other.ToString()], [ApiScope.Read, ApiScope.Propose, ApiScope.Admin]);
        await using var host = await GatewayHost.StartAsync([key]);
        host.Cluster.Account = () => Bodies.View(5);
        (await host.SendAsync(HttpMethod.Get, AccountPath)).Status.Should().Be(403);
        (await host.SendAsync(HttpMethod.Put, Bodies.Path, Bodies.Draft, "k")).Status.Should().Be(403);
        (await host.SendAsync(HttpMethod.Post, "/v1/accounts", Bodies.Register, "k")).Status.Should().Be(403);
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{other}")).Status.Should().Be(200);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Account_OfAnotherTenant_IsRefused()
    {
        var key = ApiKeyFile.Generate("foreign", "globex", [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Propose, ApiScope.Admin]);
        await using var host = await GatewayHost.StartAsync([key]);
        host.Cluster.Lineage = new AccountLineage(Bodies.Genesis, []);
        host.Cluster.Account = () => Bodies.View(5);
        (await host.SendAsync(HttpMethod.Get, AccountPath)).Status.Should().Be(403);
        (await host.SendAsync(HttpMethod.Post, "/v1/accounts", Bodies.Register, "k")).Status.Should().Be(403);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public void ReplayGuard_Full_LetsNothingThrough()
    {
        var guard = new ReplayGuard(maxPerKey: 2);
        guard.See("a", "1", new(100), new(0)).Should().Be(NonceSight.Fresh);
        guard.See("a", "2", new(100), new(0)).Should().Be(NonceSight.Fresh);
        guard.See("a", "3", new(100), new(0)).Should().Be(NonceSight.Full);
        guard.See("b", "1", new(100), new(0)).Should().Be(NonceSight.Fresh, "one key cannot crowd out another");
        guard.See("a", "1", new(100), new(100)).Should().Be(NonceSight.Replayed, "a timestamp is good to the end of its window");
        guard.See("a", "3", new(200), new(101)).Should().Be(NonceSight.Fresh, "the window has passed");
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.Add(header, value);
    }
}
