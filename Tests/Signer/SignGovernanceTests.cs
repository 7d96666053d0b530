using TPWallet.Chains.Bitcoin;
using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>Lineage, time locks by the signer's own clock, freeze, and the keys of an account.</summary>
public sealed class SignGovernanceTests
{
    private static readonly UInt256 Ether = People.Ether;

    [Fact]
    public async Task Sign_LineageShorterThanKnown_IsStale()
    {
        using var scene = await SignerScene.CreateAsync();
        var old = scene.Plain();
        await AdvancePolicyAsync(scene);
        scene.Restart();
        (await scene.RefusedAsync(old)).Code.Should().Be(RejectionCode.StaleVersion);
        await scene.SignedAsync(scene.Plain());
    }

    [Fact]
    public async Task Sign_AnotherLineageOfTheSameLength_IsBroken()
    {
        using var scene = await SignerScene.CreateAsync();
        var fork = scene.Enact(new AccountChange.NewPolicy(People.StandardPolicy with { Version = 2, Limits = [] }), scene.Now + Span.Hours(24), People.Ana, People.Ben);
        await AdvancePolicyAsync(scene);
        scene.Lineage = [fork];
        (await scene.RefusedAsync(scene.Plain())).Code.Should().Be(RejectionCode.LineageBroken);
    }

    [Fact]
    public async Task Sign_VotesUnderTheFormerPolicy_AreVoid()
    {
        using var scene = await SignerScene.CreateAsync();
        var packet = scene.Packet("pay", scene.Transfer("a", Ether)) with { OpenBefore = scene.Now + Span.Hours(80), SettleBefore = scene.Now + Span.Hours(90) };
        var votes = scene.Votes(packet, People.Ana, People.Ben);
        await AdvancePolicyAsync(scene);
        (await scene.RefusedAsync(scene.Spend(scene.Bundle(packet) with { Votes = votes }, "a", 0))).Code.Should().Be(RejectionCode.QuorumMissing);
    }

    [Fact]
    public async Task Sign_ChangeDatedBack_WaitsForTheSignersOwnClock()
    {
        using var scene = await SignerScene.CreateAsync();
        // The silo says that the votes are two days old. The votes' own instants are signed, so members would have to lie with it; even then the
        // signer, which sees the change for the first time, counts the time lock from now.
        scene.Clock.UnixMs -= Span.Hours(48).Ms;
        var change = scene.Enact(new AccountChange.NewPolicy(People.StandardPolicy with { Version = 2 }), scene.Now + Span.Hours(24), People.Ana, People.Ben);
        scene.Clock.UnixMs += Span.Hours(48).Ms;
        scene.Lineage = [change];
        (await scene.RefusedAsync(scene.Plain())).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.UnixMs += Span.Hours(24).Ms - 1;
        (await scene.RefusedAsync(scene.Plain())).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.UnixMs += 1;
        await scene.SignedAsync(scene.Plain());
    }

    [Fact]
    public async Task Sign_PacketUnderATimelock_WaitsFromItsFirstSight()
    {
        var policy = People.StandardPolicy with
        {
            Rules = [People.Rule("pay", [EffectKind.NativeOut], People.TwoOfThree, timelock: Span.Hours(2))],
        };
        using var scene = await SignerScene.CreateAsync(policy);
        var packet = scene.Packet("pay", scene.Transfer("a", Ether));
        var announced = await scene.Port.AnnounceAsync(
            new(scene.Genesis, [], null, packet, Bounds.Empty, scene.Votes(packet, People.Ana)), CancellationToken.None);
        announced.Should().BeOfType<SignerAnswer<Announcement>.Given>().Which.Value.Should().Be(new Announcement(Canonical.Hash(packet), scene.Now));
        var request = scene.Spend(scene.Bundle(packet), "a", 0);
        scene.Clock.UnixMs += Span.Hours(2).Ms - 1;
        scene.Restart();
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.UnixMs += 1;
        await scene.SignedAsync(request);
    }

    [Fact]
    public async Task Sign_PacketNeverAnnounced_StartsItsTimelockWhenShown()
    {
        var policy = People.StandardPolicy with { Rules = [People.Rule("pay", [EffectKind.NativeOut], People.TwoOfThree, timelock: Span.Hours(2))] };
        using var scene = await SignerScene.CreateAsync(policy);
        var request = scene.Plain();
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.TimelockRunning);
        scene.Clock.UnixMs += Span.Hours(2).Ms;
        await scene.SignedAsync(request);
    }

    [Fact]
    public async Task Announce_WithoutAGoodVote_StartsNothing()
    {
        using var scene = await SignerScene.CreateAsync();
        var packet = scene.Packet("pay", scene.Transfer("a", Ether));
        await RefusedAsync(scene, new(scene.Genesis, [], null, packet, Bounds.Empty, []), RejectionCode.QuorumMissing);
        var forged = scene.Votes(packet, People.Ana)[0] with { Signature = new byte[64] };
        await RefusedAsync(scene, new(scene.Genesis, [], null, packet, Bounds.Empty, [forged]), RejectionCode.VoteForged);
        await RefusedAsync(scene, new(scene.Genesis, [], null, packet, null, [forged]), RejectionCode.Malformed);
        scene.Node.Service.Identity().Facts.Should().Be(1, "only the key is known");
    }

    [Fact]
    public async Task Announce_Again_AnswersTheFirstTime()
    {
        using var scene = await SignerScene.CreateAsync();
        var packet = scene.Packet("pay", scene.Transfer("a", Ether));
        var request = new AnnounceRequest(scene.Genesis, [], null, packet, Bounds.Empty, scene.Votes(packet, People.Ana));
        var first = await scene.Port.AnnounceAsync(request, CancellationToken.None);
        scene.Clock.UnixMs += 1000;
        (await scene.Port.AnnounceAsync(request, CancellationToken.None)).Should().Be(first);
    }

    [Fact]
    public async Task Sign_Frozen_RefusesNewSpendingUntilUnfrozen()
    {
        using var scene = await SignerScene.CreateAsync();
        var vote = People.Ben.Vote(new VoteSubject.Freeze(scene.Account, 1), VoteTerms.Of(scene.Governance()), scene.Now);
        (await scene.Port.AnnounceAsync(new(scene.Genesis, [], null, null, null, [vote]), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
        scene.Restart();
        (await scene.RefusedAsync(scene.Plain())).Code.Should().Be(RejectionCode.Frozen);
        scene.Lineage = [scene.Enact(new AccountChange.Unfreeze(1), scene.Now, People.Ana, People.Ben)];
        await scene.SignedAsync(scene.Plain());
    }

    [Fact]
    public async Task CreateKey_Again_GivesTheSameAttestationThatTheIdentitySigned()
    {
        using var scene = await SignerScene.CreateAsync();
        var again = await scene.CreateKeyAsync("hot");
        again.Should().Be(scene.Key);
        TPWallet.Crypto.Ed25519.Verify(again.SignerIdentity.Span, Canonical.Hash(again).ToArray(), again.Signature.Span).Should().BeTrue();
        again.SignerIdentity.Should().Be(scene.Node.Service.PublicKey);
        (await scene.CreateKeyAsync("other")).Address.Should().NotBe(again.Address);
    }

    /// <summary>BIP-84: the address is the hash of the compressed key, and so the program of a P2WPKH output. A client believes it by the same rule.</summary>
    [Fact]
    public async Task CreateKey_OnABitcoinChain_AttestsTheProgramOfItsOutput()
    {
        using var scene = await SignerScene.CreateAsync();
        var made = await scene.CreateKeyAsync("coins", BitcoinChain.Regtest.Id);
        made.PublicKey.Length.Should().Be(Secp256k1.CompressedLength);
        OutputScript.Witness(0, made.Address.ToArray()).Should().Be(OutputScript.WitnessPubKeyHash(made.PublicKey.Span));
        (await scene.CreateKeyAsync("coins", BitcoinChain.Regtest.Id)).Should().Be(made);
        AttestationCheck.Check(made, scene.Account, scene.Node.Service.PublicKey).Should().Be(new Answer<Address>.Given(made.Address));
        (await scene.CreateKeyAsync("more", BitcoinChain.Regtest.Id)).Address.Should().NotBe(made.Address);
    }

    [Fact]
    public async Task CreateKey_OtherTierOrChain_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        await RefusedKeyAsync(scene, new(scene.Genesis, "hot", People.Chain, Tier.Cold), RejectionCode.IdempotencyMismatch);
        await RefusedKeyAsync(scene, new(scene.Genesis, "hot", ChainId.Evm(1), Tier.Hot), RejectionCode.IdempotencyMismatch);
        await RefusedKeyAsync(scene, new(scene.Genesis, "new", ChainId.Ledger, Tier.Hot), RejectionCode.UnsupportedKind);
        await RefusedKeyAsync(scene, new(scene.Genesis, "new", People.Chain, (Tier)9), RejectionCode.Malformed);
        var unsatisfiable = People.GenesisOf(People.StandardPolicy with { Rules = [People.Rule("pay", [], new(9, Roles.Approver))] }, People.All);
        await RefusedKeyAsync(scene, new(unsatisfiable, "new", People.Chain, Tier.Hot), RejectionCode.UnsatisfiablePolicy);
    }

    private static async Task RefusedAsync(SignerScene scene, AnnounceRequest request, RejectionCode code) =>
        (await scene.Port.AnnounceAsync(request, CancellationToken.None))
        .Should().BeOfType<SignerAnswer<Announcement>.Refused>().Which.Rejection.Code.Should().Be(code);

    private static async Task RefusedKeyAsync(SignerScene scene, CreateKeyRequest request, RejectionCode code) =>
        (await scene.Port.CreateKeyAsync(request, CancellationToken.None))
        .Should().BeOfType<SignerAnswer<KeyAttestation>.Refused>().Which.Rejection.Code.Should().Be(code);

    /// <summary>Policy 2, announced and past its time lock of a day.</summary>
    private static async Task AdvancePolicyAsync(SignerScene scene)
    {
        var change = scene.Enact(new AccountChange.NewPolicy(People.StandardPolicy with { Version = 2 }), scene.Now + Span.Hours(24), People.Ana, People.Ben);
        (await scene.Port.AnnounceAsync(new(scene.Genesis, [], change.Proposal, null, null, change.Votes), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<Announcement>.Given>();
        scene.Clock.UnixMs += Span.Hours(24).Ms;
        scene.Lineage = [change];
        await scene.SignedAsync(scene.Spend(scene.Bundle(scene.Packet("advance", scene.Transfer("a", 1))), "a", 1000));
    }
}
