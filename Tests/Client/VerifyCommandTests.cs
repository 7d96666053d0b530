using System.Text.Json;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Tests.Evidence;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>tpw packet evidence, and tpw verify on what it wrote.</summary>
public sealed class VerifyCommandTests
{
    [Fact]
    public async Task Evidence_ExportedThenVerified_ProvesOfflineAndNoAlteredByteDoes()
    {
        await using var host = await GatewayHost.StartAsync();
        var pack = Story.Pack();
        host.Cluster.Evidence = _ => new EvidenceReply.Built(pack);
        var file = Path.Combine(host.Folder, "pay.json");
        var exported = await CommandRun.OfAsync(host, "packet", "evidence", $"{Story.Account}", "pay", "-o", file);
        exported.Code.Should().Be(0, exported.Error);
        (await CommandRun.OfAsync(host, "packet", "evidence", $"{Story.Account}", "pay", "-o", file)).Code.Should().Be(4, "a file is never replaced");

        // Offline: no silo is there any more.
        var proved = await CommandRun.OfAsync(null, "verify", file, "--account", $"{Story.Account}", "--json");
        proved.Code.Should().Be(0, proved.Error);
        var json = JsonDocument.Parse(proved.Output).RootElement;
        json.GetProperty("proved").GetBoolean().Should().BeTrue();
        json.GetProperty("blocks").GetArrayLength().Should().Be(2);
        (await CommandRun.OfAsync(null, "verify", file, "--account", $"{Story.Account}")).Output.Should().Contain("proved").And.Contain("ana, ben, cleo");

        var other = await CommandRun.OfAsync(null, "verify", file, "--account", $"{Story.Other}");
        other.Code.Should().Be(1);
        other.Error.Should().Contain("step \"genesis\"").And.Contain(nameof(RejectionCode.GenesisMismatch));
        other.Output.Should().BeEmpty();

        var bytes = await File.ReadAllBytesAsync(file);
        bytes.Should().Equal(EvidenceFile.Write(pack));
        var at = bytes.AsSpan().IndexOf("\"signature\":\"0x"u8) + 20;
        bytes[at] = bytes[at] == (byte)'0' ? (byte)'1' : (byte)'0';
        await File.WriteAllBytesAsync(file, bytes);
        var altered = await CommandRun.OfAsync(null, "verify", file, "--account", $"{Story.Account}", "--json");
        altered.Code.Should().Be(1);
        var why = JsonDocument.Parse(altered.Output).RootElement;
        why.GetProperty("proved").GetBoolean().Should().BeFalse();
        why.GetProperty("step").GetString().Should().Be("genesis");
        why.GetProperty("code").GetString().Should().Be(nameof(RejectionCode.BadSignature));
    }

    [Fact]
    public async Task Verify_WrongArguments_AreTold()
    {
        (await CommandRun.OfAsync(null, "verify", "nowhere.json", "--account", $"{Story.Account}")).Code.Should().Be(4);
        (await CommandRun.OfAsync(null, "verify", "nowhere.json", "--account", "0x12")).Code.Should().Be(2);
        (await CommandRun.OfAsync(null, "verify", "nowhere.json")).Code.Should().Be(2);
    }

    [Fact]
    public async Task Evidence_NotSettled_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Evidence = _ => new EvidenceReply.Refused(new(RejectionCode.WrongState, "a settled packet", "approving"));
        var run = await CommandRun.OfAsync(host, "packet", "evidence", $"{Story.Account}", "pay", "--json", "--out", Path.Combine(host.Folder, "x"));
        run.Code.Should().Be(1);
        JsonDocument.Parse(run.Output).RootElement.GetProperty("code").GetString().Should().Be(nameof(RejectionCode.WrongState));
        File.Exists(Path.Combine(host.Folder, "x")).Should().BeFalse();
    }
}
