using TPWallet.Client;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Risk;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may hand in a verdict, in whose name, and of what.</summary>
public sealed class VerdictRouteTests
{
    private static readonly PacketRef _packet = new(Bodies.Account, "p");

    [Fact]
    public async Task Verdict_OfAScreener_ReachesTheNumberedCaseInItsName()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf("aml", ApiScope.Screen)]);
        var deposit = People.Id("deposit");
        var said = Said("aml") with { Flow = new(3, 200) };
        (await Screener(host).RecordAsync(new("one"), _packet, 7, CaseRun.Subject.Hash, said)).Should().BeOfType<CommandReply.Accepted>();
        (await Screener(host).RecordAsync(new("two"), Bodies.Account, deposit, 9, CaseRun.Subject.Hash, said)).Should().BeOfType<CommandReply.Accepted>();
        host.Cluster.Seen.Select(seen => seen.Grain).Should().Equal($"{_packet.Key}/7", HeldDeposit.CaseKey(Bodies.Account, deposit, 9));
        var recorded = host.Cluster.Seen.First().Command.Should().BeOfType<CaseCommand.RecordVerdict>().Subject;
        (recorded.Subject, recorded.Screening).Should().Be((CaseRun.Subject.Hash, said));
    }

    [Theory]
    [InlineData("aml", "aml", false, RejectionCode.MissingScope)]
    [InlineData("aml", "another", true, RejectionCode.Malformed)]
    public async Task Verdict_WithoutTheScopeOrInAnothersName_ReachesNothing(string key, string provider, bool screens, RejectionCode code)
    {
        await using var host = await GatewayHost.StartAsync(
            [KeyOf(key, screens ? [ApiScope.Screen] : [ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator, ApiScope.Review])]);
        (await Screener(host).RecordAsync(new("one"), _packet, 7, CaseRun.Subject.Hash, Said(provider))).Should().BeOfType<CommandReply.Refused>()
            .Which.Rejection.Code.Should().Be(code);
        host.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Wanted_TellsWhatIsAskedInAccountsThatTheKeyMayName()
    {
        var other = new AccountId(new Bytes32(5));
        await using var host = await GatewayHost.StartAsync([ApiKeyFile.Generate("aml", "acme", [Bodies.Account.ToString()], [ApiScope.Screen])]);
        host.Cluster.Queue = (_, _) => new([$"{Bodies.Account}/p/7", $"{other}/p/1"], null);
        (await Screener(host).ReadWantedAsync()).Wanted.Should().BeEmpty("no case asks for a verdict");
        host.Cluster.Question = () => Asked(isOpen: true);
        var wanted = (await Screener(host).ReadWantedAsync()).Wanted.Should().ContainSingle().Subject;
        (wanted.Account, wanted.Of, wanted.Number, wanted.Question.Subject.Hash).Should().Be((Bodies.Account, "p", 7, CaseRun.Subject.Hash));
        (await Screener(host).ReadQuestionAsync(_packet, 7))!.Hash.Should().Be(CaseRun.Subject.Hash);
        (await Screener(host).ReadQuestionAsync(Bodies.Account, People.Id("deposit"), 7))!.Round.Should().Be(2);
        host.Cluster.Question = () => Asked(isOpen: false);
        (await Screener(host).ReadWantedAsync()).Wanted.Should().BeEmpty("it is answered");
        (await host.SendAsync(HttpMethod.Get, "/v1/verdicts?most=51", null, null)).Status.Should().Be(400);
        (await host.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/packets/P/cases/7/verdict", null, null)).Status.Should().Be(400);
        (await host.SendAsync(HttpMethod.Get, "/v1/reviews", null, null)).Status.Should().Be(403, "a screening service reads what it is asked and nothing else");
    }

    private static VerdictQuestion Asked(bool isOpen) => new(CaseRun.Subject, CaseRun.Subject.Hash, 2, isOpen, People.Start, null, null);

    private static Screening Said(Name provider) => new(provider, ScreeningVerdict.Clear, 7, People.Start, People.Start + Span.Hours(1));

    private static RestScreener Screener(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(Name id, params ReadOnlySpan<ApiScope> scopes) => ApiKeyFile.Generate(id, "acme", [ApiKey.AllAccounts], [.. scopes]);
}
