using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>Risk that the members voted to enforce holds at the signer, whatever a silo leaves out of its bundle.</summary>
public sealed class SignRiskTests
{
    [Theory]
    [InlineData("no score", RejectionCode.RiskUnscored)]
    [InlineData("another packet's score", RejectionCode.RiskUnscored)]
    [InlineData("other movements", RejectionCode.RiskUnscored)]
    [InlineData("blocked", RejectionCode.RiskBlocked)]
    [InlineData("not released", RejectionCode.RiskHeld)]
    [InlineData("released by one", RejectionCode.RiskHeld)]
    [InlineData("released too early", RejectionCode.RiskHeld)]
    public async Task Sign_WhereMembersEnforce_WithoutAScoreThatLetsItThrough_IsRefused(string what, RejectionCode code)
    {
        using var scene = await EnforcedAsync();
        var request = Held(scene);
        var (score, release) = (request.Authorisation.Risk!.Score, request.Authorisation.Risk.Release!);
        PacketRisk? risk = what switch
        {
            "no score" => null,
            "another packet's score" => new(score with { Packet = Bytes32.Zero }, release),
            "other movements" => new(score with { Payment = score.Payment with { Movements = [] } }, release),
            "blocked" => new(score with { Value = score.Value with { Demand = score.Value.Demand with { Action = RiskAction.Block } } }, release),
            "not released" => new(score, null),
            "released by one" => new(score, release with { By = ["rita", "rita"] }),
            _ => new(score, release with { Until = scene.Now }),
        };
        (await scene.RefusedAsync(request with { Authorisation = request.Authorisation with { Risk = risk } })).Code.Should().Be(code);
        await scene.SignedAsync(request);
    }

    [Fact]
    public async Task Sign_WhereNobodyEnforces_AsksForNoScore()
    {
        using var scene = await SignerScene.CreateAsync();
        await scene.SignedAsync(scene.Plain());
    }

    /// <summary>A scene whose members enforce risk, announced and past the time lock of a day.</summary>
    private static async Task<SignerScene> EnforcedAsync()
    {
        var scene = await SignerScene.CreateAsync();
        var change = scene.Enact(new AccountChange.SetRisk(RiskMode.Enforced), scene.Now + Span.Hours(24), People.Ana, People.Ben);
        (await scene.Port.AnnounceAsync(new(scene.Genesis, [], change.Proposal, null, null, change.Votes), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
        scene.Clock.UnixMs += Span.Hours(24).Ms;
        scene.Lineage = [change];
        return scene;
    }

    /// <summary>A payment that its score held and two reviewers released; the proposer has no device, so one approval more stands in for his.</summary>
    private static SignRequest Held(SignerScene scene)
    {
        var packet = scene.Packet("pay", scene.Transfer("a", People.Ether));
        var outflow = Outflow.Of(packet, Bounds.Empty, [new(scene.Key.Chain, scene.Key.Address, scene.Key.Tier)], scene.Governance(), out _)!;
        var demand = new RiskDemand(RiskAction.Review, 0, 0, Span.Hours(24));
        var score = new PacketScore(
            Canonical.Hash(packet),
            Bounds.Digest(Bounds.Empty),
            new(People.Id("payment"), scene.Account, RiskDirection.Out, RiskMovements.Of(outflow), [], null, null),
            new(70, demand, demand, [new("party-new", "a", 6, RiskAction.Allow, false, [])], 1, Bytes32.Zero),
            RiskMode.Shadow,
            new(false, Span.Hours(72), Span.Hours(24), [], 0, false),
            [],
            scene.Now,
            scene.Now + PacketScore.Freshness,
            1);
        var bundle = scene.Bundle(packet) with
        {
            Votes = scene.Votes(packet, People.Ana, People.Ben, People.Cleo),
            Risk = new(score, new(["rita", "rob"], RiskAction.Review, scene.Now + Span.Hours(1))),
        };
        return scene.Spend(bundle, "a", 0);
    }
}
