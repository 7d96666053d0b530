using TPWallet.Domain.Channels;
using TPWallet.Domain.Gossip;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>What other operators are told of a side is signed by its key, for that side and for no time to come, and is nothing else.</summary>
public sealed class SignAnnouncementTests
{
    [Fact]
    public async Task Announcement_OfATakenSide_IsSigned_AlsoWithoutAMandate()
    {
        using var scene = await ChannelScene.TakenAsync();
        var word = await SignedAsync(scene, Content(scene));
        AnnouncementDigest.IsSigned(word).Should().BeTrue();
        AnnouncementDigest.IsSigned(word with { Content = word.Content with { Forwards = word.Content.Forwards with { FeePpm = 0 } } }).Should().BeFalse();
        await scene.EnactAsync(new AccountChange.RevokeChannels(scene.Mandate.Key), Span.Zero);
        await SignedAsync(scene, Content(scene));
    }

    [Fact]
    public async Task Announcement_OfAnotherSide_OrForATimeToCome_IsRefused()
    {
        using var scene = await ChannelScene.TakenAsync();
        var content = Content(scene);
        (await RefusedAsync(scene, content with { Second = content.Second + 62 })).Should().Be(RejectionCode.NotYetOpen, "it would count before all that is said until then");
        (await RefusedAsync(scene, content with { Side = content.Side.Other() })).Should().Be(RejectionCode.PayloadMismatch);
        (await RefusedAsync(scene, content with { Facts = scene.Facts with { Counter = 2 } })).Should().Be(RejectionCode.PayloadMismatch);
        (await RefusedAsync(scene, content, scene.Side.Peer)).Should().Be(RejectionCode.NotFound, "that side is not ours");
        (await RefusedAsync(scene, content, account: new(Bytes32.Zero))).Should().Be(RejectionCode.NotFound);
    }

    /// <summary>Whoever has such a signature can close, pull and withdraw nothing by it, and has no state.</summary>
    [Fact]
    public async Task Signature_IsOfNothingThatTheContractReads()
    {
        using var scene = await ChannelScene.TakenAsync();
        var word = await SignedAsync(scene, Content(scene));
        var (domain, digest) = (ChannelDomain.Of(scene.Facts), AnnouncementDigest.Of(word.Content));
        var book = scene.Book(1, 900);
        Bytes32[] others =
        [
            domain.State(scene.Id, ContractState.Of(book, scene.TakeRequest.LockFloor)), domain.Close(digest, word.Content.Second), domain.Pull(scene.Facts.Token, scene.Mandate.Payout, 500, 0, word.Content.Second),
            domain.Withdrawal(scene.Id, scene.Key.Address, 500, word.Content.Second),
        ];
        foreach (var other in others) ChannelSignature.IsBy(scene.Key.Address, other, word.Signature).Should().BeFalse();
        // The contract puts its own separator before whatever it checks: nothing that is hashed under another one is ever read there.
        Bytes32.From(AnnouncementDigest.SeparatorOf(scene.Facts)).Should().NotBe(domain.Separator);
    }

    private static ChannelAnnouncement Content(ChannelScene scene) => new(
        scene.Facts, scene.Us, (ulong)(scene.Signer.Now.UnixMs / 1000), false, new(1, 1_000, 2_000, 1_000_000), 1, 500, 100_000, 100, Domain.Gossip.GossipScene.OnionKeyOf(1));

    private static async Task<SignedAnnouncement> SignedAsync(ChannelScene scene, ChannelAnnouncement content)
    {
        var answer = await scene.Signer.Port.SignAnnouncementAsync(new(scene.Signer.Account, scene.Side, content), CancellationToken.None);
        return new(content, answer.Should().BeOfType<SignerAnswer<AnnouncementSignature>.Given>($"it says {answer}").Subject.Value.Signature);
    }

    private static async Task<RejectionCode> RefusedAsync(ChannelScene scene, ChannelAnnouncement content, ChannelRef? side = null, AccountId? account = null) =>
        (await scene.Signer.Port.SignAnnouncementAsync(new(account ?? scene.Signer.Account, side ?? scene.Side, content), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<AnnouncementSignature>.Refused>().Subject.Rejection.Code;
}
