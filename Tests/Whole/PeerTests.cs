using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Two operators, each with a silo, a journal and a signer of its own, whose accounts share a channel: the peers' protocol over mutual TLS.</summary>
public sealed class PeerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-peers-").FullName;
    private readonly int[] _ports = [FreePort.Take(), FreePort.Take()];
    private readonly WholeSystem[] _systems = new WholeSystem[2];
    private readonly (AccountId Account, Address Key)[] _parties = new (AccountId, Address)[2];
    private Anvil _anvil = null!;
    private ChannelTown _town = null!;

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "one", "two", "stranger" }) Peering.Certify(_folder, name);
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _town = await ChannelTown.BuildAsync(_anvil);
        for (var i = 0; i < 2; i++)
        {
            _systems[i] = await WholeSystem.StartAsync(_anvil, Settings(i));
            _parties[i] = await _town.JoinAsync(_systems[i], $"party {i}");
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
    public async Task Payments_BetweenOperators_AreSignedByBoth_AlsoWhenOneIsAwayForAWhile()
    {
        var sides = await OpenAsync(10_000, 5_000);
        for (var i = 0; i < 10; i++)
        {
            await PayAsync(0, sides[0], 10);
            await PayAsync(1, sides[1], 4);
        }

        await DoneAsync(0, sides[0], 10_000 - 100 + 40);
        await DoneAsync(1, sides[1], 5_000 + 100 - 40);

        await _systems[1].DisposeAsync();
        await PayAsync(0, sides[0], 500);
        _systems[1] = await WholeSystem.StartAsync(_anvil, Settings(1), _systems[1].Folder);
        await DoneAsync(1, sides[1], 5_000 + 100 - 40 + 500);
        await DoneAsync(0, sides[0], 10_000 - 100 + 40 - 500);
        (await Grain(0, sides[0]).Read())!.Book.Should().Be((await Grain(1, sides[1]).Read())!.Book);
    }

    [Fact]
    public async Task Stranger_OrAnotherPeer_IsNotHeard_AndBadMessagesChangeNothing()
    {
        var sides = await OpenAsync(1_000, 0);
        var before = (await Grain(0, sides[0]).Read())!;
        var stranger = () => SendAsync("stranger", sides[0], "{\"message\":\"ask-turn\",\"number\":1}");
        await stranger.Should().ThrowAsync<HttpRequestException>("its certificate is nobody's");
        (await SendAsync("two", sides[0], "{\"message\":\"shout\",\"number\":1}")).Should().Be(HttpStatusCode.BadRequest);
        (await SendAsync("two", sides[0], "{\"message\":\"ask-turn\",\"number\":1,\"more\":1}")).Should().Be(HttpStatusCode.BadRequest);
        (await SendAsync("two", sides[0] with { Channel = default }, "{\"message\":\"ask-turn\",\"number\":1}")).Should().Be(HttpStatusCode.ServiceUnavailable);
        (await SendAsync("two", sides[0], $"{{\"message\":\"ask-turn\",\"number\":{before.Version + 900}}}")).Should().Be(HttpStatusCode.UnprocessableEntity, "messages before it are missing");
        (await Grain(0, sides[0]).Read())!.Book.Should().Be(before.Book);
        var local = await OpenHereAsync();
        (await SendAsync("two", local, "{\"message\":\"lost\"}")).Should().Be(HttpStatusCode.ServiceUnavailable, "that channel is not with this peer");
        (await Grain(0, local).Read())!.Phase.Should().NotBe(ChannelPhase.PeerLost);
        await PayAsync(0, sides[0], 7);
        await DoneAsync(1, sides[1], 7);
    }

    /// <summary>One pays an account of the other operator, over that operator's party of their channel: the invoice says by which channel it is reached.</summary>
    [Fact]
    public async Task Payment_OfAnInvoiceOfAnotherOperator_FindsItsWay()
    {
        var sides = await OpenAsync(50_000, 1_000);
        var payee = await _town.JoinAsync(_systems[1], "payee");
        var facts = await _town.OpenAsync(_parties[1].Key, payee.Key, 10_000, 0);
        var height = (await _anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _systems[1].UntilAsync(async () => (await _systems[1].Tracker().Read()).Final is { } final && final.Number >= height, "the deposit to be final");
        var hub = new ChannelRef(ChannelDomain.Id(facts), facts.A == _parties[1].Key ? ChannelSide.A : ChannelSide.B);
        foreach (var (side, account) in new[] { (hub, _parties[1].Account), (hub.Peer, payee.Account) })
            (await Grain(1, side).Submit(new ChannelCommand.Open(Guid.NewGuid(), new(account, "channels", facts, ChannelTown.Terms, null)))).Rejected().Should().BeNull();
        await DoneAsync(1, hub, 10_000);
        await DoneAsync(1, hub.Peer, 0);

        var until = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + Span.Hours(1);
        var invoice = _systems[1].Grains.GetGrain<IInvoiceGrain>(new InvoiceRef(payee.Account, "rent").Key);
        var place = new InvoicePlace("channels", facts.Chain, facts.Manager, facts.Token);
        (await invoice.Submit(new InvoiceCommand.Create(Guid.NewGuid(), new(place, 4_000, until, "")))).Rejected().Should().BeNull();
        await _systems[1].UntilAsync(async () => (await invoice.Read())!.Stage == InvoiceStage.Open, "the invoice to be open");
        var terms = (await invoice.Read())!.Terms!;
        (terms.Node, terms.WaysIn.Single().Channel).Should().Be((payee.Key, hub.Channel));

        var payment = _systems[0].Grains.GetGrain<IPaymentGrain>(new PaymentRef(_parties[0].Account, "rent").Key);
        (await payment.Submit(new PaymentCommand.Begin(Guid.NewGuid(), (await invoice.Read())!.Text!, place, 4_000, 4, 4, until))).Rejected().Should().BeNull();
        await _systems[0].UntilAsync(async () => (await payment.Read())!.Stage is PaymentStage.Paid or PaymentStage.Failed, "the payment to end");
        var paid = (await payment.Read())!;
        (paid.Stage, paid.Delivered, paid.FeePaid, paid.Failure).Should().Be((PaymentStage.Paid, (UInt256)4_000, (UInt256)4, null));
        await DoneAsync(0, sides[0], 50_000 - 4_004);
        await DoneAsync(1, sides[1], 1_000 + 4_004);
        await DoneAsync(1, hub.Peer, 4_000);
    }

    /// <summary>The other operator is asked once whether it knows withdrawals; then it signs, and the contract pays.</summary>
    [Fact]
    public async Task Withdrawal_BetweenOperators_IsSignedByBoth_AndPaidOut()
    {
        await _systems[0].FundAsync(_parties[0].Account, await _systems[0].CreateKeyAsync(_parties[0].Account, "hot"), People.Ether * 10);
        var sides = await OpenAsync(10_000, 5_000);
        (await Grain(0, sides[0]).Submit(new ChannelCommand.Withdraw(Guid.NewGuid(), 2_500))).Rejected().Should().BeNull();
        await DoneAsync(0, sides[0], 7_500);
        await PayAsync(1, sides[1], 4);
        await _systems[0].UntilAsync(
            async () =>
            {
                if (await Grain(0, sides[0]).Read() is { Act: null, Leave: null, IsUnpaid: false } view && view.Withdrawn == view.Book.Withdrawn) return true;
                await _anvil.MineAsync();
                await Grain(0, sides[0]).Submit(new ChannelCommand.Look(Guid.NewGuid()));
                return false;
            },
            "the payout");
        (await _town.HoldsAsync(ChannelTown.PayoutOf("party 0"))).Should().Be(2_500);
        await DoneAsync(0, sides[0], 7_504);
        await DoneAsync(1, sides[1], 4_996);
    }

    private async Task<ChannelRef[]> OpenAsync(ulong first, ulong second)
    {
        var facts = await _town.OpenAsync(_parties[0].Key, _parties[1].Key, first, second);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var id = ChannelDomain.Id(facts);
        ChannelRef[] sides = [.. _parties.Select(party => new ChannelRef(id, facts.A == party.Key ? ChannelSide.A : ChannelSide.B))];
        for (var i = 0; i < 2; i++)
        {
            var opening = new ChannelOpening(_parties[i].Account, "channels", facts, ChannelTown.Terms, i == 0 ? "two" : "one");
            (await Grain(i, sides[i]).Submit(new ChannelCommand.Open(Guid.NewGuid(), opening))).Rejected().Should().BeNull();
        }

        await DoneAsync(0, sides[0], first);
        await DoneAsync(1, sides[1], second);
        return sides;
    }

    /// <summary>A side of another channel, whose peer is at the same operator.</summary>
    private async Task<ChannelRef> OpenHereAsync()
    {
        var facts = await _town.OpenAsync(_parties[0].Key, _parties[1].Key, 1_000, 0);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var side = new ChannelRef(ChannelDomain.Id(facts), facts.A == _parties[0].Key ? ChannelSide.A : ChannelSide.B);
        (await Grain(0, side).Submit(new ChannelCommand.Open(Guid.NewGuid(), new(_parties[0].Account, "channels", facts, ChannelTown.Terms, null)))).Rejected().Should().BeNull();
        await _systems[0].UntilAsync(async () => (await Grain(0, side).Read())!.Phase == ChannelPhase.Open, "the channel to be open here");
        return side;
    }

    private IChannelGrain Grain(int system, ChannelRef side) => _systems[system].Grains.GetGrain<IChannelGrain>(side.ToString());

    private async Task PayAsync(int system, ChannelRef side, ulong amount) =>
        (await Grain(system, side).Submit(new ChannelCommand.Pay(Guid.NewGuid(), amount))).Rejected().Should().BeNull();

    private Task DoneAsync(int system, ChannelRef side, ulong balance) => _systems[system].UntilAsync(
        async () => await Grain(system, side).Read() is { Phase: ChannelPhase.Open, Waiting: 0, IsAnnounced: true } view && view.Book.Balance.Of(side.Us) == balance, $"{side.Us} to have {balance}");

    private Dictionary<string, string?> Settings(int i)
    {
        var (own, other) = i == 0 ? ("one", "two") : ("two", "one");
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

    /// <summary>Posts to the first operator as somebody.</summary>
    private async Task<HttpStatusCode> SendAsync(string who, ChannelRef to, string body)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        handler.ClientCertificates.Add(X509Certificate2.CreateFromPemFile(Path.Combine(_folder, who + ".pem"), Path.Combine(_folder, who + ".key")));
        using var http = new HttpClient(handler);
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await http.PostAsync(new Uri($"https://127.0.0.1:{_ports[0]}/peer/v1/channels/{to}"), content);
        return response.StatusCode;
    }

    /// <summary>A certificate that nobody issued: operators exchange them as they are.</summary>
}
