using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Signer.Commands;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>
/// The signer's wall clock steps, stands still, or is wrong from the start. A silo says with each request what the journal's time is; it can only make the signer
/// stricter (field note 36: what is approved outlives the call, and is then judged by the right time).
/// </summary>
public sealed class SignerTimeTests
{
    private static readonly Span _toOpenBefore = Span.Hours(24);

    [Theory]
    [InlineData(-600)]
    [InlineData(-45)]
    [InlineData(600)]
    public async Task Sign_ClockFarFromTheSilos_WaitsUntilItIsRight(int seconds)
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        scene.Clock.SkewMs = seconds * 1000;
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.ClockDoubtful);
        scene.Restart();
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.ClockDoubtful, "it is wrong from the start now");
        scene.Clock.SkewMs = 0;
        await scene.SignedAsync(Sent(scene, request));
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public async Task Sign_ClockWrongWithinTheDoubt_NeverAfterOpenBefore(int seconds)
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        scene.Clock.UnixMs += _toOpenBefore.Ms;
        scene.Clock.SkewMs = seconds * 1000;
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public async Task Sign_ClockStoppedWhileTheCallWasUnderWay_NeverAfterOpenBefore()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        scene.Clock.UnixMs += _toOpenBefore.Ms - Span.Seconds(62).Ms;
        var sent = Sent(scene, request);
        scene.Clock.UnixMs += Span.Seconds(62).Ms;
        scene.Clock.SkewMs = -Span.Seconds(62).Ms;
        (await scene.RefusedAsync(sent)).Code.Should().Be(RejectionCode.DeadlinePassed, "its monotonic clock ran on");
    }

    [Fact]
    public async Task Sign_VotesExpiredWhileTheClockStoodStill_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var packet = scene.Packet("pay", scene.Transfer("a", People.Ether)) with { OpenBefore = scene.Now + Span.Hours(80), SettleBefore = scene.Now + Span.Hours(90) };
        var request = scene.Spend(scene.Bundle(packet), "a", 0);
        scene.Clock.UnixMs += Span.Hours(24).Ms;
        scene.Clock.SkewMs = -Span.Seconds(20).Ms;
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.QuorumMissing);
    }

    [Fact]
    public async Task Sign_TimelockAndClockWithinTheDoubt_IsNeverShorter()
    {
        var policy = People.StandardPolicy with { Rules = [People.Rule("pay", [EffectKind.NativeOut], People.TwoOfThree, timelock: Span.Hours(2))] };
        using var scene = await SignerScene.CreateAsync(policy);
        var request = scene.Plain();
        scene.Clock.SkewMs = -Span.Seconds(29).Ms;
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.SkewMs = Span.Seconds(29).Ms;
        scene.Clock.UnixMs += Span.Hours(2).Ms - 1;
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.SkewMs = 0;
        scene.Clock.UnixMs += Span.Seconds(90).Ms;
        await scene.SignedAsync(Sent(scene, request));
    }

    [Fact]
    public async Task Sign_ClockStepsBackWithoutNetwork_LocksAndDeadlinesAreBothJudgedTheStrictWay()
    {
        var policy = People.StandardPolicy with { Rules = [People.Rule("pay", [EffectKind.NativeOut], People.TwoOfThree, timelock: Span.Hours(2))] };
        using var scene = await SignerScene.CreateAsync(policy);
        var request = scene.Plain();
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.SkewMs = Span.Hours(3).Ms;
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.TimelockRunning, "the clock was set forward by three hours");
        scene.Clock.SkewMs = -Span.Hours(3).Ms;
        scene.Clock.UnixMs += _toOpenBefore.Ms;
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.DeadlinePassed, "and back now, past the deadline");
    }

    [Fact]
    public async Task Sign_ClockWrongAtStartAndSetRight_GoesOnByTheNewTime()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        scene.Clock.SkewMs = Span.Hours(30).Ms;
        scene.Restart();
        (await scene.RefusedAsync(Sent(scene, request))).Code.Should().Be(RejectionCode.ClockDoubtful);
        scene.Clock.SkewMs = 0;
        await scene.SignedAsync(Sent(scene, request));
    }

    [Fact]
    public async Task Sign_CallThatIsVeryOld_IsNotForNow()
    {
        using var scene = await SignerScene.CreateAsync();
        var sent = Sent(scene, scene.Plain());
        scene.Clock.UnixMs += Span.Seconds(61).Ms;
        (await scene.RefusedAsync(sent)).Code.Should().Be(RejectionCode.ClockDoubtful);
        await scene.SignedAsync(Sent(scene, sent));
    }

    [Fact]
    public async Task Sign_ClockInDoubt_DefenceGoesOn()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = Sent(scene, scene.Plain());
        var first = await scene.SignedAsync(request);
        scene.Clock.SkewMs = -Span.Seconds(600).Ms;
        (await scene.SignedAsync(request)).Should().Be(first);
        await scene.SignedAsync(Sent(scene, scene.Spend(request.Authorisation, "a", 0, feeGwei: 40)));
        await scene.SignedAsync(Sent(scene, scene.NoOp(request.Authorisation, "a", 0, feeGwei: 80)));
    }

    [Fact]
    public async Task Sign_AskedAgainLater_IsTheSameRequest()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        var first = await scene.SignedAsync(Sent(scene, request));
        scene.Clock.UnixMs += 5_000;
        (await scene.SignedAsync(Sent(scene, request))).Should().Be(first);
        (await scene.SignedAsync(request)).Should().Be(first);
    }

    [Fact]
    public async Task SignOffline_FileWrittenDaysAgo_IsJudgedByTheMachinesOwnClock()
    {
        using var scene = await SignerScene.CreateAsync();
        var (request, outcome) = (Path.Combine(scene.Folder, "request.json"), Path.Combine(scene.Folder, "outcome.json"));
        await File.WriteAllTextAsync(request, System.Text.Json.JsonSerializer.Serialize(Sent(scene, scene.Plain()), ContractJson.Default.SignRequest));
        scene.Clock.UnixMs += Span.Hours(20).Ms;
        var signed = await OfflineSigning.SignAsync(request, outcome, () =>
        {
            scene.Restart();
            return scene.Node;
        }, CancellationToken.None);
        signed.Should().BeOfType<SignOutcome.Signed>();
    }

    [Fact]
    public async Task Announce_ClockInDoubt_StartsNoTimelockButFreezes()
    {
        using var scene = await SignerScene.CreateAsync();
        var packet = scene.Packet("pay", scene.Transfer("a", People.Ether));
        scene.Clock.SkewMs = Span.Seconds(600).Ms;
        var announced = new AnnounceRequest(scene.Genesis, [], null, packet, Bounds.Empty, scene.Votes(packet, People.Ana));
        (await scene.Port.AnnounceAsync(announced with { AskedAt = scene.Now }, CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.ClockDoubtful);
        var vote = People.Ben.Vote(new VoteSubject.Freeze(scene.Account, 1), VoteTerms.Of(scene.Governance()), scene.Now);
        (await scene.Port.AnnounceAsync(new(scene.Genesis, [], null, null, null, [vote]) { AskedAt = scene.Now }, CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
    }

    private static SignRequest Sent(SignerScene scene, SignRequest request) => request with { AskedAt = scene.Now };
}
