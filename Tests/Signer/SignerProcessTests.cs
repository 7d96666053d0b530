using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Signing;
using TPWallet.Signer.Host;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>The built signer as a real process: mutual TLS, Unix socket, crash between durable and answered, files instead of a network.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SignerProcessTests
{
    private static readonly Genesis Genesis = People.StandardGenesis;

    [Fact]
    public async Task MutualTls_CreateKeyAndSign_TheSenderIsTheKey()
    {
        using var folder = new SignerFolderUnderTest();
        await using var process = await SignerProcess.StartAsync(["serve", "--data", folder.Path, "--listen", "127.0.0.1:0"]);
        using var client = new SignerClient(SignerProcess.MutualTls(process.Where, folder.Path));
        var key = await CreateKeyAsync(client);
        key.SignerIdentity.ToString().Should().Be(process.Identity);
        var signed = (await client.SignAsync(Requests.Plain(Genesis, key), CancellationToken.None)).Should().BeOfType<SignOutcome.Signed>().Subject;
        var transaction = SignedTransaction.Decode(signed.Raw.Span).Value;
        transaction.Sender().Value.Should().Be(key.Address);
        transaction.Hash().Should().Be(signed.TxHash);
        var refused = await client.SignAsync(Requests.Plain(Genesis, key) with { Key = "cold" }, CancellationToken.None);
        refused.Should().BeOfType<SignOutcome.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.KeyUnknown);
        await process.StopAsync();
        process.ExitCode.Should().Be(0, "SIGTERM is a graceful stop");
        (await client.IdentityAsync(CancellationToken.None)).Should().BeOfType<SignerAnswer<SignerIdentity>.NoAnswer>();
    }

    [Fact]
    public async Task MutualTls_ClientWithoutOrWithAForeignCertificate_IsNotLetIn()
    {
        using var folder = new SignerFolderUnderTest();
        using var foreign = new SignerFolderUnderTest();
        await using var process = await SignerProcess.StartAsync(["serve", "--data", folder.Path, "--listen", "127.0.0.1:0"]);
        using (var none = Handler(folder.Path, null)) await NotLetInAsync(none, process.Where);
        using (var other = Handler(folder.Path, foreign.Path)) await NotLetInAsync(other, process.Where);
        using var pinned = new SignerClient(SignerProcess.MutualTls(process.Where, folder.Path));
        (await pinned.IdentityAsync(CancellationToken.None)).Should().BeOfType<SignerAnswer<SignerIdentity>.Given>();
        // A signer with certificates of another authority is not believed either.
        using var misled = new SignerClient(SignerProcess.MutualTls(process.Where, foreign.Path));
        (await misled.IdentityAsync(CancellationToken.None)).Should().BeOfType<SignerAnswer<SignerIdentity>.NoAnswer>();
    }

    [Fact]
    public async Task MutualTls_ClientOfTheAuthorityButNotPinned_IsNotLetIn()
    {
        using var folder = new SignerFolderUnderTest();
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder.Path, "tls", "clients.txt"), new string('0', 64) + "\n");
        await using var process = await SignerProcess.StartAsync(["serve", "--data", folder.Path, "--listen", "127.0.0.1:0"]);
        using var client = new SignerClient(SignerProcess.MutualTls(process.Where, folder.Path));
        (await client.IdentityAsync(CancellationToken.None)).Should().BeOfType<SignerAnswer<SignerIdentity>.NoAnswer>();
    }

    [Fact]
    public async Task Socket_BadBodies_AreRefusedWithCodesAndNothingElse()
    {
        using var folder = new SignerFolderUnderTest();
        var path = folder.Beside("s.sock");
        await using var process = await SignerProcess.StartAsync(["serve", "--data", folder.Path, "--socket", path]);
        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var http = new HttpClient(Socket(path)) { BaseAddress = new Uri("http://signer") };
        await ExpectAsync(http, "not json", RejectionCode.Malformed);
        await ExpectAsync(http, "null", RejectionCode.Malformed);
        await ExpectAsync(http, "{\"unknown\":1}", RejectionCode.Malformed);
        await ExpectAsync(http, string.Concat(Enumerable.Repeat("[", 100)), RejectionCode.Malformed);
        await ExpectAsync(http, "[null]", RejectionCode.Malformed);
        await ExpectAsync(http, "[" + string.Concat(Enumerable.Repeat("1,", 600_000)) + "1]", RejectionCode.TooLarge);
        await ExpectAsync(http, new string(' ', JsonForm.MaxBytes + 1), RejectionCode.TooLarge);
        (await http.GetStringAsync("/health")).Should().Be("ok\n");
    }

    [Fact]
    public async Task Sign_KilledBetweenDurableAndAnswered_SameRequestGivesTheSameBytesOnce()
    {
        using var folder = new SignerFolderUnderTest();
        var path = folder.Beside("s.sock");
        string[] serve = ["serve", "--data", folder.Path, "--socket", path];
        using var client = new SignerClient(new() { SocketPath = path, Deadline = TimeSpan.FromSeconds(60) });
        SignRequest request;
        await using (var process = await SignerProcess.StartAsync(serve, killAt: "signer.persisted"))
        {
            request = Requests.Plain(Genesis, await CreateKeyAsync(client));
            (await client.SignAsync(request, CancellationToken.None)).Should().BeOfType<SignOutcome.NoAnswer>("it died before it could answer");
            await process.Ended;
            process.ExitCode.Should().Be(128 + 9);
        }

        await using var again = await SignerProcess.StartAsync(serve);
        var facts = await FactsAsync(client);
        facts.Should().Be(2, "the key and the signature were durable before the answer");
        var first = await client.SignAsync(request, CancellationToken.None);
        first.Should().BeOfType<SignOutcome.Signed>();
        (await client.SignAsync(request, CancellationToken.None)).Should().Be(first);
        (await FactsAsync(client)).Should().Be(facts, "nothing was signed twice");
    }

    [Fact]
    public async Task SignOffline_FromFileToFile_SameBytesAsOverTheSocket()
    {
        using var folder = new SignerFolderUnderTest(password: "correct horse");
        var (path, password) = (folder.Beside("s.sock"), folder.Beside("password"));
        await File.WriteAllTextAsync(password, "correct horse\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        SignRequest request;
        SignOutcome online;
        await using (var process = await SignerProcess.StartAsync(["serve", "--data", folder.Path, "--socket", path, "--password-file", password]))
        {
            using var client = new SignerClient(new() { SocketPath = path, Deadline = TimeSpan.FromSeconds(60) });
            request = Requests.Plain(Genesis, await CreateKeyAsync(client));
            online = await client.SignAsync(request, CancellationToken.None);
            await process.StopAsync();
        }

        var (input, output) = (folder.Beside("request.json"), folder.Beside("signature.json"));
        await File.WriteAllBytesAsync(input, JsonSerializer.SerializeToUtf8Bytes(request, ContractJson.Default.SignRequest));
        (await SignerProcess.RunAsync("sign-offline", "--data", folder.Path, "--request", input, "--out", output, "--password-file", password))
            .ExitCode.Should().Be(0);
        JsonSerializer.Deserialize(await File.ReadAllBytesAsync(output), ContractJson.Default.SignOutcome).Should().Be(online);
        var (code, _, errors) = await SignerProcess.RunAsync("sign-offline", "--data", folder.Path, "--request", input, "--out", folder.Beside("x"));
        code.Should().Be(2);
        errors.Should().Contain("--password-file");
        await File.WriteAllBytesAsync(input, JsonSerializer.SerializeToUtf8Bytes(request with { RequestId = Guid.NewGuid(), Key = "cold" }, ContractJson.Default.SignRequest));
        (await SignerProcess.RunAsync("sign-offline", "--data", folder.Path, "--request", input, "--out", folder.Beside("y"), "--password-file", password))
            .ExitCode.Should().Be(1, "the checks are the same");
    }

    [Theory]
    [InlineData("There is no command", "dance")]
    [InlineData("has no option", "serve", "--data", "x", "--open-to-all")]
    [InlineData("either --socket or --listen", "serve", "--data", "x")]
    [InlineData("ADDRESS:PORT", "serve", "--data", "x", "--listen", "localhost")]
    [InlineData("holds no signer", "serve", "--data", "no-such-folder", "--listen", "0.0.0.0:0")]
    public async Task Command_Wrong_SaysWhatToDo(string says, params string[] arguments)
    {
        using var errors = new StringWriter();
        (await TPWallet.Signer.Commands.SignerCommands.RunAsync(arguments, TextWriter.Null, errors, CancellationToken.None)).Should().Be(2);
        errors.ToString().Should().Contain(says);
    }

    [Fact]
    public async Task Help_NamesEveryCommand()
    {
        using var output = new StringWriter();
        (await TPWallet.Signer.Commands.SignerCommands.RunAsync(["--help"], output, TextWriter.Null, CancellationToken.None)).Should().Be(0);
        output.ToString().Should().ContainAll("init", "serve", "sign-offline", "identity", "--listen", "--socket");
    }

    [Fact]
    public void Open_SecretThatOthersCanRead_IsRefused()
    {
        using var folder = new SignerFolderUnderTest();
        File.SetUnixFileMode(System.IO.Path.Combine(folder.Path, "root.secret"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        FluentActions.Invoking(() => TPWallet.Signer.SignerNode.Open(folder.Path, null, TimeProvider.System))
            .Should().Throw<TPWallet.Signer.SetUpException>().WithMessage("*0600*");
    }

    private static async Task<KeyAttestation> CreateKeyAsync(SignerClient client) =>
        (await client.CreateKeyAsync(new(Genesis, "hot", People.Chain, Tier.Hot), CancellationToken.None))
        .Should().BeOfType<SignerAnswer<KeyAttestation>.Given>().Subject.Value;

    private static async Task<long> FactsAsync(SignerClient client) =>
        (await client.IdentityAsync(CancellationToken.None)).Should().BeOfType<SignerAnswer<SignerIdentity>.Given>().Subject.Value.Facts;

    private static async Task ExpectAsync(HttpClient http, string body, RejectionCode code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("/v1/signatures", content);
        var rejection = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), ContractJson.Default.Rejection)!;
        rejection.Code.Should().Be(code);
        ((int)response.StatusCode).Should().BeOneOf(400, 413);
    }

    private static SocketsHttpHandler Socket(string path) => new()
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static async Task NotLetInAsync(SocketsHttpHandler handler, string where)
    {
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri(where) };
        await FluentActions.Awaiting(() => http.GetStringAsync("/v1/identity")).Should().ThrowAsync<HttpRequestException>();
    }

    private static SocketsHttpHandler Handler(string serverFolder, string? clientFolder)
    {
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.Add(X509Certificate2.CreateFromPem(File.ReadAllText(System.IO.Path.Combine(serverFolder, "tls", "ca.crt"))));
        return new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                CertificateChainPolicy = chain,
                ClientCertificates = clientFolder is null
                    ? null
                    : [X509Certificate2.CreateFromPemFile(
                        System.IO.Path.Combine(clientFolder, "tls", "client.crt"), System.IO.Path.Combine(clientFolder, "tls", "client.key"))],
            },
        };
    }
}
