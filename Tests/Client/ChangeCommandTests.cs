using System.Text.Json;
using TPWallet.Client.Devices;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>tpw change: what arrives at the account is a change that its decider would take, signed by the device after it was shown.</summary>
public sealed class ChangeCommandTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private Genesis _genesis = null!;
    private AccountView _view = null!;

    private AccountId Account => Canonical.AccountId(_genesis);

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        Directory.CreateDirectory(At("devices"));
        List<Member> members = [];
        foreach (var name in new[] { "ana", "ben", "cleo" })
        {
            using var key = DeviceKey.Create(SignatureScheme.P256);
            await File.WriteAllTextAsync(At($"devices/{name}.phone.json"), key.ToKeyFile("correct horse"));
            members.Add(new(name, Roles.Owner | Roles.Approver, [key.ToDevice("phone")]));
        }

        var policy = People.StandardPolicy with { Limits = [], Rules = [People.Rule("pay", [EffectKind.NativeOut], new(2, Roles.Approver))] };
        _genesis = GenesisBuilder.Build(People.Deployment, "acme", [.. members], policy).OrThrow();
        var roster = new Roster(1, _genesis.Members);
        _view = Bodies.View(1) with
        {
            Id = Account,
            Roster = roster,
            RosterHash = Canonical.Hash(roster),
            Policy = policy,
            PolicyHash = Canonical.Hash(policy),
            FreezeNumber = 3,
            Frozen = true,
        };
        (_host.Cluster.Account, _host.Cluster.Lineage) = (() => _view, new(_genesis, []));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public static TheoryData<string, string[], string> Changes => new()
    {
        { "policy", ["--policy", "FOLDER/policy.json"], "policy 2" },
        { "roster", ["--roster", "FOLDER/roster.json"], "roster 2: ana" },
        { "allow", ["--allow", "eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"], "allow eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed" },
        { "unfreeze", ["--unfreeze"], "end freeze 3" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Propose_EachKind_IsShownSignedAndAdmissible(string kind, string[] options, string shown)
    {
        await File.WriteAllTextAsync(At("policy.json"), JsonSerializer.Serialize(_genesis.Policy with { Version = 2 }, ContractJson.Default.Policy));
        await File.WriteAllTextAsync(At("roster.json"), JsonSerializer.Serialize(_view.Roster with { Version = 2 }, ContractJson.Default.Roster));
        string[] resolved = [.. options.Select(option => option.Replace("FOLDER", _host.Folder, StringComparison.Ordinal))];
        var run = await RunAsync(["propose", $"{Account}", kind, .. By("ana"), .. resolved, "--yes", "--json"]);
        run.Code.Should().Be(0, run.Error);
        run.Error.Should().Contain(shown);
        var command = (AccountCommand.ProposeChange)_host.Cluster.Seen.Single().Command;
        JsonDocument.Parse(run.Output).RootElement.GetProperty("hash").GetString().Should().Be(Canonical.Hash(command.Proposal).ToString());
        var governance = Governance.FromGenesis(_genesis);
        ChangeCheck.Admit(governance, command.Proposal).Should().BeNull();
        VoteCheck.Check(command.Vote, new VoteSubject.Change(command.Proposal), VoteTerms.Of(governance), Stamp.At(command.Vote.Content.IssuedAt)).Should().BeNull();
    }

    [Fact]
    public async Task Vote_ApprovalAndVeto_AreOfWhatIsUnderWay()
    {
        var proposal = new ChangeProposal("open-up", Account, 1, new AccountChange.Unfreeze(3), "ana", People.Start);
        _view = _view with { Changes = [new(proposal, ["ana"], null)] };
        (await RunAsync(["vote", $"{Account}", "open-up", .. By("ben"), "--yes"])).Code.Should().Be(0);
        (await RunAsync(["vote", $"{Account}", "open-up", .. By("ben"), "--veto", "--yes"])).Code.Should().Be(0);
        var votes = _host.Cluster.Seen.Select(static seen => (AccountCommand.VoteOnChange)seen.Command).ToArray();
        votes.Select(static vote => vote.Vote.Content.Decision).Should().Equal(VoteDecision.Approve, VoteDecision.Veto);
        votes.Should().OnlyContain(vote => vote.Vote.Content.SubjectHash == Canonical.Hash(proposal));
        (await RunAsync(["vote", $"{Account}", "other", .. By("ben"), "--yes"])).Code.Should().Be(1, "there is no such change");
        (await RunAsync(["vote", $"{Account}", "open-up", .. By("ben")])).Code.Should().Be(2, "nobody said yes");

        // A silo that shows another change under the same name: the sequence is not the next one.
        _view = _view with { Changes = [new(proposal with { Sequence = 7 }, ["ana"], null)] };
        (await RunAsync(["vote", $"{Account}", "open-up", .. By("ben"), "--yes"])).Code.Should().Be(1);
        _host.Cluster.Seen.Should().HaveCount(2);
    }

    [Fact]
    public async Task List_ShowsWhatIsUnderWay()
    {
        var proposal = new ChangeProposal("open-up", Account, 1, new AccountChange.Unfreeze(3), "ana", People.Start);
        _view = _view with { Changes = [new(proposal, ["ana"], People.Start)] };
        (await RunAsync(["list", $"{Account}"])).Output.Should().Contain("open-up").And.Contain("end freeze 3");
        var json = JsonDocument.Parse((await RunAsync(["list", $"{Account}", "--json"])).Output).RootElement;
        json[0].GetProperty("proposal").GetProperty("id").GetString().Should().Be("open-up");
    }

    [Theory]
    [InlineData("no change")]
    [InlineData("two changes", "--unfreeze", "--allow", "eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("bad checksum", "--allow", "eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAEd")]
    [InlineData("no chain", "--allow", "mainnet:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("no such file", "--policy", "/nowhere/policy.json")]
    public async Task Propose_WrongArguments_AreToldAndNothingIsSent(string what, params string[] options)
    {
        var run = await RunAsync(["propose", $"{Account}", "c1", .. By("ana"), .. options, "--yes"]);
        run.Code.Should().Be(what == "no such file" ? 4 : 2, run.Error);
        run.Error.Should().StartWith("tpw: ");
        _host.Cluster.Seen.Should().BeEmpty();
    }

    private static string[] By(string member) => ["--member", member, "--device", "phone"];

    private string At(string name) => Path.Combine(_host.Folder, name);

    private Task<(int Code, string Output, string Error)> RunAsync(string[] arguments) => CommandRun.OfAsync(_host, ["change", .. arguments]);
}
