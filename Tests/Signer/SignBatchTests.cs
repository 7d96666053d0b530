using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>The signer reads a batch itself: every payment as it was voted, by the contract that is known.</summary>
public sealed class SignBatchTests
{
    private static readonly Address _contract = People.AddressOf("multisend");

    private const ulong Gas = 200_000;

    private static readonly Policy _policy = People.StandardPolicy with
    {
        Rules = [.. People.StandardPolicy.Rules, People.Rule("batches", [EffectKind.ContractCall], People.TwoOfThree)],
        Limits = [People.Limit("eth", People.Eth, hardWindow: People.Ether * 3)],
    };

    [Fact]
    public async Task Sign_BatchAsVoted_IsSigned()
    {
        using var scene = await SignerScene.CreateAsync(_policy);
        var bundle = Bundle(scene, Batch(scene, People.Ether), MultiSend.CodeHash);
        await scene.SignedAsync(Spend(scene, bundle));
    }

    [Fact]
    public async Task Sign_OtherPaymentsThanVoted_AreRefused()
    {
        using var scene = await SignerScene.CreateAsync(_policy);
        var bundle = Bundle(scene, Batch(scene, People.Ether), MultiSend.CodeHash);
        var other = scene.Transaction(Batch(scene, People.Ether, payee: "thief"), 0, gas: Gas);
        (await scene.RefusedAsync(scene.Spend(bundle, "batch", other))).Code.Should().Be(RejectionCode.PayloadMismatch);
        var altered = bundle with { Packet = bundle.Packet with { Legs = [Batch(scene, People.Ether, payee: "thief")] } };
        (await scene.RefusedAsync(Spend(scene, altered))).Code.Should().Be(RejectionCode.QuorumMissing, "its votes are void");
    }

    [Fact]
    public async Task Sign_BatchBeyondALimitOrAtAnotherCode_IsRefusedThoughVoted()
    {
        using var scene = await SignerScene.CreateAsync(_policy);
        (await scene.RefusedAsync(Spend(scene, Bundle(scene, Batch(scene, People.Ether * 2), MultiSend.CodeHash)))).Code.Should().Be(RejectionCode.LimitWindow);
        (await scene.RefusedAsync(Spend(scene, Bundle(scene, Batch(scene, People.Ether), People.Deployment)))).Code.Should().Be(RejectionCode.EffectOutOfBounds);
    }

    private static Leg.ContractCall Batch(SignerScene scene, UInt256 each, string payee = "b") => MultiSend.Leg(
        "batch",
        [],
        People.Chain,
        scene.Key.Address,
        _contract,
        [new(People.AddressOf("a"), new(People.Eth, each)), new(People.AddressOf(payee), new(People.Eth, each))],
        new(SignerScene.Gwei * 10_000_000));

    private static SignRequest Spend(SignerScene scene, PacketAuthorisation bundle) =>
        scene.Spend(bundle, "batch", scene.Transaction(bundle.Packet.Legs[0], 0, gas: Gas));

    private static PacketAuthorisation Bundle(SignerScene scene, Leg leg, Bytes32 code)
    {
        var packet = scene.Packet("pay", leg);
        var bounds = Bounds.Normalise(Bounds.Empty with { Targets = [new(People.Chain, _contract, code, null, null)] });
        var (subject, terms) = (new VoteSubject.Packet(packet, bounds), VoteTerms.Of(scene.Governance()));
        Vote[] votes = [People.Ana.Vote(subject, terms, scene.Now), People.Ben.Vote(subject, terms, scene.Now)];
        return new(scene.Genesis, scene.Lineage, packet, bounds, [.. votes]);
    }
}
