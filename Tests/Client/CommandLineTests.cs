using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>The tpw command as a process of its own: arguments, files, output and exit codes.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Account_FoundedStepByStep_IsRegisteredAndVotedFor()
    {
        await using var host = await GatewayHost.StartAsync();
        string At(string name) => Path.Combine(host.Folder, name);
        foreach (var (member, scheme) in new[] { ("ana", "Secp256k1"), ("ben", "P256"), ("cleo", "Ed25519") })
            (await RunAsync(host, "device", "new", "--member", member, "--device", "phone", "--scheme", scheme)).Code.Should().Be(0);
        var policy = People.StandardPolicy with { Limits = [] };
        await File.WriteAllTextAsync(At("policy.json"), JsonSerializer.Serialize(policy, ContractJson.Default.Policy));
        string Member(string name) => $"{name}:Owner+Approver:phone:{At("devices")}/{name}.phone.json";
        var genesis = await RunAsync(
            host, "account", "genesis", "--deployment", People.Deployment.ToString(), "--tenant", "acme", "--policy", At("policy.json"), "--out", At("genesis.json"),
            "--member", Member("ana"), "--member", Member("ben"), "--member", Member("cleo"));
        genesis.Code.Should().Be(0, genesis.Error);
        foreach (var member in new[] { "ana", "ben", "cleo" })
        {
            (await RunAsync(host, "account", "prove", "--genesis", At("genesis.json"), "--member", member, "--device", "phone", "--out", At(member)))
                .Code.Should().Be(0);
        }

        var created = await RunAsync(
            host, "account", "create", "--genesis", At("genesis.json"), "--proof", At("ana"), "--proof", At("ben"), "--proof", At("cleo"), "--json");
        created.Code.Should().Be(0, created.Error);
        var register = (AccountCommand.Register)host.Cluster.Seen.Single().Command;
        var id = Canonical.AccountId(register.Genesis);
        TPWallet.Domain.Authority.GenesisCheck.Check(id, register.Genesis, register.Proofs).Should().BeNull();
        JsonDocument.Parse(created.Output).RootElement.GetProperty("account").GetString().Should().Be(id.ToString());

        var packet = Show(host, register.Genesis);
        var vote = await RunAsync(host, "packet", "vote", id.ToString(), "rent", "--member", "cleo", "--device", "phone", "--yes");
        vote.Code.Should().Be(0, vote.Error);
        vote.Error.Should().Contain(People.AddressOf("payee").ToString(), "a person sees what is signed");
        var cast = (PacketCommand.CastVote)host.Cluster.Seen.Last().Command;
        cast.Vote.Content.SubjectHash.Should().Be(packet.ContentHash);
        (await RunAsync(host, "packet", "vote", id.ToString(), "rent", "--member", "ana", "--device", "phone")).Code.Should().Be(2, "nobody said yes");
        host.Cluster.Packet = () => packet with { ContentHash = default };
        (await RunAsync(host, "packet", "vote", id.ToString(), "rent", "--member", "ana", "--device", "phone", "--yes")).Code.Should().Be(1);
        host.Cluster.Seen.Count(seen => seen.Command is PacketCommand.CastVote).Should().Be(1, "nothing that lies is signed");
    }

    [Fact]
    public async Task Refusal_Json_IsOneObjectAndExitCodeOne()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Refused(new(RejectionCode.Frozen, "this", "that")));
        var (code, output, _) = await RunAsync(host, "packet", "cancel", Bodies.Account.ToString(), "rent", "--reason", "x", "--json");
        code.Should().Be(1);
        JsonDocument.Parse(output).RootElement.GetProperty("code").GetString().Should().Be("Frozen");
        host.Cluster.Answer = _ => Task.FromResult<CommandReply>(new CommandReply.Refused(new(RejectionCode.OutcomeUnknown, "this", "that")));
        var unknown = await RunAsync(host, "packet", "cancel", Bodies.Account.ToString(), "rent", "--reason", "x", "--idempotency-key", "again");
        unknown.Code.Should().Be(3);
        unknown.Error.Should().Contain("--idempotency-key again");
    }

    [Fact]
    public async Task ApiKeys_AddedAndListed_ShowNoSecret()
    {
        await using var host = await GatewayHost.StartAsync();
        (await RunAsync(host, "keys", "add", "reader", "--tenant", "acme", "--scope", "Read")).Code.Should().Be(0);
        var ring = await ApiKeyFile.ReadAsync(Path.Combine(host.Folder, ApiKeyRing.FileName), CancellationToken.None);
        ring.Keys.Select(key => key.Id.Value).Should().Equal("dev", "reader");
        ring.Keys[1].Scopes.Should().Equal(ApiScope.Read);
        var list = await RunAsync(host, "keys", "list", "--json");
        list.Output.Should().Contain("reader").And.NotContain(ring.Keys[1].Secret.ToString()[2..]);
        (await RunAsync(host, "keys", "add", "reader", "--tenant", "acme")).Code.Should().Be(2, "an id comes once");
    }

    [Fact]
    public async Task Arguments_Wrong_AreToldAndNothingIsSent()
    {
        await using var host = await GatewayHost.StartAsync();
        string[][] wrong =
        [
            ["account", "show", "0x12"],
            ["account", "show"],
            ["packet", "cancel", Bodies.Account.ToString(), "RENT", "--reason", "x"],
            ["packet", "cancel", Bodies.Account.ToString(), "rent"],
            ["key", "new", Bodies.Account.ToString(), "main", "--chain", "mainnet"],
            ["device", "new", "--member", "ana", "--device", "phone", "--scheme", "Rsa"],
            ["channel", "send", Bodies.Account.ToString(), $"{default(Bytes32)}/A", "5", "--hash", $"{default(Bytes32)}", "--expiry", "9", "--payee", "0x02", "--hop", "0x02,1,2"],
            ["channel", "send", Bodies.Account.ToString(), $"{default(Bytes32)}/A", "5", "--hash", $"{default(Bytes32)}", "--expiry", "9", "--payee", "0x02"],
            ["channel", "send", Bodies.Account.ToString(), $"{default(Bytes32)}/A", "5", "--expiry", "9", "--payee", "0x02"],
            ["channel", "send", Bodies.Account.ToString(), $"{default(Bytes32)}/A", "5", "--expiry", "9", "--invoice", "rent.json", "--total", "many"],
            ["channel", "invoice", "create", Bodies.Account.ToString(), "rent", $"{default(Bytes32)}/A", "--amount", "-1"],
            ["packet", "propose", Bodies.Account.ToString(), "rent", "--from-device", "My Phone"],
            ["nonsense"],
        ];
        foreach (var arguments in wrong)
        {
            var (code, output, error) = await RunAsync(host, arguments);
            code.Should().Be(2, string.Join(' ', arguments));
            output.Should().BeEmpty();
            error.Should().StartWith("tpw: ");
        }

        host.Cluster.Seen.Should().BeEmpty();
    }

    /// <summary>Shows the account of this genesis and a packet of it that waits for votes.</summary>
    private static PacketView Show(GatewayHost host, Genesis genesis)
    {
        var id = Canonical.AccountId(genesis);
        var roster = new Roster(1, genesis.Members);
        var view = Bodies.View(1) with
        {
            Id = id,
            Roster = roster,
            RosterHash = Canonical.Hash(roster),
            Policy = genesis.Policy,
            PolicyHash = Canonical.Hash(genesis.Policy),
        };
        var now = new Grains.Interfaces.Values.Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var day = Grains.Interfaces.Values.Span.Hours(24);
        var content = People.Packet(id, "rent", People.Transfer("pay", 7)) with { OpenBefore = now + day, SettleBefore = now + day + day };
        var packet = Bodies.PacketView() with { Ref = content.Ref, Content = content, ContentHash = Canonical.Hash(content) };
        packet = packet with
        {
            Assessment = packet.Assessment! with { Roster = roster, RosterHash = view.RosterHash, PolicyHash = view.PolicyHash },
        };
        (host.Cluster.Account, host.Cluster.Packet, host.Cluster.Lineage) = (() => view, () => packet, new(genesis, []));
        return packet;
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(GatewayHost host, params string[] arguments) => CommandRun.OfAsync(host, arguments);
}
