using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Payments;

/// <summary>What an invoice's text has to say before anything of its payment begins.</summary>
public sealed class PaymentAskTests
{
    private readonly PaymentRun _run = new();

    [Fact]
    public void Invoice_ThatIsMeant_IsPaidAsItSays()
    {
        var begin = Begin(InvoiceScene.Rent.Invoice, 1_000) with { Until = _run.Now + Span.Hours(20) };
        _run.Accept(begin);
        var content = _run.State.Content!;
        (content.Place, content.Invoice, content.Amount).Should().Be((begin.Place, (Name)"rent", (UInt256)1_000));
        content.Terms.Should().Be(InvoiceScene.Rent.Invoice.Terms with { Seal = null });
        content.Until.Should().Be(InvoiceScene.Rent.Invoice.ExpiresAt, "none begins later");
    }

    [Fact]
    public void Probe_OfAnInvoice_IsOfAnotherHash()
    {
        _run.Accept(Begin(InvoiceScene.Rent.Invoice, 1_000) with { Probe = PacketRun.Hash("nobody's") });
        _run.State.Content!.Terms.Hash.Should().Be(PacketRun.Hash("nobody's"));
    }

    [Fact]
    public void Invoice_ThatIsNotMeant_IsRefused()
    {
        var invoice = InvoiceScene.Rent.Invoice;
        var good = Begin(invoice, 1_000);
        Refused(good with { Invoice = "" }).Should().Be(RejectionCode.Malformed);
        Refused(good with { Invoice = good.Invoice[..^1] + (good.Invoice[^1] == 'q' ? 'p' : 'q') }).Should().Be(RejectionCode.BadChecksum);
        Refused(good with { Place = good.Place with { Chain = ChainId.Evm(7) } }).Should().Be(RejectionCode.WrongChain);
        Refused(good with { Place = good.Place with { Manager = People.AddressOf("other") } }).Should().Be(RejectionCode.PayloadMismatch);
        Refused(good with { Place = good.Place with { Token = People.AddressOf("other") } }).Should().Be(RejectionCode.AssetMismatch);
        foreach (var amount in new ulong[] { 999, 1_001, 2_000 }) Refused(good with { Amount = amount }).Should().Be(RejectionCode.LegMismatch, "it asks for 1000");
        Refused(Begin(InvoiceScene.Sign(invoice with { ExpiresAt = _run.Now, Terms = invoice.Terms with { Seal = invoice.Terms.Seal! with { MadeAt = _run.Now - Span.Hours(1) } } }), 1_000))
            .Should().Be(RejectionCode.Expired);
        Refused(Begin(InvoiceScene.Sign(invoice with { Amount = null }), 0)).Should().Be(RejectionCode.ZeroAmount);
        _run.Events.Should().BeEmpty();
        _run.Accept(Begin(InvoiceScene.Sign(invoice with { Amount = null }), 7)).Should().ContainSingle();
    }

    private static PaymentCommand.Begin Begin(ChannelInvoice invoice, ulong amount) => new(
        People.Id("begin"), InvoiceText.Write(new(invoice, InvoiceScene.October)), invoice.Place with { Key = "mine" }, amount, 10, 4, People.Start + Span.Hours(2));

    private RejectionCode Refused(PaymentCommand.Begin begin) => _run.Refuse(begin with { CommandId = _run.NewId() }).Code;
}
