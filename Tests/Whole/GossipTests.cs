using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Three operators in a row, of which the first and the last do not know each other: what they tell of their channels, over mutual TLS, with the real contract and signers.</summary>
public sealed class GossipTests : IAsyncLifetime
{
    private static readonly string[] _names = ["one", "two", "three"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-gossip-").FullName;
    private readonly int[] _ports = [FreePort.Take(), FreePort.Take(), FreePort.Take()];
    private readonly WholeSystem[] _systems = new WholeSystem[3];
    private readonly (AccountId Account, Address Key)[] _parties = new (AccountId, Address)[3];
    private Anvil _anvil = null!;
    private ChannelTown _town = null!;

    public async Task InitializeAsync()
    {
        foreach (var name in _names) Peering.Certify(_folder, name);
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _town = await ChannelTown.BuildAsync(_anvil);
        for (var i = 0; i < 3; i++)
        {
            _systems[i] = await WholeSystem.StartAsync(_anvil, Settings(i));
            _parties[i] = await _town.JoinAsync(_systems[i], _names[i]);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var system in _systems)
        {
            await system.DisposeAsync();
            Directory.Delete(system.Folder, recursive: true);
        }

        await _anvil.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Payment_OverThreeOperators_FindsItsWay_ByWhatTheyTellEachOther()
    {
        var (first, last) = (await OpenAsync(0, 1, 50_000, 1_000), await OpenAsync(1, 2, 20_000, 0));
        var invoice = await InvoiceAsync();
        (await PayAsync("before", invoice)).Failure.Should().Be(PaymentFailure.Unreachable, "its channels are private, and nothing in the invoice says how it is reached");

        await AnnounceAsync(0, first[0]);
        await AnnounceAsync(1, first[1]);
        await AnnounceAsync(1, last[0]);
        await AnnounceAsync(2, last[1]);
        await KnowsAsync(0, 1, 3);
        await KnowsAsync(2, 1, 3);
        var paid = await PayAsync("rent", invoice);
        (paid.Stage, paid.Delivered, paid.FeePaid, paid.Failure).Should().Be((PaymentStage.Paid, (UInt256)4_000, (UInt256)4, null));
        await DoneAsync(0, first[0], 50_000 - 4_004);
        await DoneAsync(2, last[1], 4_000);
        var view = await Keeper(0).Read();
        view.Tellers.Should().ContainSingle().Which.Should().Match<TellerLine>(static line => line.Name == "two" && line.Sides == 3 && line.Refused.IsEmpty && line.Trouble == null);

        // What was heard is kept; what is closed on the chain leaves the map.
        await _systems[0].DisposeAsync();
        _systems[0] = await WholeSystem.StartAsync(_anvil, Settings(0), _systems[0].Folder);
        await KnowsAsync(0, 1, 3);
        await _systems[1].FundAsync(_parties[1].Account, await _systems[1].CreateKeyAsync(_parties[1].Account, "hot"), People.Ether * 10);
        (await Grain(1, last[0]).Submit(new ChannelCommand.End(Guid.NewGuid()))).Rejected().Should().BeNull();
        await _systems[0].UntilAsync(
            async () =>
            {
                var height = (await _anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
                if ((await _systems[1].Tracker().Read()).Final is not { } final || final.Number + WholeSystem.Confirmations < height) return false;
                await _anvil.MineAsync();
                await Grain(1, last[0]).Submit(new ChannelCommand.Look(Guid.NewGuid()));
                return (await Keeper(0).Read()).Networks.Single() is { Channels: 0 };
            },
            "the channel to leave the map");
    }

    private IGossipGrain Keeper(int i) => _systems[i].Grains.GetGrain<IGossipGrain>(GossipCommand.Key);

    private IChannelGrain Grain(int i, ChannelRef side) => _systems[i].Grains.GetGrain<IChannelGrain>(side.ToString());

    private async Task AnnounceAsync(int i, ChannelRef side) => (await Grain(i, side).Submit(new ChannelCommand.SetPublic(Guid.NewGuid(), true))).Rejected().Should().BeNull();

    private Task KnowsAsync(int i, int channels, int sides) => _systems[i].UntilAsync(
        async () => (await Keeper(i).Read()).Networks is [var network] && (network.Channels, network.Sides) == (channels, sides), $"{_names[i]} to know {sides} sides");

    private async Task<ChannelRef[]> OpenAsync(int one, int other, ulong deposit, ulong others)
    {
        var facts = await _town.OpenAsync(_parties[one].Key, _parties[other].Key, deposit, others);
        var height = (await _anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
        await _anvil.MineAsync(WholeSystem.Confirmations);
        foreach (var system in _systems) await system.UntilAsync(async () => (await system.Tracker().Read()).Final is { } final && final.Number >= height, "the deposit to be final");
        var side = new ChannelRef(ChannelDomain.Id(facts), facts.A == _parties[one].Key ? ChannelSide.A : ChannelSide.B);
        await BeginAsync(one, side, facts, _names[other]);
        await BeginAsync(other, side.Peer, facts, _names[one]);
        await DoneAsync(one, side, deposit);
        await DoneAsync(other, side.Peer, others);
        return [side, side.Peer];
    }

    private async Task BeginAsync(int i, ChannelRef side, ChannelFacts facts, Name peer) =>
        (await Grain(i, side).Submit(new ChannelCommand.Open(Guid.NewGuid(), new(_parties[i].Account, "channels", facts, ChannelTown.Terms, peer)))).Rejected().Should().BeNull();

    private Task DoneAsync(int i, ChannelRef side, ulong balance) => _systems[i].UntilAsync(
        async () => await Grain(i, side).Read() is { Phase: ChannelPhase.Open, Waiting: 0 } view && view.Book.Balance.Of(side.Us) == balance, $"{side.Us} to have {balance}");

    /// <summary>An invoice of the last one's, as it is handed over, without a word of ways.</summary>
    private async Task<string> InvoiceAsync()
    {
        var invoice = _systems[2].Grains.GetGrain<IInvoiceGrain>(new InvoiceRef(_parties[2].Account, "rent").Key);
        (await invoice.Submit(new InvoiceCommand.Create(Guid.NewGuid(), new(Place, 4_000, Until, "")))).Rejected().Should().BeNull();
        await _systems[2].UntilAsync(async () => (await invoice.Read())!.Stage == InvoiceStage.Open, "the invoice to be open");
        var view = (await invoice.Read())!;
        view.Terms!.WaysIn.Should().BeEmpty();
        return view.Text!;
    }

    private async Task<PaymentView> PayAsync(Name name, string invoice)
    {
        var payment = _systems[0].Grains.GetGrain<IPaymentGrain>(new PaymentRef(_parties[0].Account, name).Key);
        (await payment.Submit(new PaymentCommand.Begin(Guid.NewGuid(), invoice, Place, 4_000, 4, 4, Until))).Rejected().Should().BeNull();
        await _systems[0].UntilAsync(async () => (await payment.Read())!.Stage is PaymentStage.Paid or PaymentStage.Failed, "the payment to end");
        return (await payment.Read())!;
    }

    private InvoicePlace Place => new("channels", People.Chain, _town.Manager, _town.Token);

    private static Instant Until => new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + Span.Hours(1);

    private Dictionary<string, string?> Settings(int i)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Peers:Listen"] = $"127.0.0.1:{_ports[i]}",
            ["Peers:CertificateFile"] = Path.Combine(_folder, _names[i] + ".pem"),
            ["Peers:KeyFile"] = Path.Combine(_folder, _names[i] + ".key"),
            ["Peers:AskSeconds"] = "1",
            ["Peers:LookSeconds"] = "2",
        };
        int[] others = i == 1 ? [0, 2] : [1];
        for (var n = 0; n < others.Length; n++)
        {
            settings[$"Peers:Operators:{n}:Name"] = _names[others[n]];
            settings[$"Peers:Operators:{n}:Url"] = $"https://127.0.0.1:{_ports[others[n]]}";
            settings[$"Peers:Operators:{n}:CertificateFile"] = Path.Combine(_folder, _names[others[n]] + ".pem");
        }

        return settings;
    }
}
