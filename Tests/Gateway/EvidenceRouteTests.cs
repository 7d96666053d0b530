using TPWallet.Client;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Evidence;

namespace TPWallet.Tests.Gateway;

/// <summary>GET …/packets/{packet}/evidence: the file's own bytes, for keys that may name the account.</summary>
public sealed class EvidenceRouteTests
{
    private static readonly string _path = $"/v1/accounts/{Story.Account}/packets/pay/evidence";

    [Fact]
    public async Task Evidence_OfASettledPacket_IsTheFileByteForByte()
    {
        await using var host = await GatewayHost.StartAsync();
        var pack = Story.Pack();
        host.Cluster.Evidence = packet => packet == $"{Story.Account}/pay"
            ? new EvidenceReply.Built(pack)
            : new EvidenceReply.Refused(new(RejectionCode.NotFound, "this packet", packet));
        var (status, body) = await host.SendAsync(HttpMethod.Get, _path);
        status.Should().Be(200);
        System.Text.Encoding.UTF8.GetBytes(body).Should().Equal(EvidenceFile.Write(pack));
        EvidenceFile.Write(await host.Wallet.ReadEvidenceAsync(new(Story.Account, "pay"))).Should().Equal(EvidenceFile.Write(pack), "the SDK loses nothing");
    }

    [Theory]
    [InlineData(RejectionCode.NotFound, 404)]
    [InlineData(RejectionCode.WrongState, 409)]
    [InlineData(RejectionCode.ProofMissing, 422)]
    [InlineData(RejectionCode.Overloaded, 503)]
    public async Task Evidence_Refused_IsAProblemAndTheSdkThrowsIt(RejectionCode code, int status)
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Evidence = _ => new EvidenceReply.Refused(new(code, "this", "that"));
        var answer = await host.SendAsync(HttpMethod.Get, _path);
        answer.Status.Should().Be(status);
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(code);
        var read = () => host.Wallet.ReadEvidenceAsync(new(Story.Account, "pay"));
        (await read.Should().ThrowAsync<RefusedException>()).Which.Rejection.Code.Should().Be(code);
    }

    [Fact]
    public async Task Evidence_OfAnotherAccount_IsRefusedBeforeAnythingIsBuilt()
    {
        var listed = ApiKeyFile.Generate("listed", "acme", [Bodies.Account.ToString()], [ApiScope.Read]);
        var stranger = ApiKeyFile.Generate("stranger", "evil", [ApiKey.AllAccounts], [ApiScope.Read]);
        var proposer = ApiKeyFile.Generate("proposer", "acme", [ApiKey.AllAccounts], [ApiScope.Propose]);
        await using var host = await GatewayHost.StartAsync([listed, stranger, proposer]);
        host.Cluster.Lineage = new AccountLineage(People.GenesisOf(People.StandardPolicy, People.All, "other"), []);
        host.Cluster.Evidence = _ => throw new InvalidOperationException("Nothing may be built for a key that may not see it.");
        var unlisted = $"/v1/accounts/{Story.Other}/packets/pay/evidence";
        foreach (var key in new[] { listed, stranger, proposer })
        {
            var answer = await host.SendAsync(HttpMethod.Get, unlisted, key: key);
            answer.Status.Should().Be(403, key.Id.Value);
            GatewayHost.ProblemOf(answer.Body).Code.Should().Be(RejectionCode.MissingScope);
        }
    }

    [Theory]
    [InlineData("/v1/accounts/0x12/packets/pay/evidence")]
    [InlineData("/v1/accounts/ACCOUNT/packets/PAY/evidence")]
    public async Task Evidence_BadName_IsMalformed(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.SendAsync(HttpMethod.Get, path.Replace("ACCOUNT", Story.Account.ToString(), StringComparison.Ordinal));
        answer.Status.Should().Be(400);
        GatewayHost.ProblemOf(answer.Body).Code.Should().Be(RejectionCode.Malformed);
    }
}
