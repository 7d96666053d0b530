using TPWallet.Domain.Channels;
using TPWallet.Domain.Gossip;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Invoices;

namespace TPWallet.Tests.Signer;

/// <summary>A channel key signs the invoices of its account, and what it signs for them is nothing else.</summary>
public sealed class SignInvoiceTests
{
    [Fact]
    public async Task Invoice_OfATakenKey_IsSigned_AlsoWithoutAMandate()
    {
        using var scene = await ChannelScene.TakenAsync();
        InvoiceRules.Judge(await SignedAsync(scene, Content(scene))).Should().BeNull();
        await scene.EnactAsync(new AccountChange.RevokeChannels(scene.Mandate.Key), Span.Zero);
        await SignedAsync(scene, Content(scene));
    }

    [Fact]
    public async Task Invoice_OfAnotherKey_OrMadeInTheFuture_IsRefused()
    {
        using var scene = await ChannelScene.TakenAsync();
        var content = Content(scene);
        var (place, terms) = (content.Place, content.Terms);
        foreach (var other in new[]
        {
            content with { Ref = content.Ref with { Account = new(Bytes32.Zero) } }, content with { Place = place with { Key = "other" } }, content with { Place = place with { Chain = ChainId.Evm(7) } },
            content with { Place = place with { Manager = scene.Key.Address } }, content with { Place = place with { Token = scene.Key.Address } },
            content with { Terms = terms with { Node = scene.Facts.PartyOf(scene.Us.Other()) } },
        }) (await RefusedAsync(scene, other)).Should().Be(RejectionCode.PayloadMismatch);
        (await RefusedAsync(scene, content with { Terms = terms with { Seal = terms.Seal! with { MadeAt = scene.Signer.Now + Span.Seconds(62) } } })).Should().Be(RejectionCode.NotYetOpen);
        (await RefusedAsync(scene, content with { Amount = UInt256.Zero })).Should().Be(RejectionCode.ZeroAmount);
        (await RefusedAsync(scene, content with { Terms = terms with { Seal = null } })).Should().Be(RejectionCode.BadSignature);
        (await RefusedAsync(scene, content, scene.Side.Peer)).Should().Be(RejectionCode.NotFound, "that side is not ours");
        (await RefusedAsync(scene, content, account: new(Bytes32.Zero))).Should().Be(RejectionCode.NotFound);
    }

    /// <summary>Whoever has an invoice can close, pull and withdraw nothing by it, has no state, and says nothing of a channel.</summary>
    [Fact]
    public async Task Signature_IsOfNothingElse()
    {
        using var scene = await ChannelScene.TakenAsync();
        var invoice = await SignedAsync(scene, Content(scene));
        var (domain, digest) = (ChannelDomain.Of(scene.Facts), InvoiceDigest.Of(invoice));
        Bytes32[] others =
        [
            domain.State(scene.Id, ContractState.Of(scene.Book(1, 900), scene.TakeRequest.LockFloor)), domain.Close(digest, 1), domain.Pull(scene.Facts.Token, scene.Mandate.Payout, 500, 0, 1),
            domain.Withdrawal(scene.Id, scene.Key.Address, 500, 1),
        ];
        foreach (var other in others) ChannelSignature.IsBy(scene.Key.Address, other, invoice.Terms.Seal!.Signature).Should().BeFalse();
        new[] { Bytes32.From(InvoiceDigest.SeparatorOf(invoice.Place)), Bytes32.From(AnnouncementDigest.SeparatorOf(scene.Facts)), domain.Separator }.Should().OnlyHaveUniqueItems();
    }

    private static ChannelInvoice Content(ChannelScene scene)
    {
        var plain = InvoiceScene.Plain;
        return plain with
        {
            Ref = new(scene.Signer.Account, "rent"),
            Place = new(scene.Key.Key, scene.Facts.Chain, scene.Facts.Manager, scene.Facts.Token),
            ExpiresAt = scene.Signer.Now + Span.Hours(1),
            Terms = plain.Terms with { Node = scene.Key.Address, Seal = plain.Terms.Seal! with { MadeAt = scene.Signer.Now } },
        };
    }

    private static async Task<ChannelInvoice> SignedAsync(ChannelScene scene, ChannelInvoice content)
    {
        var answer = await scene.Signer.Port.SignInvoiceAsync(new(scene.Signer.Account, scene.Side, content), CancellationToken.None);
        var signature = answer.Should().BeOfType<SignerAnswer<InvoiceSignature>.Given>($"it says {answer}").Subject.Value.Signature;
        return content with { Terms = content.Terms with { Seal = content.Terms.Seal! with { Signature = signature } } };
    }

    private static async Task<RejectionCode> RefusedAsync(ChannelScene scene, ChannelInvoice content, ChannelRef? side = null, AccountId? account = null) =>
        (await scene.Signer.Port.SignInvoiceAsync(new(account ?? scene.Signer.Account, side ?? scene.Side, content), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<InvoiceSignature>.Refused>().Subject.Rejection.Code;
}
