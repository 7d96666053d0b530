using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Storage;

namespace TPWallet.Tests.Domain.Payments;

/// <summary>An invoice is one payment's of an account.</summary>
public sealed class InvoiceClaimTests
{
    private readonly ClaimRun _run = new();

    [Fact]
    public void First_HasIt_AndMayAskAgain()
    {
        _run.Accept(Take("rent")).Should().ContainSingle();
        _run.Accept(Take("rent")).Should().BeEmpty();
        _run.State.Payment.Should().Be((Name)"rent");
    }

    [Fact]
    public void Other_IsRefused_AndToldWhoHasIt()
    {
        _run.Accept(Take("rent"));
        var refused = _run.Refuse(Take("again"));
        (refused.Code, refused.Actual).Should().Be((RejectionCode.ClaimTaken, "rent pays it"));
        _run.State.Payment.Should().Be((Name)"rent");
    }

    /// <summary>Whoever saw that the one was over has not seen it of the next.</summary>
    [Fact]
    public void Over_IsOfThePaymentThatHasIt_Alone()
    {
        _run.Accept(Take("rent"));
        _run.Refuse(Take("again", over: "else")).Code.Should().Be(RejectionCode.ClaimTaken);
        _run.Accept(Take("again", over: "rent")).Should().ContainSingle();
        _run.Refuse(Take("third", over: "rent")).Code.Should().Be(RejectionCode.ClaimTaken);
        _run.Refuse(Take("rent")).Code.Should().Be(RejectionCode.ClaimTaken, "it is over");
        _run.State.Payment.Should().Be((Name)"again");
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        _run.Accept(Take("rent"));
        GoldenFiles.ShouldHold("invoice-claim", InvoiceClaimJson.Default.InvoiceClaimEvent, [.. _run.Events]);
    }

    private InvoiceClaimCommand.Take Take(Name by, Name? over = null) => new(_run.NewId(), by, over);

    private sealed class ClaimRun() : MachineRun<InvoiceClaimDecider, InvoiceClaimState, InvoiceClaimCommand, InvoiceClaimEvent>(
        IInvoiceClaimGrain.KeyOf(PaymentRun.Account, PaymentRun.Content.Terms.Hash), InvoiceClaimJson.Default.InvoiceClaimEvent, InvoiceClaimJson.Default.InvoiceClaimState);
}
