using System.Security.Cryptography;
using TPWallet.Chains.Ethereum;
using TPWallet.Client;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// A packet pays an invoice over a channel or, where no way is found, on chain: grains over a journal, the signer, real onions, the real contract and token on anvil.
/// </summary>
public sealed class ChannelLegTests : IAsyncLifetime
{
    private const ulong Deposit = 50_000;
    private const ulong Tokens = 200_000;

    private static readonly Address _shop = People.AddressOf("the payee's address");

    private ChannelPair _pair = null!;
    private ChannelRef _payer;
    private Address _hot;

    private AssetId Coin => AssetId.Erc20(People.Chain, _pair.Town.Token);

    private WholeSystem System => _pair.System;

    public async Task InitializeAsync()
    {
        _pair = await ChannelPair.StartAsync();
        (_payer, _) = await _pair.OpenAsync(Deposit, 1_000);
        await _pair.FundAsync();
        _hot = (await System.Account(_pair.One.Account).Read())!.Addresses.Single(static own => own.Key == "hot").Address;
        await _pair.Anvil.CallAsync(_pair.Town.Token, TokenCalls.Erc20Transfer(_hot, Tokens));
        await _pair.Anvil.MineAsync(WholeSystem.Confirmations);
        await System.UntilAsync(async () => await AvailableAsync() == Tokens, "the deposit of tokens");
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Leg_WithAWay_IsPaidOverTheChannel_AndNothingOnChain()
    {
        var invoice = await InvoiceAsync("rent", 4_000);
        var packet = await ApproveAsync("rent", invoice);
        await System.UntilStateAsync(packet, "settled");
        var view = (await System.Packet(packet).Read())!;
        view.Legs.Select(static leg => leg.Stage).Should().Equal("settled", "released");
        Bytes32.From(SHA256.HashData(view.Legs[0].Secret!.Value.ToArray())).Should().Be(invoice.Terms!.Hash, "whoever has that was paid");
        var payment = (await Payment(view.Legs[0].Payment!.Value).Read())!;
        (payment.Stage, payment.Delivered, payment.Leg).Should().Be((PaymentStage.Paid, (UInt256)4_000, new LegRef(packet, "rent")));
        await _pair.DoneAsync(_payer, Deposit - 4_000);
        await System.UntilAsync(async () => await AvailableAsync() == Tokens, "what was held for the chain to be available again");
        (await _pair.Town.HoldsAsync(_hot)).Should().Be(Tokens);
        (await _pair.Town.HoldsAsync(_shop)).Should().Be(UInt256.Zero);
        (await ProveAsync(packet)).Should().BeEmpty("no transaction made it: the secret proves it");

        var again = await ApproveAsync("again", invoice);
        await System.UntilStateAsync(again, "invalidated");
        (await System.Packet(again).Read())!.Rejection!.Code.Should().Be(RejectionCode.ClaimTaken, "that invoice is paid");
    }

    /// <summary>What was paid over REST is no packet's: the payee has it already, so it is not paid on chain either. Also where what is left would not suffice for it.</summary>
    [Theory]
    [InlineData(4_000)]
    [InlineData(40_000)]
    public async Task Leg_WhoseInvoiceWasPaidBesides_IsMadeInNoOtherWay(ulong amount)
    {
        var invoice = await InvoiceAsync("rent", amount);
        var forged = await Payment("by-hand").Submit(new PaymentCommand.Pay(Guid.NewGuid(), LegOf(invoice).Payment, new(new(_pair.One.Account, "again"), "rent")));
        forged.Should().BeOfType<CommandReply.Refused>("a packet's payment is begun by the packet alone").Which.Rejection.Code.Should().Be(RejectionCode.NotAllowedCaller);
        (await PayByHandAsync("by-hand", invoice)).Should().Be((PaymentStage.Paid, null));
        var packet = await ApproveAsync("again", invoice);
        await System.UntilStateAsync(packet, "invalidated");
        (await System.Packet(packet).Read())!.Legs.Select(static leg => leg.Stage).Should().Equal("released", "released");
        (await System.Packet(packet).Read())!.Rejection!.Actual.Should().Be($"{PaymentFailure.InvoiceTaken}");
        (await _pair.Town.HoldsAsync(_shop)).Should().Be(UInt256.Zero);
    }

    [Fact]
    public async Task Leg_WithoutAWay_IsPaidOnChain_AsTheMembersVoted()
    {
        var invoice = await InvoiceAsync("large", 90_000);
        var packet = await ApproveAsync("large", invoice);
        await MineUntilAsync(packet, "settled");
        var view = (await System.Packet(packet).Read())!;
        view.Legs.Select(static leg => leg.Stage).Should().Equal("released", "settled");
        (view.Legs[0].Rejection!.Code, view.Legs[0].Rejection!.Actual).Should().Be((RejectionCode.PaymentFailed, "NoPath"));
        (await _pair.Town.HoldsAsync(_shop)).Should().Be(90_000);
        (await AvailableAsync()).Should().Be(Tokens - 90_000);
        (await _pair.Town.HoldsAsync(_hot)).Should().Be(Tokens - 90_000, "the books hold what is there");
        await _pair.DoneAsync(_payer, Deposit);
        (await Invoice("large").Read())!.Stage.Should().Be(InvoiceStage.Open);
        (await ProveAsync(packet)).Should().ContainSingle().Which.Should().Be(view.Legs[1].TxHash!.Value);
        (await PayByHandAsync("by-hand", invoice)).Should().Be((PaymentStage.Failed, PaymentFailure.InvoiceTaken), "the packet has paid it");
    }

    /// <summary>A packet that came to nothing leaves the invoice to whoever pays it next; one that is under way does not.</summary>
    [Fact]
    public async Task Invoice_OfAPacketThatIsOver_MayBePaidByHand()
    {
        var invoice = await InvoiceAsync("large", 90_000);
        var packet = await ApproveAsync("large", invoice);
        await System.UntilAsync(async () => (await System.Packet(packet).Read())!.Legs[1].Stage == "accepted", "the other leg to be sent");
        (await PayByHandAsync("early", invoice)).Should().Be((PaymentStage.Failed, PaymentFailure.InvoiceTaken), "the other leg is on its way");

        var alone = await InvoiceAsync("alone", 90_000);
        await System.UntilStateAsync(await ApproveAsync("alone", alone, isMadeInstead: false), "invalidated");
        (await PayByHandAsync("later", alone)).Should().Be((PaymentStage.Failed, PaymentFailure.NoPath), "it tried");
    }

    [Fact]
    public async Task Leg_WithoutAnotherWay_FailsAndCostsNothing()
    {
        var invoice = await InvoiceAsync("large", 90_000);
        var packet = await ApproveAsync("alone", invoice, isMadeInstead: false);
        await System.UntilStateAsync(packet, "invalidated");
        (await System.Packet(packet).Read())!.Rejection!.Code.Should().Be(RejectionCode.PaymentFailed);
        (await AvailableAsync()).Should().Be(Tokens);
        await _pair.DoneAsync(_payer, Deposit);
    }

    /// <summary>The process dies every few appends, once for a payment that has a way and once for one that has none: each is made once.</summary>
    [Theory]
    [InlineData(4_000, 0, 4_000)]
    [InlineData(90_000, 90_000, 0)]
    public async Task Leg_ProcessDiesAgainAndAgain_IsPaidOnce(ulong amount, ulong onChain, ulong overChannel)
    {
        var packet = await ApproveAsync("crash", await InvoiceAsync("crash", amount), untilReserved: false);
        var kills = 0;
        for (var settled = false; !settled; kills++)
        {
            kills.Should().BeLessThan(120, "each life makes some progress");
            System.DieAfter(kills <= 12 ? 2 + (kills % 3) : 2 + (kills / 3));
            var life = MineUntilAsync(packet, "settled");
            settled = await Task.WhenAny(life, System.Died) == life && life.IsCompletedSuccessfully;
            await _pair.RestartAsync();
            _ = life.Exception;
        }

        kills.Should().BeGreaterThan(4);
        (await _pair.Town.HoldsAsync(_shop)).Should().Be(onChain);
        await _pair.DoneAsync(_payer, Deposit - overChannel);
        await System.UntilAsync(async () => await AvailableAsync() == Tokens - onChain, "the books to hold what is there");
        (await _pair.Town.HoldsAsync(_hot)).Should().Be(Tokens - onChain);
    }

    /// <summary>The packet's whole story is checked without network; the transactions that it names.</summary>
    private async Task<IEnumerable<Bytes32>> ProveAsync(PacketRef packet)
    {
        var pack = await new GrainWallet(System.Cluster, "default").ReadEvidenceAsync(packet);
        var proved = EvidenceFile.Verify(packet.Owner, EvidenceFile.Write(pack), EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>().Subject;
        return proved.Blocks.Select(static leg => leg.TxHash);
    }

    private Task<UInt256> AvailableAsync() => System.AvailableAsync(_pair.One.Account, Coin);

    /// <summary>As over REST, without a packet; how it ended.</summary>
    private async Task<(PaymentStage Stage, PaymentFailure? Failure)> PayByHandAsync(Name name, InvoiceView invoice)
    {
        var asked = LegOf(invoice).Payment;
        var begin = new PaymentCommand.Begin(Guid.NewGuid(), invoice.Text!, asked.Place, asked.Amount, asked.MostFee, asked.MostParts, asked.Until);
        (await Payment(name).Submit(begin)).Should().BeOfType<CommandReply.Accepted>();
        await System.UntilAsync(async () => (await Payment(name).Read())!.Stage is PaymentStage.Paid or PaymentStage.Failed, "the payment by hand");
        var view = (await Payment(name).Read())!;
        return (view.Stage, view.Failure);
    }

    private IPaymentGrain Payment(Name name) => System.Grains.GetGrain<IPaymentGrain>(new PaymentRef(_pair.One.Account, name).Key);

    private IInvoiceGrain Invoice(Name name) => System.Grains.GetGrain<IInvoiceGrain>(new InvoiceRef(_pair.Two.Account, name).Key);

    private async Task<InvoiceView> InvoiceAsync(Name name, UInt256 amount)
    {
        var content = new InvoiceContent(new("channels", People.Chain, _pair.Town.Manager, _pair.Town.Token), amount, Soon(90), "");
        (await Invoice(name).Submit(new InvoiceCommand.Create(Guid.NewGuid(), content))).Rejected().Should().BeNull();
        await System.UntilAsync(async () => (await Invoice(name).Read())!.Stage == InvoiceStage.Open, "the invoice to be open");
        return (await Invoice(name).Read())!;
    }

    /// <summary>A packet with the leg, and what is made instead, that has its votes.</summary>
    private async Task<PacketRef> ApproveAsync(Name name, InvoiceView invoice, bool isMadeInstead = true, bool untilReserved = true)
    {
        var leg = LegOf(invoice);
        var other = new Leg.ChainTransfer("rent-chain", [], _hot, _shop, leg.Amount, new(UInt256.Parse("1000000000000000"))) { InsteadOf = "rent" };
        var content = new PacketContent(new(_pair.One.Account, name), 1, People.Olga.Id, isMadeInstead ? [leg, other] : [leg], [], Soon(60), Soon(120));
        var view = await System.ProposeAsync(content);
        foreach (var person in (Person[])[People.Ana, People.Ben]) (await System.VoteAsync(view, person)).Should().BeNull();
        if (untilReserved) await System.UntilAsync(async () => (await System.Packet(content.Ref).Read())!.State is not ("approving" or "approved"), "the packet to be reserved");
        return content.Ref;
    }

    private Leg.ChannelPayment LegOf(InvoiceView invoice) =>
        new("rent", [], "channels", ChannelInvoice.Of(invoice)!, new Amount(Coin, invoice.Content.Amount!.Value), 20, 4, Soon(30));

    private async Task MineUntilAsync(PacketRef packet, string state)
    {
        var system = System;
        while ((await system.Packet(packet).Read())!.State != state)
        {
            await system.Anvil.MineAsync();
            var (before, height) = ((await system.Packet(packet).Read())!.Version, (await system.Anvil.Node().BlockNumberAsync(CancellationToken.None)).Value);
            await system.UntilAsync(
                async () => (await system.Tracker().Read()).Head?.Number == height || (await system.Packet(packet).Read())!.Version != before, "the new block to be seen");
        }
    }

    private static Instant Soon(int minutes) => new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + Span.Seconds(60L * minutes);
}
