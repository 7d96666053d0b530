using System.Security.Cryptography;
using TPWallet.Client.Routes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Invoices;

namespace TPWallet.Tests.Whole;

/// <summary>A payee's silo takes what comes in for its invoices by itself: real onions, grains over a journal, the real contract.</summary>
public sealed class InvoiceTests : IAsyncLifetime
{
    private ChannelPair _pair = null!;
    private ChannelRef _payer;
    private ChannelRef _payee;

    public async Task InitializeAsync()
    {
        _pair = await ChannelPair.StartAsync();
        (_payer, _payee) = await _pair.OpenAsync(100_000, 0);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Payment_InParts_IsTakenWhenItIsWhole_AlsoByASiloThatWasRestarted()
    {
        var invoice = await CreateAsync("rent", 1_000);
        (await ReadAsync("rent")).Content.Description.Should().Be("rent of Zimmermann");
        var written = InvoiceScene.Read(invoice.Text!);
        (written.Invoice, written.Words.Description).Should().Be((ChannelInvoice.Of(invoice)!, "rent of Zimmermann"), "the payer needs nothing but the text");
        StoredText.FilesWith(_pair.System.Folder, "invoice.created").Should().NotBeEmpty();
        StoredText.FilesWith(_pair.System.Folder, "Zimmermann").Should().BeEmpty("it is sealed");
        var first = await PayAsync(invoice, 400, 1_000);
        await _pair.System.UntilAsync(async () => (await ReadAsync("rent")).Held == 400, "the first part to be held");
        (await _pair.Grain(_payer).Follow(first.Id)).Should().BeOfType<UpdateStanding.Done>("it is locked, and not paid");
        await _pair.RestartAsync();

        // Half of the payment's minute is far more than a restart takes.
        var second = await PayAsync(invoice, 600, 1_000);
        foreach (var part in new[] { first, second })
        {
            var paid = await EndAsync<UpdateStanding.Paid>(part.Id);
            Bytes32.From(SHA256.HashData(paid.Secret.ToArray())).Should().Be(invoice.Terms!.Hash);
        }

        await _pair.System.UntilAsync(async () => (await ReadAsync("rent")).Stage == InvoiceStage.Paid, "the invoice to be paid");
        (await ReadAsync("rent")).Received.Should().Be(1_000);
        await _pair.DoneAsync(_payee, 1_000);
        await _pair.AgreeAsync(_payer);

        var again = await PayAsync(invoice, 1_000, 1_000);
        (await FailureAsync(again)).Should().Be(new RouteFailure(0, OnionError.UnknownPaymentDetails), "it is paid already");
        await _pair.DoneAsync(_payee, 1_000);
    }

    [Fact]
    public async Task Payment_ThatDoesNotFit_ComesBackAndSaysAsLittleAsItMay()
    {
        var invoice = await CreateAsync("rent", 1_000);
        var guessed = invoice with { Terms = invoice.Terms! with { PaymentSecret = invoice.Terms!.Hash } };
        var unknown = invoice with { Ref = invoice.Ref with { Id = "another" } };
        foreach (var (wrong, total, expiry) in new[] { (guessed, 1_000UL, 0UL), (unknown, 1_000UL, 0UL), (invoice, 999UL, 0UL), (invoice, 1_000UL, 1_500UL) })
            (await FailureAsync(await PayAsync(wrong, total, total, expiry))).Should().Be(new RouteFailure(0, OnionError.UnknownPaymentDetails));
        (await _pair.System.Grains.GetGrain<IInvoiceGrain>(unknown.Ref.Key).Read()).Should().BeNull("a stranger's guess leaves no trace");
        (await _pair.System.StoryAsync()).Should().Contain("/rent").And.NotContain("/another");
        await _pair.DoneAsync(_payee, 0);
        await _pair.DoneAsync(_payer, 100_000);
        var good = await PayAsync(invoice, 1_000, 1_000);
        await EndAsync<UpdateStanding.Paid>(good.Id);
    }

    [Fact]
    public async Task Cancel_WithAPartHeld_GivesItBack()
    {
        var invoice = await CreateAsync("rent", 1_000);
        var part = await PayAsync(invoice, 400, 1_000);
        await _pair.System.UntilAsync(async () => (await ReadAsync("rent")).Held == 400, "the part to be held");
        (await Grain("rent").Submit(new InvoiceCommand.Cancel(Guid.NewGuid()))).Rejected().Should().BeNull();
        (await FailureAsync(part)).Should().Be(new RouteFailure(0, OnionError.PartsTimeout));
        await _pair.DoneAsync(_payer, 100_000);
        (await ReadAsync("rent")).Stage.Should().Be(InvoiceStage.Cancelled);
    }

    private async Task<InvoiceView> CreateAsync(Name name, UInt256 amount)
    {
        var facts = (await _pair.ReadAsync(_payee)).Opening.Facts;
        var until = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + Span.Hours(1);
        var content = new InvoiceContent(new("channels", facts.Chain, facts.Manager, facts.Token), amount, until, $"{name} of Zimmermann");
        (await Grain(name).Submit(new InvoiceCommand.Create(Guid.NewGuid(), content))).Rejected().Should().BeNull();
        await _pair.System.UntilAsync(async () => (await ReadAsync(name)).Stage == InvoiceStage.Open, "the invoice to be open");
        return await ReadAsync(name);
    }

    /// <summary>Locks a part of what an invoice asks for, along the one channel.</summary>
    /// <param name="seconds">From now until the lock's expiry; 0: long enough.</param>
    private async Task<(Guid Id, RoutedLock Lock)> PayAsync(InvoiceView invoice, ulong amount, ulong total, ulong seconds = 0)
    {
        var expiry = (await _pair.ReadAsync(_payer)).Second + (seconds == 0 ? 50_000 : seconds);
        var routed = ChannelRoute.Wrap([], invoice.Terms!.OnionKey, amount, expiry, invoice.Terms.Hash, default, new(invoice.Terms.PaymentSecret, total, invoice.Ref.Id));
        var id = Guid.NewGuid();
        await _pair.SubmitAsync(_payer, new ChannelCommand.Offer(id, routed.Amount, routed.Expiry, LockKind.Hash, invoice.Terms.Hash) { Onion = routed.Onion });
        return (id, routed);
    }

    private async Task<T> EndAsync<T>(Guid part)
        where T : UpdateStanding
    {
        await _pair.System.UntilAsync(async () => await _pair.Grain(_payer).Follow(part) is T, $"the part to be {typeof(T).Name}");
        return (T)await _pair.Grain(_payer).Follow(part);
    }

    private async Task<RouteFailure?> FailureAsync((Guid Id, RoutedLock Lock) part) => part.Lock.Read((await EndAsync<UpdateStanding.Failed>(part.Id)).Reason!.Value);

    private IInvoiceGrain Grain(Name name) => _pair.System.Grains.GetGrain<IInvoiceGrain>(new InvoiceRef(_pair.Two.Account, name).Key);

    private async Task<InvoiceView> ReadAsync(Name name) => (await Grain(name).Read())!;
}
