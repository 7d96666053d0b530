using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A channel that another operator's tower guards, while its own operator is down: two operators over mutual TLS, the real contract on anvil.</summary>
public sealed class TowerTests : IAsyncLifetime
{
    /// <summary>Short, so that the tower looks every few seconds.</summary>
    private const ulong Window = 320;

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-towers-").FullName;
    private readonly int[] _ports = [FreePort.Take(), FreePort.Take()];
    private ChannelPair _pair = null!;
    private readonly NewestLies _lies = new();
    private readonly List<MoodyNode> _nodes = [];
    private WholeSystem _guard = null!;

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "home", "guard" }) Peering.Certify(_folder, name);
        _pair = await ChannelPair.StartAsync(Window, Settings(0));
        await _pair.FundAsync();
        // Reads of one node go to the first, and that one lies.
        _nodes.Add(await MoodyNode.StartAsync(_pair.Anvil.Endpoint, _lies));
        for (var i = 0; i < 2; i++) _nodes.Add(await MoodyNode.StartAsync(_pair.Anvil));
        _guard = await WholeSystem.StartAsync(_pair.Anvil, GuardSettings());
    }

    public async Task DisposeAsync()
    {
        await _guard.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await _pair.DisposeAsync();
        Directory.Delete(_guard.Folder, recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task StaleClose_WhileItsOperatorIsDown_IsAnsweredByTheTower_AndBothGetWhatTheyAgreedOn()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 0);
        await _pair.SubmitAsync(two, new ChannelCommand.SetTower(Guid.NewGuid(), "guard"));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(two)).Tower!.Trouble?.Code == RejectionCode.UnsupportedKind, "an operator that is no tower to say so");
        _pair.System.Incidents.All.Should().Contain(static incident => incident.Code == IncidentCodes.ChannelUnguarded);
        await ServeAsync();

        // The stale state is older than the tower: it is found in the journal.
        await PayAsync(one, two, 1, 1);
        var stale = (await _pair.ReadAsync(two)).Book;
        var close = await _pair.DemandAsync(stale, await _pair.SignatureAsync(two, stale), one);
        await PayAsync(one, two, 999, 1_000);
        await _pair.SubmitAsync(two, new ChannelCommand.SetTower(Guid.NewGuid(), "guard", Waits: true));
        await GuardedAsync(two);
        for (var paid = 2_000UL; paid <= 5_000; paid += 1_000) await PayAsync(one, two, 1_000, paid);
        await GuardedAsync(two);
        var newest = (await _pair.ReadAsync(two)).Book;
        var tower = _guard.Grains.GetGrain<ITowerGrain>(new TowerRef("home", two).Key);
        var kept = (await tower.Read())!;
        (kept.Nonce, kept.Trouble).Should().Be((newest.Nonce, null));
        kept.Traps.Should().BeGreaterThanOrEqualTo((int)newest.Nonce);

        await _pair.System.DisposeAsync();
        await _pair.Anvil.CallAsync(_pair.Town.Manager, close);
        await _pair.Anvil.MineAsync();
        (await _pair.RecordAsync(two)).Nonce.Should().Be(stale.Nonce);
        await _guard.UntilAsync(
            async () =>
            {
                await _pair.Anvil.MineAsync();
                return (await _pair.RecordAsync(two)).Nonce == newest.Nonce;
            },
            "the tower to answer");
        await _guard.UntilAsync(
            async () =>
            {
                await _pair.Anvil.MineAsync();
                return await tower.Read() is { Act: null, Closing: { } closing } && closing.Nonce == newest.Nonce;
            },
            "the tower to see that");

        _lies.Told.Should().BePositive("its first node said all the time that nothing was to be answered");
        await _pair.RestartAsync();
        await _pair.PassAsync(Window + 1);
        await _pair.PassAsync(Window / 8);
        foreach (var side in new[] { one, two }) await _pair.MineUntilAsync(side, static view => view.Phase == ChannelPhase.Closed, $"{side.Us} to be closed");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(5_000);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(5_000);
    }

    /// <summary>The second operator becomes a tower: an account of its own with a mandate for the contract, and some coins for fees.</summary>
    private async Task ServeAsync()
    {
        var (account, _) = await _pair.Town.JoinAsync(_guard, "guard");
        await _guard.FundAsync(account, await _guard.CreateKeyAsync(account, "hot"), People.Ether);
        await _guard.DisposeAsync();
        _guard = await WholeSystem.StartAsync(_pair.Anvil, new Dictionary<string, string?>(GuardSettings()) { ["Tower:Account"] = account.ToString(), ["Tower:Key"] = "channels" }, _guard.Folder);
    }

    private async Task PayAsync(ChannelRef one, ChannelRef two, ulong amount, ulong then)
    {
        await _pair.PayAsync(one, amount);
        await _pair.DoneAsync(two, then);
        await _pair.AgreeAsync(one);
    }

    private Task GuardedAsync(ChannelRef side) => _pair.System.UntilAsync(
        async () => await _pair.ReadAsync(side) is { Tower: { Behind: 0, Trouble: null } tower } view && tower.Handed == view.Book.Nonce, "the tower to have the newest state");

    private Dictionary<string, string?> GuardSettings()
    {
        var settings = Settings(1);
        settings["Chains:0:Proof"] = nameof(ProofLevel.Agreed);
        // No node keeps silent here: none is taken for one that does.
        settings["Nodes:DeadlineMs"] = "30000";
        for (var i = 0; i < _nodes.Count; i++)
        {
            settings[$"Chains:0:Nodes:{i}:Name"] = $"node-{i}";
            settings[$"Chains:0:Nodes:{i}:Organisation"] = $"organisation-{i}";
            settings[$"Chains:0:Nodes:{i}:Url"] = _nodes[i].Endpoint.ToString();
        }

        return settings;
    }

    private Dictionary<string, string?> Settings(int i)
    {
        var (own, other) = i == 0 ? ("home", "guard") : ("guard", "home");
        return new()
        {
            ["Peers:Listen"] = $"127.0.0.1:{_ports[i]}",
            ["Peers:CertificateFile"] = Path.Combine(_folder, own + ".pem"),
            ["Peers:KeyFile"] = Path.Combine(_folder, own + ".key"),
            ["Peers:Operators:0:Name"] = other,
            ["Peers:Operators:0:Url"] = $"https://127.0.0.1:{_ports[1 - i]}",
            ["Peers:Operators:0:CertificateFile"] = Path.Combine(_folder, other + ".pem"),
        };
    }
}
