using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>States of channels: under a mandate that the members voted, one for each nonce.</summary>
public sealed class SignStateTests
{
    [Fact]
    public async Task Take_WithoutAMandateForIt_IsRefused()
    {
        using var scene = await ChannelScene.CreateAsync();
        var request = scene.TakeRequest;
        (await RefusedAsync(scene, request with { Lineage = [] })).Should().Be(RejectionCode.NoRule);
        (await RefusedAsync(scene, request with { Facts = request.Facts with { Manager = People.AddressOf("other") } })).Should().Be(RejectionCode.NoRule);
        (await RefusedAsync(scene, request with { Facts = request.Facts with { Token = People.AddressOf("other") } })).Should().Be(RejectionCode.NoRule);
        (await RefusedAsync(scene, request with { Facts = request.Facts with { Chain = ChainId.Evm(5) } })).Should().Be(RejectionCode.WrongChain);
        (await RefusedAsync(scene, request with { Facts = request.Facts with { A = request.Facts.B, B = request.Facts.A } })).Should().Be(RejectionCode.Malformed);
        (await RefusedAsync(scene, request with { Us = request.Us.Other() })).Should().Be(RejectionCode.KeyUnknown, "that side is the peer's");
        (await RefusedAsync(scene, request with { Key = "hot" })).Should().Be(RejectionCode.KeyUnknown, "that key spends");
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>();
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>("it may be asked again");
        (await RefusedAsync(scene, request with { LockFloor = 101 })).Should().Be(RejectionCode.IdempotencyMismatch);
        (await RefusedAsync(scene, request with { Lineage = [] })).Should().Be(RejectionCode.StaleVersion, "the signer has seen a longer one");
    }

    [Fact]
    public async Task Take_OfAChannelOfOthers_IsRefused()
    {
        using var scene = await ChannelScene.CreateAsync();
        var (one, other) = (People.AddressOf("one"), People.AddressOf("other"));
        var facts = scene.Facts with { A = one.CompareTo(other) < 0 ? one : other, B = one.CompareTo(other) < 0 ? other : one };
        (await RefusedAsync(scene, scene.TakeRequest with { Facts = facts })).Should().Be(RejectionCode.KeyUnknown);
    }

    [Fact]
    public async Task Sign_TwoStatesForOneNonce_SignsTheFirst_AlsoAfterARestart()
    {
        using var scene = await ChannelScene.TakenAsync();
        var first = await scene.SignedAsync(scene.Book(3, 900));
        (await scene.RefusedAsync(scene.Book(3, 901))).Should().Be(RejectionCode.NonceConflict);
        (await scene.RefusedAsync(scene.Book(2, 900))).Should().Be(RejectionCode.NonceConflict, "nonces rise");
        scene.Signer.Restart();
        (await scene.RefusedAsync(scene.Book(3, 901))).Should().Be(RejectionCode.NonceConflict);
        (await scene.SignedAsync(scene.Book(3, 900))).Should().Be(first, "the same state may be asked for again");
        await scene.SignedAsync(scene.Book(4, 901));
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>().Which.Value.Nonce.Should().Be(4);
    }

    [Fact]
    public async Task Sign_AtOnce_SignsOneStateForEachNonce()
    {
        using var scene = await ChannelScene.TakenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => scene.SignAsync(scene.Book((ulong)(1 + (i / 4)), (ulong)(500 + (i % 4)))))));
        answers.OfType<SignerAnswer<StateSignature>.Given>().GroupBy(static given => given.Value.Nonce).Should().OnlyContain(static group => group.Count() == 1);
        answers.OfType<SignerAnswer<StateSignature>.Given>().Should().NotBeEmpty();
        scene.Signer.Restart();
        var highest = answers.OfType<SignerAnswer<StateSignature>.Given>().Max(static given => given.Value.Nonce);
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>().Which.Value.Nonce.Should().Be(highest);
    }

    [Fact]
    public async Task Sign_AfterTheMandateEnded_SignsOnlyWhatTakesNothing()
    {
        using var scene = await ChannelScene.TakenAsync();
        await scene.SignedAsync(scene.Book(1, 900));
        await scene.EnactAsync(new AccountChange.RevokeChannels(scene.Key.Key), Span.Zero);
        (await scene.RefusedAsync(scene.Book(2, 899))).Should().Be(RejectionCode.StaleVersion, "the signer must be told of the change first");
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>("what was taken stays");
        (await scene.RefusedAsync(scene.Book(2, 899))).Should().Be(RejectionCode.NoRule);
        await scene.SignedAsync(scene.Book(2, 900));
        await scene.SignedAsync(scene.Book(3, 950));
        (await scene.RefusedAsync(scene.Book(4, 949))).Should().Be(RejectionCode.NoRule);
    }

    [Fact]
    public async Task Sign_WhileFrozen_SignsOnlyWhatTakesNothing_UntilTheUnfreezeIsTold()
    {
        using var scene = await ChannelScene.TakenAsync();
        await scene.SignedAsync(scene.Book(1, 900));
        var freeze = People.Ana.Vote(new VoteSubject.Freeze(scene.Signer.Account, 1), VoteTerms.Of(scene.Signer.Governance()), scene.Signer.Now);
        (await scene.Signer.Port.AnnounceAsync(new(scene.Signer.Genesis, scene.Signer.Lineage, null, null, null, [freeze]), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
        (await scene.RefusedAsync(scene.Book(2, 899))).Should().Be(RejectionCode.Frozen);
        await scene.SignedAsync(scene.Book(2, 900));
        await scene.EnactAsync(new AccountChange.Unfreeze(1), Span.Zero);
        (await scene.TakeAsync()).Should().BeOfType<SignerAnswer<ChannelTaken>.Given>();
        await scene.SignedAsync(scene.Book(3, 899));
    }

    [Theory]
    [InlineData("more given out than deposited", RejectionCode.PayloadMismatch)]
    [InlineData("less given out than deposited", RejectionCode.PayloadMismatch)]
    [InlineData("more deposited than the mandate's most", RejectionCode.HardLimit)]
    [InlineData("a lock twice", RejectionCode.Malformed)]
    [InlineData("too many locks", RejectionCode.HardLimit)]
    [InlineData("a lock of nothing", RejectionCode.Malformed)]
    [InlineData("no nonce", RejectionCode.Malformed)]
    [InlineData("another lineage", RejectionCode.StaleVersion)]
    [InlineData("another channel", RejectionCode.NotFound)]
    [InlineData("another account", RejectionCode.NotFound)]
    public async Task Sign_WhatIsNoStateOfIt_IsRefused(string what, RejectionCode code)
    {
        using var scene = await ChannelScene.TakenAsync();
        var book = scene.Book(1, 900);
        ChannelLock Lock(long number) => new(scene.Us, number, 1, 2_000_000, LockKind.Hash, default);
        var wrong = what switch
        {
            "more given out than deposited" => book with { Balance = book.Balance.Plus(scene.Us.Other(), 1) },
            "less given out than deposited" => book with { Balance = book.Balance.Minus(scene.Us, 1) },
            "more deposited than the mandate's most" => book with { Deposited = book.Deposited.With(scene.Us, 2_001), Balance = book.Balance.Plus(scene.Us, 1_001) },
            "a lock twice" => book with { Balance = book.Balance.Minus(scene.Us, 2), Locks = [Lock(1), Lock(1)] },
            "too many locks" => book with { Balance = book.Balance.Minus(scene.Us, 31), Locks = [.. Enumerable.Range(1, 31).Select(i => Lock(i))] },
            "a lock of nothing" => book with { Locks = [Lock(1) with { Amount = 0 }] },
            "no nonce" => book with { Nonce = 0 },
            _ => book,
        };
        var request = new SignStateRequest(
            what == "another account" ? new AccountId(new Bytes32(7)) : scene.Signer.Account,
            what == "another channel" ? scene.Side.Peer : scene.Side,
            what == "another lineage" ? 0 : 1, wrong);
        var answer = await scene.Signer.Port.SignStateAsync(request, CancellationToken.None);
        answer.Should().BeOfType<SignerAnswer<StateSignature>.Refused>().Which.Rejection.Code.Should().Be(code);
        await scene.SignedAsync(book);
    }

    [Fact]
    public async Task ChannelKey_SignsNoTransaction()
    {
        using var scene = await ChannelScene.CreateAsync();
        var request = scene.Signer.Plain();
        (await scene.Signer.RefusedAsync(request with { Key = scene.Key.Key })).Code.Should().Be(RejectionCode.KeyUnknown);
    }

    [Fact]
    public async Task Open_WithFloorsPutBack_OrGone_RefusesOrSignsNothing()
    {
        using var scene = await ChannelScene.TakenAsync();
        var (folder, copy) = (scene.Signer.Folder, Directory.CreateTempSubdirectory("tpw-floors-").FullName);
        await scene.SignedAsync(scene.Book(1, 900));
        scene.Signer.Node.Dispose();
        foreach (var file in Directory.GetFiles(folder, "floors.*")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        scene.Signer.Restart();
        await scene.SignedAsync(scene.Book(2, 800));
        scene.Signer.Node.Dispose();
        File.Copy(Path.Combine(copy, "floors.db"), Path.Combine(folder, "floors.db"), overwrite: true);
        var putBack = scene.Signer.Restart;
        putBack.Should().Throw<TPWallet.Signer.Store.StoreDamagedException>();
        foreach (var file in Directory.GetFiles(folder, "floors.*")) File.Delete(file);
        scene.Signer.Restart();
        var lost = () => scene.SignAsync(scene.Book(3, 700));
        await lost.Should().ThrowAsync<TPWallet.Signer.Store.StoreDamagedException>("a taken channel without a floor has lost it");
        Directory.Delete(copy, recursive: true);
    }

    private static async Task<RejectionCode> RefusedAsync(ChannelScene scene, TakeChannelRequest request)
    {
        var answer = await scene.TakeAsync(request);
        return answer.Should().BeOfType<SignerAnswer<ChannelTaken>.Refused>($"it says {answer}").Subject.Rejection.Code;
    }
}
