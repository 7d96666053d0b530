using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// Payments that find their ways: one pays three over two, who has two channels with three. Real onions, grains over a journal, the real contract.
/// </summary>
public sealed class PaymentTests : IAsyncLifetime
{
    private ChannelPair _pair = null!;
    private (AccountId Account, Address Key) _three;
    private ChannelRef _payer, _in, _large, _small;

    public async Task InitializeAsync()
    {
        _pair = await ChannelPair.StartAsync();
        (_payer, _in) = await _pair.OpenAsync(50_000, 1_000);
        _three = await _pair.Town.JoinAsync(_pair.System, "three");
        (_large, _) = await _pair.OpenBetweenAsync(_pair.Two, _three, 10_000, 500);
        (_small, _) = await _pair.OpenBetweenAsync(_pair.Two, _three, 6_000, 500);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Payment_LargerThanAnyChannel_GoesInParts_AlsoAcrossARestart()
    {
        var invoice = await InvoiceAsync("rent", 13_000);
        await BeginAsync("rent", invoice, 13_000, 20);
        await _pair.System.UntilAsync(async () => (await ReadAsync("rent")).Attempts > 0, "a part to be under way");
        await _pair.RestartAsync();
        await _pair.System.UntilAsync(async () => (await ReadAsync("rent")).Stage is PaymentStage.Paid or PaymentStage.Failed, "the payment to end");
        var paid = await ReadAsync("rent");
        (paid.Stage, paid.Delivered, paid.InFlight, paid.Failure).Should().Be((PaymentStage.Paid, (UInt256)13_000, UInt256.Zero, null));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(_payer)).Book.Locks.IsEmpty && (await _pair.ReadAsync(_in)).Book.Locks.IsEmpty, "no lock to be left");
        paid.FeePaid.Should().Be(37_000 - await BalanceAsync(_payer), "what the payer has less goes to the payee and in fees");
        (paid.FeePaid <= 13).Should().BeTrue("a thousandth, rounded down for each part");
        paid.Attempts.Should().BeGreaterThan(1, "no channel has so much");
        Bytes32.From(System.Security.Cryptography.SHA256.HashData(paid.Secret!.Value.ToArray())).Should().Be(invoice.Terms!.Hash);
        await _pair.System.UntilAsync(async () => (await Invoice("rent").Read())!.Stage == InvoiceStage.Paid, "the invoice to be paid");
        var left = await BalanceAsync(_payer);
        (await BalanceAsync(_in)).Should().Be(51_000 - left);
        ((await BalanceAsync(_large)) + await BalanceAsync(_small)).Should().Be(16_000 - 13_000);

        await BeginAsync("again", invoice, 13_000, 20);
        await EndAsync("again", PaymentFailure.InvoiceTaken);
        await _pair.DoneAsync(_payer, left);
    }

    [Fact]
    public async Task Payment_ByAChannelThatHasTooLittle_IsTriedByAnother()
    {
        // Nobody but its parties knows that the larger channel's balance is on the other side now.
        await _pair.PayAsync(_large, 9_000);
        await _pair.DoneAsync(_large, 1_000);
        await BeginAsync("rent", await InvoiceAsync("rent", 5_000), 5_000, 5);
        await _pair.System.UntilAsync(async () => (await ReadAsync("rent")).Stage is PaymentStage.Paid or PaymentStage.Failed, "the payment to end");
        var paid = await ReadAsync("rent");
        (paid.Stage, paid.Delivered).Should().Be((PaymentStage.Paid, (UInt256)5_000));
        paid.Attempts.Should().BeGreaterThan(1, "the first went by the larger one");
    }

    [Fact]
    public async Task Payment_ThatCannotBeMade_CostsNothing()
    {
        var invoice = await InvoiceAsync("dear", 30_000);
        await BeginAsync("dear", invoice, 30_000, 30);
        await EndAsync("dear", PaymentFailure.NoPath);
        // Eight parts at once, each for a thousandth rounded down.
        await BeginAsync("free", await InvoiceAsync("free", 9_000), 9_000, UInt256.Zero);
        await EndAsync("free", PaymentFailure.OverLimits);
        var cancelled = await InvoiceAsync("cancelled", 5_000);
        await Invoice("cancelled").Submit(new InvoiceCommand.Cancel(Guid.NewGuid()));
        await BeginAsync("cancelled", cancelled, 5_000, 5);
        await EndAsync("cancelled", PaymentFailure.RefusedByPayee);
        // What was not paid may be tried again under another name.
        await BeginAsync("cancelled-again", cancelled, 5_000, 5);
        await EndAsync("cancelled-again", PaymentFailure.RefusedByPayee);
        await _pair.DoneAsync(_payer, 50_000);
        await _pair.DoneAsync(_large, 10_000);
    }

    /// <summary>The signer takes no part of it while the freeze stands: it tried as many as it may, and failed.</summary>
    [Fact]
    public async Task Payment_OfAFrozenAccount_TriesNothing_UntilTheFreezeEnds()
    {
        await ChannelTown.FreezeAsync(_pair.System, _pair.One.Account);
        await BeginAsync("later", await InvoiceAsync("later", 5_000), 5_000, 10);
        await _pair.System.UntilAsync(async () => (await ReadAsync("later")).Stage == PaymentStage.Going, "the payment to look for a way");
        // What others pay meanwhile comes and goes.
        await _pair.PayAsync(_in, 400);
        await _pair.DoneAsync(_payer, 50_400);
        var waiting = await ReadAsync("later");
        (waiting.Stage, waiting.Attempts).Should().Be((PaymentStage.Going, 0));
        await ChannelTown.EnactAsync(_pair.System, _pair.One.Account, new AccountChange.Unfreeze(1));
        await _pair.System.UntilAsync(async () => (await ReadAsync("later")).Stage is PaymentStage.Paid or PaymentStage.Failed, "the payment to end");
        (await ReadAsync("later")).Stage.Should().Be(PaymentStage.Paid);
    }

    [Fact]
    public async Task Capacity_IsWhatCanBePaidAndReceived_AndHowItIsSpread()
    {
        var facts = (await _pair.ReadAsync(_large)).Opening.Facts;
        var view = await _pair.System.Grains.GetGrain<IChannelKeyGrain>($"{_pair.Two.Account}/channels").ReadCapacity(new(facts.Chain, facts.Manager, facts.Token));
        (view.Outbound, view.Inbound, view.Others).Should().Be((17_000, 51_000, 0));
        view.Channels.Should().Equal(
            new(_in, 1_000, 50_000, 51_000), new(_large, 10_000, 500, 10_500), new SideCapacity(_small, 6_000, 500, 6_500));
        view.Network.Should().Be(new CapacitySpread(3, 68_000, 6_500, 10_500, 51_000, 51_000));
        var nobody = await _pair.System.Grains.GetGrain<IChannelKeyGrain>($"{_pair.Two.Account}/other").ReadCapacity(new(facts.Chain, facts.Manager, facts.Token));
        (nobody.Channels.Length, nobody.Network.Channels).Should().Be((0, 3));
    }

    /// <summary>Who carries has paid much by one of its channels and got much by the other: it evens that out by itself, for what those on the way ask.</summary>
    [Fact]
    public async Task Payment_ToTheAccountItself_MovesBalanceFromOneChannelIntoTheOther()
    {
        var (peer, largeOfPeer) = (_small with { Us = _small.Us.Other() }, _large with { Us = _large.Us.Other() });
        await _pair.PayAsync(_small, 4_000);
        await _pair.DoneAsync(_small, 2_000);
        var place = (await InvoiceAsync("unused", 1)).Content.Place;
        var invoice = _pair.System.Grains.GetGrain<IInvoiceGrain>(new InvoiceRef(_pair.Two.Account, "even").Key);
        (await invoice.Submit(new InvoiceCommand.Create(Guid.NewGuid(), new(place, 3_000, InAnHour(), "")))).Rejected().Should().BeNull();
        await _pair.System.UntilAsync(async () => (await invoice.Read())!.Stage == InvoiceStage.Open, "the invoice to be open");
        var text = (await invoice.Read())!.Text!;

        (await RoundAsync("strange", new(_payer, _small))).Should().Be((PaymentStage.Failed, PaymentFailure.Unreachable, UInt256.Zero), "one of them is not the account's");
        (await RoundAsync("foreign", new(_large, peer))).Should().Be((PaymentStage.Failed, PaymentFailure.Unreachable, UInt256.Zero), "the other side of a channel is the peer's");
        (await RoundAsync("blind", new(_in, _small))).Should().Be((PaymentStage.Failed, PaymentFailure.NoPath, UInt256.Zero), "who is at the other end of that has no way round");

        (await RoundAsync("even", new(_large, _small))).Should().Be((PaymentStage.Paid, null, (UInt256)3));
        (await BalanceAsync(_large)).Should().Be(10_000 - 3_003);
        (await BalanceAsync(_small)).Should().Be(2_000 + 3_000);
        await _pair.DoneAsync(largeOfPeer, 500 + 3_003);
        (await BalanceAsync(_in)).Should().Be(1_000, "no other channel of the account's was used");
        await _pair.System.UntilAsync(async () => (await invoice.Read())!.Stage == InvoiceStage.Paid, "the invoice to be paid");

        async Task<(PaymentStage Stage, PaymentFailure? Failure, UInt256 Fee)> RoundAsync(Name name, PaymentRing ring)
        {
            var payment = _pair.System.Grains.GetGrain<IPaymentGrain>(new PaymentRef(_pair.Two.Account, name).Key);
            var begin = new PaymentCommand.Begin(Guid.NewGuid(), text, place, 3_000, 30, 1, InAnHour()) { Ring = ring };
            (await payment.Submit(begin)).Rejected().Should().BeNull();
            await _pair.System.UntilAsync(async () => (await payment.Read())!.Stage is PaymentStage.Paid or PaymentStage.Failed, $"{name} to end");
            var view = (await payment.Read())!;
            return (view.Stage, view.Failure, view.FeePaid);
        }
    }

    private IPaymentGrain Grain(Name name) => _pair.System.Grains.GetGrain<IPaymentGrain>(new PaymentRef(_pair.One.Account, name).Key);

    private IInvoiceGrain Invoice(Name name) => _pair.System.Grains.GetGrain<IInvoiceGrain>(new InvoiceRef(_three.Account, name).Key);

    private async Task<PaymentView> ReadAsync(Name name) => (await Grain(name).Read())!;

    private async Task<ulong> BalanceAsync(ChannelRef side) => (await _pair.ReadAsync(side)).Book.Balance.Of(side.Us).Low;

    private async Task<InvoiceView> InvoiceAsync(Name name, UInt256 amount)
    {
        var facts = (await _pair.ReadAsync(_large)).Opening.Facts;
        var content = new InvoiceContent(new("channels", facts.Chain, facts.Manager, facts.Token), amount, InAnHour(), "");
        (await Invoice(name).Submit(new InvoiceCommand.Create(Guid.NewGuid(), content))).Rejected().Should().BeNull();
        await _pair.System.UntilAsync(async () => (await Invoice(name).Read())!.Stage == InvoiceStage.Open, "the invoice to be open");
        return (await Invoice(name).Read())!;
    }

    private async Task BeginAsync(Name name, InvoiceView invoice, UInt256 amount, UInt256 mostFee)
    {
        (await Grain(name).Submit(new PaymentCommand.Begin(Guid.NewGuid(), invoice.Text!, invoice.Content.Place, amount, mostFee, 8, InAnHour()))).Rejected().Should().BeNull();
    }

    private async Task EndAsync(Name name, PaymentFailure why)
    {
        await _pair.System.UntilAsync(async () => (await ReadAsync(name)).Stage is PaymentStage.Paid or PaymentStage.Failed, $"{name} to end");
        var view = await ReadAsync(name);
        (view.Stage, view.Failure, view.Delivered, view.InFlight).Should().Be((PaymentStage.Failed, why, UInt256.Zero, UInt256.Zero));
    }

    private static Instant InAnHour() => new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + Span.Hours(1);
}
