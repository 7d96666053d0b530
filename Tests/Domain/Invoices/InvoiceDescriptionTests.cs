using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Invoices;

/// <summary>What a payee may say to a payer.</summary>
public sealed class InvoiceDescriptionTests
{
    /// <summary>Nobody is shown another text than the one that stands there, and no invoice is made that has no text.</summary>
    [Theory]
    [InlineData("two\nlines", RejectionCode.Malformed)]
    [InlineData("\u001b[2J", RejectionCode.Malformed)]
    [InlineData("\u202e0001", RejectionCode.Malformed)]
    [InlineData("\u2067", RejectionCode.Malformed)]
    [InlineData("\u2028", RejectionCode.Malformed)]
    public void Description_ThatShowsAnother_IsRefused(string text, RejectionCode code)
    {
        ((IPersonalCommand)new InvoiceCommand.Create(Guid.NewGuid(), InvoiceRun.Content(5) with { Description = text })).CheckPersonal()!.Code.Should().Be(code);
        InvoiceDescription.Judge("half \ud83c")!.Code.Should().Be(RejectionCode.Malformed);
        InvoiceDescription.Judge(new string('\u00e9', 320))!.Code.Should().Be(RejectionCode.TooLarge, "bytes count");
        InvoiceDescription.Judge(new string('e', 639)).Should().BeNull();
    }
}
