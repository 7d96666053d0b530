using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>What the signer says of what it signed, to a journal that lost its tail.</summary>
public sealed class SignedTests
{
    [Fact]
    public async Task Signed_OfALane_GivesTheBytesAndThePacketAlsoAfterARestart()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        var signed = await scene.SignedAsync(request);
        var bumped = await scene.SignedAsync(scene.Spend(request.Authorisation, "a", 0, feeGwei: 30));
        scene.Restart();
        var page = await AskAsync(scene, new(People.Chain, scene.Key.Address, 0, 0));
        page.Next.Should().BeNull();
        page.Intents.Select(intent => intent.TxHash).Should().Equal(bumped.TxHash, signed.TxHash);
        foreach (var intent in page.Intents)
        {
            Canonical.Hash(intent.Packet!).Should().Be(Canonical.Hash(request.Authorisation.Packet)).And.Be(intent.PacketHash);
            (intent.Key, intent.Leg.Leg, intent.Nonce, intent.NoOp).Should().Be(((Name)"hot", (Name)"a", 0UL, false));
            Bounds.Digest(intent.Bounds!).Should().Be(Bounds.Digest(request.Authorisation.Bounds));
        }

        (page.Intents[1].Request, page.Intents[1].Raw).Should().Be((request.RequestId, signed.Raw));
        (await AskAsync(scene, new(People.Chain, scene.Key.Address, 1, 0))).Intents.Should().BeEmpty("nothing is signed from nonce 1 on");
        (await AskAsync(scene, new(People.Chain, People.AddressOf("else"), 0, 0))).Intents.Should().BeEmpty();
    }

    [Fact]
    public async Task Signed_MoreThanAPage_ComesNewestFirstWithoutAGap()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        var hashes = new List<Bytes32>();
        for (var fee = 1; fee <= SignedQuery.MaxPage + 3; fee++) hashes.Add((await scene.SignedAsync(scene.Spend(bundle, "a", 0, feeGwei: (ulong)fee))).TxHash);
        var query = SignedQuery.Newest;
        var found = new List<Bytes32>();
        while (await AskAsync(scene, query) is { Intents.IsEmpty: false } page)
        {
            page.Intents.Should().OnlyContain(intent => intent.Packet == null, "an answer about every lane has no packets");
            found.AddRange(page.Intents.Select(intent => intent.TxHash));
            if (page.Next is not { } next) break;
            query = query with { Before = next };
        }

        found.Should().Equal(hashes.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task Signed_HalfALane_IsMalformed()
    {
        using var scene = await SignerScene.CreateAsync();
        (await scene.Port.SignedAsync(new(People.Chain, null, 0, 0), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<SignedPage>.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.Malformed);
    }

    private static async Task<SignedPage> AskAsync(SignerScene scene, SignedQuery query) =>
        (await scene.Port.SignedAsync(query, CancellationToken.None)).Should().BeOfType<SignerAnswer<SignedPage>.Given>().Which.Value;
}
