using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>One intent per nonce, one nonce per leg; replacements and the no-op; the same request, the same bytes.</summary>
public sealed class SignIntentTests
{
    private static readonly UInt256 Ether = People.Ether;

    [Fact]
    public async Task Sign_SameRequestAgain_SameBytesAndNoNewFact()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        var first = await scene.SignedAsync(request);
        var facts = scene.Node.Service.Identity().Facts;
        scene.Restart();
        (await scene.SignedAsync(request)).Should().Be(first);
        (await scene.SignedAsync(request with { RequestId = Guid.NewGuid() })).Should().Be(first, "another id for the same payload signs nothing new");
        scene.Node.Service.Identity().Facts.Should().Be(facts);
    }

    [Fact]
    public async Task Sign_SameRequestAfterVotesWentStale_SameBytes()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        var first = await scene.SignedAsync(request);
        scene.Clock.UnixMs += Span.Hours(100).Ms;
        (await scene.SignedAsync(request with { Authorisation = request.Authorisation with { Votes = [] } })).Should().Be(first);
    }

    [Fact]
    public async Task Sign_SameIdOtherContent_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        await scene.SignedAsync(request);
        var other = scene.Spend(request.Authorisation, "a", 0, feeGwei: 30) with { RequestId = request.RequestId };
        (await scene.RefusedAsync(other)).Code.Should().Be(RejectionCode.IdempotencyMismatch);
    }

    [Fact]
    public async Task Sign_LegAtASecondNonce_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        (await scene.RefusedAsync(scene.Spend(bundle, "a", 1))).Code.Should().Be(RejectionCode.IntentConflict);
    }

    /// <summary>Signer/Checks/README.md: inside its packet a leg never moves, also not when its own no-op was signed; a new packet needs its own votes.</summary>
    [Fact]
    public async Task Sign_LegAfterItsNoOp_MovesOnlyByNewVotes()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        var noOp = await scene.SignedAsync(scene.NoOp(bundle, "a", 0, feeGwei: 30));
        (await scene.RefusedAsync(scene.Spend(bundle, "a", 1))).Code.Should().Be(RejectionCode.IntentConflict, "that the no-op was mined is only said");
        var again = scene.Bundle(Instead(scene, "again", bundle, noOp.TxHash));
        (await scene.RefusedAsync(scene.Spend(again with { Votes = bundle.Votes }, "a", 1))).Code.Should().Be(RejectionCode.QuorumMissing, "votes of the first");
        (await scene.RefusedAsync(scene.Spend(again with { Votes = [] }, "a", 1))).Code.Should().Be(RejectionCode.QuorumMissing);
        await scene.SignedAsync(scene.Spend(again, "a", 1));
    }

    [Fact]
    public async Task Sign_LegThatMoved_TakesNoHigherBidAndMovesNoSecondTime()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        var first = await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        var noOp = await scene.SignedAsync(scene.NoOp(bundle, "a", 0, feeGwei: 30));
        var own = scene.Bundle(Instead(scene, "own", bundle, first.TxHash));
        (await scene.RefusedAsync(scene.Spend(own, "a", 1))).Code.Should().Be(RejectionCode.IntentConflict, "its own spend at the nonce: it was paid");
        var unsigned = scene.Bundle(Instead(scene, "unsigned", scene.Bundle(scene.Packet("never", scene.Transfer("a", Ether))), noOp.TxHash));
        (await scene.RefusedAsync(scene.Spend(unsigned, "a", 1))).Code.Should().Be(RejectionCode.IntentConflict, "nothing was signed of it");
        var again = scene.Bundle(Instead(scene, "again", bundle, noOp.TxHash));
        var moved = await scene.SignedAsync(scene.Spend(again, "a", 1));
        scene.Restart();
        (await scene.RefusedAsync(scene.Spend(bundle, "a", 0, feeGwei: 60))).Code.Should().Be(RejectionCode.IntentConflict, "no higher bid for what moved");
        await scene.SignedAsync(scene.NoOp(bundle, "a", 0, feeGwei: 60));
        var third = scene.Bundle(Instead(scene, "third", bundle, noOp.TxHash));
        (await scene.RefusedAsync(scene.Spend(third, "a", 2))).Code.Should().Be(RejectionCode.IntentConflict, "it moved once");
        (await scene.SignedAsync(scene.Spend(again, "a", 1))).Should().Be(moved);
        await scene.SignedAsync(scene.Spend(again, "a", 1, feeGwei: 30));
    }

    private static PacketContent Instead(SignerScene scene, Name id, PacketAuthorisation of, Bytes32 consumedBy) =>
        scene.Packet(id, scene.Transfer("a", Ether) with { Replaces = new(new(of.Packet.Ref, "a"), consumedBy) });

    [Fact]
    public async Task Sign_SecondLegAtTheSameNonce_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Bundle(scene.Packet("pay", scene.Transfer("a", Ether), scene.Transfer("b", Ether)));
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        (await scene.RefusedAsync(scene.Spend(bundle, "b", 0))).Code.Should().Be(RejectionCode.NonceConflict);
        await scene.SignedAsync(scene.Spend(bundle, "b", 1));
    }

    [Fact]
    public async Task Sign_OtherContentUnderASignedPacketId_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        await scene.SignedAsync(scene.Plain());
        var other = scene.Bundle(scene.Packet("pay", scene.Transfer("b", Ether * 2)));
        (await scene.RefusedAsync(scene.Spend(other, "b", 1))).Code.Should().Be(RejectionCode.IntentConflict);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(19)]
    [InlineData(1)]
    public async Task Sign_ReplacementWithoutHigherFees_IsRefusedUnlessTheSame(ulong feeGwei)
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        var first = await scene.SignedAsync(scene.Spend(bundle, "a", 0, feeGwei: 20));
        var outcome = await scene.SignAsync(scene.Spend(bundle, "a", 0, feeGwei));
        if (feeGwei == 20) outcome.Should().Be(first);
        else outcome.Should().BeOfType<SignOutcome.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.IntentConflict);
    }

    [Fact]
    public async Task Sign_ReplacementWithHigherFees_IsSignedAlsoWhenFrozenAndLate()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        var first = await scene.SignedAsync(scene.Spend(bundle, "a", 0, feeGwei: 20));
        await FreezeAsync(scene);
        scene.Clock.UnixMs += Span.Hours(100).Ms;
        var second = await scene.SignedAsync(scene.Spend(bundle, "a", 0, feeGwei: 30));
        second.TxHash.Should().NotBe(first.TxHash);
        (await scene.RefusedAsync(scene.Spend(bundle, "a", 0, feeGwei: 1000))).Code.Should().Be(RejectionCode.FeeBudgetExceeded);
    }

    [Fact]
    public async Task Sign_NoOpAtASignedNonce_IsSignedAlsoABumpAboveTheBudget()
    {
        using var scene = await SignerScene.CreateAsync();
        // The budget is exactly what the spend costs at worst, so any replacement exceeds it: only the no-op may (field note 3).
        var packet = scene.Packet("pay", scene.Transfer("a", Ether, fee: SignerScene.Gwei * 20 * 21_000));
        var bundle = scene.Bundle(packet);
        await scene.SignedAsync(scene.Spend(bundle, "a", 0, feeGwei: 20));
        (await scene.RefusedAsync(scene.Spend(bundle, "a", 0, feeGwei: 25))).Code.Should().Be(RejectionCode.FeeBudgetExceeded);
        (await scene.RefusedAsync(scene.NoOp(bundle, "a", 0, feeGwei: 26))).Code.Should().Be(RejectionCode.FeeBudgetExceeded);
        (await scene.RefusedAsync(scene.NoOp(bundle, "a", 1, feeGwei: 25))).Code.Should().Be(RejectionCode.FeeBudgetExceeded);
        await scene.SignedAsync(scene.NoOp(bundle, "a", 0, feeGwei: 25));
    }

    [Fact]
    public async Task Sign_NoOpElsewhereOrWithValue_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Plain().Authorisation;
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        (await scene.RefusedAsync(scene.NoOp(bundle, "a", 1, feeGwei: 30))).Code.Should().Be(RejectionCode.IntentConflict);
        var disguised = scene.Spend(bundle, "a", 0, feeGwei: 30);
        disguised = disguised with { Payload = new SigningPayload.EvmNoOp("a", ((SigningPayload.EvmSpend)disguised.Payload).Unsigned) };
        (await scene.RefusedAsync(disguised)).Code.Should().Be(RejectionCode.PayloadMismatch);
    }

    [Fact]
    public async Task Sign_OutflowOfEarlierPackets_FillsTheWindowOnceEach()
    {
        using var scene = await SignerScene.CreateAsync();
        // Soft window 20 ether: four packets of 4.8 ether leave no room for another ether with two votes; a second leg and a bump of one packet count no more.
        for (var i = 0; i < 4; i++)
        {
            var half = scene.Bundle(scene.Packet($"pay-{i}", scene.Transfer("a", (Ether * 24) / 10), scene.Transfer("b", (Ether * 24) / 10)));
            await scene.SignedAsync(scene.Spend(half, "a", (ulong)i * 2));
            await scene.SignedAsync(scene.Spend(half, "a", (ulong)i * 2, feeGwei: 40));
            await scene.SignedAsync(scene.Spend(half, "b", ((ulong)i * 2) + 1));
        }

        scene.Restart();
        var fifth = scene.Bundle(scene.Packet("pay-5", scene.Transfer("a", Ether)));
        (await scene.RefusedAsync(scene.Spend(fifth, "a", 8))).Code.Should().Be(RejectionCode.QuorumMissing);
        var escalated = fifth with { Votes = scene.Votes(fifth.Packet, People.Ana, People.Ben, People.Cleo) };
        await scene.SignedAsync(scene.Spend(escalated, "a", 8));
        scene.Clock.UnixMs += Span.Hours(26).Ms;
        await scene.SignedAsync(scene.Spend(scene.Bundle(scene.Packet("pay-6", scene.Transfer("a", Ether))), "a", 9));
    }

    [Fact]
    public async Task Sign_HardWindow_IsRefusedWhateverTheVotes()
    {
        using var scene = await SignerScene.CreateAsync();
        foreach (var (id, nonce) in new[] { ("x", 0UL), ("y", 1UL) })
        {
            var packet = scene.Packet(id, scene.Transfer("a", Ether * 49));
            await scene.SignedAsync(scene.Spend(scene.Bundle(packet) with { Votes = scene.Votes(packet, People.Ana, People.Ben, People.Cleo) }, "a", nonce));
        }

        var third = scene.Packet("z", scene.Transfer("a", Ether * 3));
        var request = scene.Spend(scene.Bundle(third) with { Votes = scene.Votes(third, People.Ana, People.Ben, People.Cleo) }, "a", 2);
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.LimitWindow);
    }

    [Fact]
    public async Task Sign_SecondLegAfterVotesExpired_IsSignedUntilSettleBefore()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Bundle(scene.Packet("pay", scene.Transfer("a", Ether), scene.Transfer("b", Ether)));
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        scene.Clock.UnixMs += Span.Hours(30).Ms;
        await scene.SignedAsync(scene.Spend(bundle, "b", 1));
    }

    [Fact]
    public async Task Sign_SecondLegAfterSettleBefore_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Bundle(scene.Packet("pay", scene.Transfer("a", Ether), scene.Transfer("b", Ether)));
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        scene.Clock.UnixMs += Span.Hours(48).Ms;
        (await scene.RefusedAsync(scene.Spend(bundle, "b", 1))).Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public async Task Sign_CompensationOfALegThatWasNeverSigned_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Bundle(Undoable(scene));
        (await scene.RefusedAsync(scene.Spend(bundle, "undo", 0))).Code.Should().Be(RejectionCode.CompensationInvalid);
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        await scene.SignedAsync(scene.Spend(bundle, "undo", 1));
    }

    [Fact]
    public async Task Sign_Compensation_HasItsOwnDeadline()
    {
        using var scene = await SignerScene.CreateAsync();
        var bundle = scene.Bundle(Undoable(scene));
        await scene.SignedAsync(scene.Spend(bundle, "a", 0));
        scene.Clock.UnixMs += Span.Hours(60).Ms;
        (await scene.RefusedAsync(scene.Spend(bundle, "b", 1))).Code.Should().Be(RejectionCode.DeadlinePassed);
        await scene.SignedAsync(scene.Spend(bundle, "undo", 1));
        (await scene.RefusedAsync(scene.Spend(scene.Bundle(Undoable(scene)) with { Votes = bundle.Votes }, "a", 2))).Code
            .Should().Be(RejectionCode.IntentConflict, "other deadlines are another packet");
        scene.Clock.UnixMs += Span.Hours(12).Ms;
        var late = scene.Bundle(Undoable(scene) with { Ref = new(scene.Account, "late") });
        await scene.SignedAsync(scene.Spend(late, "a", 2));
        scene.Clock.UnixMs += Span.Hours(72).Ms;
        (await scene.RefusedAsync(scene.Spend(late, "undo", 3))).Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    private static PacketContent Undoable(SignerScene scene)
    {
        var packet = scene.Packet(
            "pay",
            scene.Transfer("a", Ether) with { Group = "g" },
            scene.Transfer("b", Ether) with { Group = "g" },
            scene.Transfer("undo", Ether) with { Compensates = "a" });
        return packet with { CompensateBefore = packet.SettleBefore + Span.Hours(24) };
    }

    [Fact]
    public async Task Sign_TwoAtOnceForOneNonce_OnlyOneIntentIsSigned()
    {
        using var scene = await SignerScene.CreateAsync();
        var requests = Enumerable.Range(0, 16).Select(i => scene.Spend(scene.Bundle(scene.Packet($"pay-{i}", scene.Transfer("a", Ether))), "a", 0)).ToArray();
        var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(() => scene.SignAsync(request))));
        outcomes.OfType<SignOutcome.Signed>().Should().ContainSingle();
        outcomes.OfType<SignOutcome.Refused>().Select(refused => refused.Rejection.Code)
            .Should().OnlyContain(code => code == RejectionCode.NonceConflict || code == RejectionCode.Retry);
    }

    private static async Task FreezeAsync(SignerScene scene)
    {
        var vote = People.Ana.Vote(new VoteSubject.Freeze(scene.Account, 1), VoteTerms.Of(scene.Governance()), scene.Now);
        (await scene.Port.AnnounceAsync(new(scene.Genesis, scene.Lineage, null, null, null, [vote]), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
    }
}
