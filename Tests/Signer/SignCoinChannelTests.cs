using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Signing;
using TPWallet.Signer.Store;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>What the keys of a channel on a Bitcoin chain sign, and what they never sign again, also after the process died.</summary>
public sealed class SignCoinChannelTests
{
    [Fact]
    public async Task Take_UnderAMandate_GivesTheSameKeysForEver_AndNobodyElsesElse()
    {
        using (var without = await CoinChannelScene.CreateAsync(null)) (await without.TakeRefusedAsync(without.TakeRequest)).Should().Be(RejectionCode.NoRule);
        using (var small = await CoinChannelScene.CreateAsync(CoinChannelScene.Mandate(999_999))) (await small.TakeRefusedAsync(small.TakeRequest)).Should().Be(RejectionCode.NoRule);
        using var scene = await CoinChannelScene.CreateAsync(CoinChannelScene.Mandate());
        var request = scene.TakeRequest;
        (await scene.TakeRefusedAsync(request with { Payout = HexBytes.From([0, 0x14, .. new byte[20]]) })).Should().Be(RejectionCode.NoRule, "it is not the mandate's");
        (await scene.TakeRefusedAsync(request with { Us = CoinSide.Accepter })).Should().Be(RejectionCode.KeyUnknown);
        (await scene.TakeRefusedAsync(request with { Key = "hot" })).Should().Be(RejectionCode.KeyUnknown, "it signs transactions");
        (await scene.TakeRefusedAsync(request with { Terms = request.Terms with { Form = CoinForm.Anchors } })).Should().Be(RejectionCode.UnsupportedKind);
        var taken = await scene.TakeAsync();
        (await scene.TakeRefusedAsync(request with { Terms = request.Terms with { ToSelfDelay = 7 } })).Should().Be(RejectionCode.IdempotencyMismatch);
        scene.Signer.Restart();
        (await scene.TakeAsync()).Should().Be(taken);
    }

    [Fact]
    public async Task Sign_OneCommitmentForOneNumber_AlsoAfterARestart()
    {
        using var scene = await CoinChannelScene.TakenAsync();
        (await scene.RefusedAsync(scene.Peer(1, 0))).Should().Be(RejectionCode.NonceConflict, "0 comes first");
        var first = await scene.GivenAsync<CoinGiven.Signatures>(scene.Peer(0, 0));
        scene.Signer.Restart();
        (await scene.RefusedAsync(scene.Peer(0, 5_000_000))).Should().Be(RejectionCode.NonceConflict);
        (await scene.GivenAsync<CoinGiven.Signatures>(scene.Peer(0, 0))).Should().Be(first);
        (await scene.GivenAsync<CoinGiven.Revocation>(scene.Take(0, 0))).Of.Secret.IsZero.Should().BeTrue("there is none before it");
        await scene.RoundAsync(1, 5_000_000);
        scene.Signer.Restart();
        (await scene.RefusedAsync(scene.Peer(1, 4_000_000))).Should().Be(RejectionCode.NonceConflict);
        (await scene.RefusedAsync(scene.Peer(0, 0))).Should().Be(RejectionCode.NonceConflict);
    }

    [Fact]
    public async Task Secret_OfTheNewestCommitment_IsNeverGiven_AndOneThatWasGivenUpIsNeverSent()
    {
        using var scene = await CoinChannelScene.TakenAsync();
        await scene.RoundAsync(0, 0);
        var forged = scene.Take(1, 5_000_000) with { Signatures = scene.Take(1, 6_000_000).Signatures };
        (await scene.RefusedAsync(forged)).Should().Be(RejectionCode.BadSignature, "the peer has not signed what would take its place");
        var secret = await scene.RoundAsync(1, 5_000_000);
        CoinTransactions.PointOf(secret).Should().Be(scene.Taken.Point, "it is the secret of commitment 0");
        (await scene.RefusedAsync(scene.Take(3, 5_000_000))).Should().Be(RejectionCode.NonceConflict);
        scene.Signer.Restart();
        (await scene.RefusedAsync(scene.Own(0, 0))).Should().Be(RejectionCode.NonceConflict, "it was given up");
        (await scene.GivenAsync<CoinGiven.Revocation>(scene.Take(1, 5_000_000))).Of.Secret.Should().Be(secret, "the answer may have been lost");
        await scene.GivenAsync<CoinGiven.Transaction>(scene.Own(1, 5_000_000));
    }

    [Fact]
    public async Task Nothing_IsSigned_AfterTheCommitmentWasSignedForSending_OrTheEnd()
    {
        foreach (var ends in new[] { false, true })
        {
            using var scene = await CoinChannelScene.TakenAsync();
            await scene.RoundAsync(0, 0);
            await scene.RoundAsync(1, 50_000_000);
            if (ends) await scene.GivenAsync<CoinGiven.End>(new CoinAsk.End(CoinChannelScene.Book(1, 50_000_000), null));
            else await scene.GivenAsync<CoinGiven.Transaction>(scene.Own(1, 50_000_000));
            scene.Signer.Restart();
            (await scene.RefusedAsync(scene.Peer(2, 60_000_000))).Should().Be(RejectionCode.WrongState);
            (await scene.RefusedAsync(scene.Take(2, 60_000_000))).Should().Be(RejectionCode.WrongState);
        }
    }

    [Fact]
    public async Task Sign_ForOtherFactsThanTheFirst_IsRefused()
    {
        using var scene = await CoinChannelScene.TakenAsync();
        await scene.RoundAsync(0, 0);
        var (facts, ask) = (scene.Facts, scene.Peer(1, 5_000_000));
        (await scene.RefusedAsync(ask, facts with { Funding = new(new Bytes32(6), 0) })).Should().Be(RejectionCode.PayloadMismatch);
        (await scene.RefusedAsync(ask, facts with { Terms = facts.Terms with { ReserveSat = 600 } })).Should().Be(RejectionCode.PayloadMismatch);
        (await scene.RefusedAsync(ask, facts with { Opener = facts.Opener with { Payout = HexBytes.From([0, 0x14, .. new byte[20]]) } })).Should().Be(RejectionCode.PayloadMismatch);
        (await scene.RefusedAsync(ask, facts with { Opener = facts.Accepter })).Should().Be(RejectionCode.PayloadMismatch);
        (await scene.RefusedAsync(ask, facts with { Accepter = facts.Opener })).Should().Be(RejectionCode.PayloadMismatch);
        foreach (var request in new[] { scene.Request(ask) with { Account = new(new Bytes32(7)) }, scene.Request(ask) with { Side = scene.Side.Peer } })
            (await scene.Signer.Port.SignCoinChannelAsync(request, CancellationToken.None)).Should().BeOfType<SignerAnswer<CoinGiven>.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.NotFound);
        await scene.GivenAsync<CoinGiven.Signatures>(ask);
    }

    [Fact]
    public async Task Sign_WhileFrozenOrWithoutAMandate_SignsOnlyWhatTakesNothing()
    {
        using var scene = await CoinChannelScene.TakenAsync();
        await scene.RoundAsync(0, 0);
        await scene.RoundAsync(1, 50_000_000);
        var freeze = People.Ana.Vote(new VoteSubject.Freeze(scene.Signer.Account, 1), VoteTerms.Of(scene.Signer.Governance()), scene.Signer.Now);
        await scene.Signer.Port.AnnounceAsync(new(scene.Signer.Genesis, scene.Signer.Lineage, null, null, null, [freeze]), CancellationToken.None);
        (await scene.RefusedAsync(scene.Peer(2, 50_000_001))).Should().Be(RejectionCode.Frozen);
        await scene.RoundAsync(2, 40_000_000);
        await scene.EnactAsync(new AccountChange.Unfreeze(1), Span.Zero);
        (await scene.RefusedAsync(scene.Peer(3, 41_000_000))).Should().Be(RejectionCode.StaleVersion, "it must be told of the change first");
        await scene.TakeAsync();
        await scene.RoundAsync(3, 41_000_000);
        await scene.EnactAsync(new AccountChange.RevokeChannels("coins"), Span.Zero);
        await scene.TakeAsync();
        (await scene.RefusedAsync(scene.Peer(4, 41_000_001))).Should().Be(RejectionCode.NoRule);
        await scene.GivenAsync<CoinGiven.Transaction>(scene.Own(3, 41_000_000));
    }

    [Fact]
    public async Task Floors_ThatWerePutBack_AreNoticed()
    {
        using var scene = await CoinChannelScene.TakenAsync();
        await scene.RoundAsync(0, 0);
        var (file, copy) = (Path.Combine(scene.Signer.Folder, "coin-floors.db"), Path.Combine(scene.Signer.Folder, "copy.db"));
        scene.Signer.Node.Dispose();
        File.Copy(file, copy);
        scene.Signer.Restart();
        await scene.RoundAsync(1, 5_000_000);
        scene.Signer.Node.Dispose();
        foreach (var rest in new[] { "-wal", "-shm" }) File.Delete(file + rest);
        File.Copy(copy, file, overwrite: true);
        scene.Signer.Invoking(static signer => signer.Restart()).Should().Throw<StoreDamagedException>();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Process_KilledAfterTheFloorIsDurable_SignsNoOtherCommitmentAfterwards()
    {
        using var scene = await CoinChannelScene.TakenAsync();
        await scene.RoundAsync(0, 0);
        scene.Signer.Node.Dispose();
        string[] serve = ["serve", "--data", scene.Signer.Folder, "--listen", "127.0.0.1:0"];
        await using (var process = await SignerProcess.StartAsync(serve, killAt: "signer.persisted"))
        {
            using var client = new SignerClient(SignerProcess.MutualTls(process.Where, scene.Signer.Folder));
            (await client.SignCoinChannelAsync(scene.Request(scene.Peer(1, 5_000_000)), CancellationToken.None)).Should().BeOfType<SignerAnswer<CoinGiven>.NoAnswer>("it died before it could answer");
            await process.Ended;
        }

        await using var again = await SignerProcess.StartAsync(serve);
        using var other = new SignerClient(SignerProcess.MutualTls(again.Where, scene.Signer.Folder));
        (await other.SignCoinChannelAsync(scene.Request(scene.Peer(1, 6_000_000)), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<CoinGiven>.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.NonceConflict);
        (await other.SignCoinChannelAsync(scene.Request(scene.Peer(1, 5_000_000)), CancellationToken.None)).Should().BeOfType<SignerAnswer<CoinGiven>.Given>();
        await other.SignCoinChannelAsync(scene.Request(scene.Take(1, 5_000_000)), CancellationToken.None);
        (await other.TakeCoinChannelAsync(scene.TakeRequest, CancellationToken.None)).Should().BeOfType<SignerAnswer<CoinChannelTaken>.Given>().Which.Value.Should().Be(scene.Taken);
    }
}
