using System.Text.Json;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Gateway;

public sealed class GatewayStartTests
{
    [Fact]
    public async Task FirstStart_OnLoopback_MakesAPrivateKeyFileThatIsKept()
    {
        await using var host = await GatewayHost.StartAsync();
        var path = Path.Combine(host.Folder, ApiKeyRing.FileName);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        host.Key.Tenant.Value.Should().Be("acme");
        host.Key.ToString().Should().NotContain(host.Key.Secret.ToString());
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0;http://[::]:0")]
    public async Task Start_BeyondLoopbackWithoutKeys_IsRefused(string urls)
    {
        var folder = Directory.CreateTempSubdirectory("tpw-gateway-").FullName;
        try
        {
            var start = () => GatewayHost.StartAsync(urls: urls, folder: folder);
            (await start.Should().ThrowAsync<SetUpException>()).Which.Message.Should().Contain(ApiKeyRing.FileName);
            Directory.EnumerateFileSystemEntries(folder).Should().BeEmpty("nobody asked for a key");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"keys\":[{\"id\":\"a\",\"secret\":\"0x00\",\"tenant\":\"t\",\"accounts\":[\"*\"],\"scopes\":[\"Read\"]}]}")]
    [InlineData("not json")]
    public async Task KeyFile_Damaged_IsRefusedWithoutQuotingIt(string text)
    {
        var path = await WriteAsync(text, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var read = () => ApiKeyFile.ReadAsync(path, CancellationToken.None);
        (await read.Should().ThrowAsync<InvalidDataException>()).Which.Message.Should().Contain(path).And.NotContain("not json");
        File.Delete(path);
    }

    [Fact]
    public async Task KeyFile_ThatOthersMayRead_IsRefused()
    {
        if (OperatingSystem.IsWindows()) return;
        var path = await WriteAsync("{\"keys\":[]}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var read = () => ApiKeyFile.ReadAsync(path, CancellationToken.None);
        (await read.Should().ThrowAsync<InvalidDataException>()).Which.Message.Should().Contain("chmod 600");
        File.Delete(path);
    }

    [Fact]
    public async Task Health_WithGrains_IsLiveAndReady()
    {
        await using var host = await GatewayHost.StartAsync();
        (await host.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative))).Should().Be("Healthy");
        (await host.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative))).Should().Contain("\"status\":\"Healthy\"");
        host.Cluster.Account = () => throw new TimeoutException();
        using var ready = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        ((int)ready.StatusCode).Should().Be(503);
        (await host.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative))).Should().Be("Healthy");
    }

    [Fact]
    public async Task OpenApi_Document_NamesEveryRouteAndWhatItAsksFor()
    {
        await using var host = await GatewayHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var paths = document.RootElement.GetProperty("paths");
        paths.EnumerateObject().Select(path => path.Name).Should().Contain([
            "/v1/accounts", "/v1/accounts/{id}", "/v1/accounts/{id}/lineage", "/v1/accounts/{id}/events", "/v1/accounts/{id}/keys",
            "/v1/accounts/{id}/changes", "/v1/accounts/{id}/changes/{change}/votes", "/v1/accounts/{id}/freeze", "/v1/accounts/{id}/packets/{packet}",
            "/v1/accounts/{id}/packets/{packet}/propose", "/v1/accounts/{id}/packets/{packet}/votes", "/v1/accounts/{id}/packets/{packet}/cancel",
            "/v1/accounts/{id}/packets/{packet}/events", "/v1/chains/{chain}", "/v1/chains/{chain}/fees"]);
        var draft = paths.GetProperty("/v1/accounts/{id}/packets/{packet}").GetProperty("put");
        draft.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString())
            .Should().Contain(["id", "packet", IdempotencyKey.Header, RequestSignature.SignatureHeader]);
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("Cancel").GetProperty("properties").EnumerateObject().Select(field => field.Name).Should().Equal("reason");
    }

    private static async Task<string> WriteAsync(string text, UnixFileMode mode)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
        return path;
    }
}
