using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Signer;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Signer;

namespace TPWallet.Tests.Client;

/// <summary>tpw sign --offline: no silo, no signer process and no network; the signer's own checks and store.</summary>
public sealed class SignCommandTests
{
    [Fact]
    public async Task SignOffline_ValidRequest_IsTheSignatureThatTheSignerGivesForIt()
    {
        using var folder = new SignerFolderUnderTest();
        var (key, request) = await PrepareAsync(folder);
        var (input, output) = (folder.Beside("request.json"), folder.Beside("signature.json"));
        await WriteAsync(input, request);
        var run = await CommandRun.OfAsync(null, "sign", "--offline", input, "--data", folder.Path, "--out", output, "--json");
        run.Code.Should().Be(0, run.Error + run.Output);
        var signed = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(output), ContractJson.Default.SignOutcome)
            .Should().BeOfType<SignOutcome.Signed>().Subject;
        JsonDocument.Parse(run.Output).RootElement.GetProperty("transaction").GetString().Should().Be(signed.TxHash.ToString());
        SignedTransaction.Decode(signed.Raw.Span).Value.Sender().Value.Should().Be(key.Address);
        using (var node = Open(folder))
        {
            (await node.Port.SignAsync(request, CancellationToken.None)).Should().Be(signed, "the signer knows the signature that was made offline");
        }

        var again = await CommandRun.OfAsync(null, "sign", "--offline", input, "--data", folder.Path, "--out", output);
        again.Code.Should().Be(4, "a signature file is never written over");
    }

    [Fact]
    public async Task SignOffline_RefusedOrNotThere_IsToldWithItsCode()
    {
        using var folder = new SignerFolderUnderTest();
        var (_, request) = await PrepareAsync(folder);
        var input = folder.Beside("request.json");
        await WriteAsync(input, request with { Key = "cold" });
        var refused = await CommandRun.OfAsync(null, "sign", "--offline", input, "--data", folder.Path, "--out", folder.Beside("a"), "--json");
        refused.Code.Should().Be(1, refused.Error);
        JsonDocument.Parse(refused.Output).RootElement.GetProperty("code").GetString().Should().Be(nameof(RejectionCode.KeyUnknown));
        await File.WriteAllTextAsync(input, "no request");
        var garbage = await CommandRun.OfAsync(null, "sign", "--offline", input, "--data", folder.Path, "--out", folder.Beside("b"));
        garbage.Code.Should().Be(4);
        garbage.Error.Should().Contain(nameof(RejectionCode.Malformed));
        var nowhere = await CommandRun.OfAsync(null, "sign", "--offline", input, "--data", folder.Beside("none"), "--out", folder.Beside("c"));
        nowhere.Code.Should().Be(4, nowhere.Error);
        (await CommandRun.OfAsync(null, "sign", "--offline", folder.Beside("missing.json"), "--out", folder.Beside("d"))).Code.Should().Be(4);
    }

    /// <summary>A key in the folder and a request for it, as a silo writes it. Nothing has the folder open afterwards: its store has one owner at a time.</summary>
    private static async Task<(KeyAttestation Key, SignRequest Request)> PrepareAsync(SignerFolderUnderTest folder)
    {
        using var node = Open(folder);
        var answer = await node.Port.CreateKeyAsync(new(People.StandardGenesis, "hot", People.Chain, Tier.Hot), CancellationToken.None);
        var key = answer.Should().BeOfType<SignerAnswer<KeyAttestation>.Given>().Subject.Value;
        return (key, Requests.Plain(People.StandardGenesis, key));
    }

    private static SignerNode Open(SignerFolderUnderTest folder) => SignerNode.Open(folder.Path, null, TimeProvider.System);

    private static Task WriteAsync(string path, SignRequest request) =>
        File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(request, ContractJson.Default.SignRequest));
}
