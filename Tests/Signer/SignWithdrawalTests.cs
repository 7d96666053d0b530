using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>Orders of withdrawals: of what a state took that both signed, and nothing that a later state gives back.</summary>
public sealed class SignWithdrawalTests
{
    private const ulong Expiry = 1_900_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Order_OfWhatBothSigned_IsSigned_ForEitherParty(bool own)
    {
        using var scene = await ChannelScene.TakenAsync();
        var party = own ? scene.Us : scene.Us.Other();
        var order = await OrderAsync(scene, Book(scene, 5, own ? 50u : 0u, own ? 0u : 50u), party, 50);
        var digest = ChannelDomain.Of(scene.Facts).Withdrawal(scene.Id, scene.Facts.PartyOf(party), 50, Expiry);
        ChannelSignature.IsBy(scene.Key.Address, digest, await SignedAsync(scene, order)).Should().BeTrue();
        await SignedAsync(scene, order with { Total = 49 });
        (await RefusedAsync(scene, order, changes: 7)).Should().Be(RejectionCode.StaleVersion);
    }

    public static TheoryData<string, RejectionCode> Bad => new()
    {
        { "more than is named", RejectionCode.PayloadMismatch }, { "nothing", RejectionCode.PayloadMismatch }, { "of the other party", RejectionCode.PayloadMismatch },
        { "of nobody", RejectionCode.Malformed }, { "a state that only we signed", RejectionCode.BadSignature }, { "a state that only the peer signed", RejectionCode.BadSignature },
        { "a state that does not sum up", RejectionCode.PayloadMismatch }, { "another state", RejectionCode.BadSignature },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Order_OfAnythingElse_IsRefused(string what, RejectionCode code)
    {
        using var scene = await ChannelScene.TakenAsync();
        var order = await OrderAsync(scene, Book(scene, 5, 0, 50), scene.Us.Other(), 50);
        var (ours, theirs) = scene.Us == ChannelSide.A ? (order.SignatureA, order.SignatureB) : (order.SignatureB, order.SignatureA);
        (await RefusedAsync(scene, what switch
        {
            "more than is named" => order with { Total = 51 },
            "nothing" => order with { Total = 0 },
            "of the other party" => order with { Party = scene.Us },
            "of nobody" => order with { Party = (ChannelSide)7 },
            "a state that only we signed" => order with { SignatureA = ours, SignatureB = ours },
            "a state that only the peer signed" => order with { SignatureA = theirs, SignatureB = theirs },
            "a state that does not sum up" => order with { Book = order.Book with { Withdrawn = order.Book.Withdrawn.Plus(scene.Us.Other(), 1) } },
            _ => order with { Book = Book(scene, 6, 0, 50) },
        })).Should().Be(code);
    }

    /// <summary>A stolen silo has the peer paid out by an old state, and then takes a payment of what is not there any more: neither order nor state is signed.</summary>
    [Fact]
    public async Task PeersTotal_FollowsTheNewestState_AndNeverFallsBelowWhatItWasLetWithdraw()
    {
        using var scene = await ChannelScene.TakenAsync();
        var order = await OrderAsync(scene, Book(scene, 5, 0, 50), scene.Us.Other(), 50);
        await scene.SignedAsync(Book(scene, 6, 0, 0));
        (await RefusedAsync(scene, order)).Should().Be(RejectionCode.StaleVersion, "the newest state does not name it");
        await scene.SignedAsync(Book(scene, 7, 0, 60));
        await SignedAsync(scene, order);
        scene.Signer.Restart();
        (await scene.RefusedAsync(Book(scene, 8, 0, 49))).Should().Be(RejectionCode.StaleVersion);
        await scene.SignedAsync(Book(scene, 8, 0, 50));
        await SignedAsync(scene, order);
    }

    /// <summary>What the account withdraws comes home; what it pays at the same time does not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnderAFreeze_OrWithoutAMandate_TheAccountMayWithdraw_AndNotPay(bool isFrozen)
    {
        using var scene = await ChannelScene.TakenAsync();
        await scene.SignedAsync(Book(scene, 4, 0, 0));
        if (isFrozen) await FreezeAsync(scene);
        else await scene.EnactAsync(new AccountChange.RevokeChannels(scene.Mandate.Key), Span.Zero);
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>();
        var paid = Book(scene, 5, 50, 0);
        paid = paid with { Balance = paid.Balance.Minus(scene.Us, 1).Plus(scene.Us.Other(), 1) };
        (await scene.RefusedAsync(paid)).Should().Be(isFrozen ? RejectionCode.Frozen : RejectionCode.NoRule);
        await SignedAsync(scene, await OrderAsync(scene, Book(scene, 5, 50, 0), scene.Us, 50));
        (await scene.RefusedAsync(Book(scene, 6, 49, 1) with { Balance = Book(scene, 6, 50, 1).Balance.Plus(scene.Us.Other(), 1) })).Should()
            .Be(isFrozen ? RejectionCode.Frozen : RejectionCode.NoRule, "that gives it to the peer");
    }

    /// <summary>Each had 500; of that so much was withdrawn.</summary>
    private static ChannelBook Book(ChannelScene scene, ulong nonce, ulong own, ulong peer) => scene.Book(nonce, 500) with
    {
        Withdrawn = default(SidePair).With(scene.Us, own).With(scene.Us.Other(), peer),
        Balance = default(SidePair).With(scene.Us, 500 - own).With(scene.Us.Other(), 500 - peer),
    };

    /// <summary>Both sign the state.</summary>
    private static async Task<ChannelOrder.Withdrawal> OrderAsync(ChannelScene scene, ChannelBook book, ChannelSide party, ulong total)
    {
        var (ours, theirs) = (await scene.SignedAsync(book), scene.PeerSignature(book));
        return scene.Us == ChannelSide.A ? new(party, total, Expiry, book, ours, theirs) : new(party, total, Expiry, book, theirs, ours);
    }

    private static async Task FreezeAsync(ChannelScene scene)
    {
        var freeze = People.Ana.Vote(new VoteSubject.Freeze(scene.Signer.Account, 1), VoteTerms.Of(scene.Signer.Governance()), scene.Signer.Now);
        (await scene.Signer.Port.AnnounceAsync(new(scene.Signer.Genesis, scene.Signer.Lineage, null, null, null, [freeze]), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
    }

    private static Task<SignerAnswer<OrderSignature>> AskAsync(ChannelScene scene, ChannelOrder order, int? changes) =>
        scene.Signer.Port.SignOrderAsync(new(scene.Signer.Account, scene.Side, changes ?? scene.Signer.Lineage.Length, order), CancellationToken.None);

    private static async Task<HexBytes> SignedAsync(ChannelScene scene, ChannelOrder order)
    {
        var answer = await AskAsync(scene, order, null);
        return answer.Should().BeOfType<SignerAnswer<OrderSignature>.Given>($"it says {answer}").Subject.Value.Signature;
    }

    private static async Task<RejectionCode> RefusedAsync(ChannelScene scene, ChannelOrder order, int? changes = null) =>
        (await AskAsync(scene, order, changes)).Should().BeOfType<SignerAnswer<OrderSignature>.Refused>().Subject.Rejection.Code;
}
