using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>Every refusal of a signature, one row each: what is wrong, and the code that says so. Nothing is signed in any of them.</summary>
public sealed class SignRefusalTests
{
    private static readonly UInt256 Ether = People.Ether;

    private delegate SignRequest Twist(SignerScene scene, SignRequest good);

    private static readonly (string Name, RejectionCode Code, Twist Twist)[] Rows =
    [
        ("no request id", RejectionCode.Malformed, static (_, good) => good with { RequestId = Guid.Empty }),
        ("ledger chain", RejectionCode.UnsupportedKind, static (_, good) => good with { Chain = ChainId.Ledger }),
        ("too many votes", RejectionCode.TooLarge, static (_, good) => With(good, bundle => bundle with { Votes = [.. Enumerable.Repeat(bundle.Votes[0], 129)] })),
        ("too many legs", RejectionCode.TooLarge, static (_, good) => WithPacket(good, packet =>
            packet with { Legs = [.. Enumerable.Repeat(packet.Legs[0], PacketContent.MaxLegs + 1)] })),
        ("another genesis", RejectionCode.GenesisMismatch, static (_, good) => With(good, bundle =>
            bundle with { Genesis = bundle.Genesis with { Nonce = new Bytes32(1) } })),
        ("unknown key", RejectionCode.KeyUnknown, static (_, good) => good with { Key = "cold" }),
        ("another chain in the request", RejectionCode.WrongChain, static (_, good) => good with { Chain = ChainId.Evm(1) }),
        ("another chain in the payload", RejectionCode.WrongChain, static (_, good) => Paying(good, tx => tx with { ChainId = 1 })),
        ("no transaction", RejectionCode.PayloadMismatch, static (_, good) => good with { Payload = new SigningPayload.EvmSpend("a", new byte[] { 2, 0xc0 }) }),
        ("a bare hash", RejectionCode.PayloadMismatch, static (_, good) => good with { Payload = new SigningPayload.EvmSpend("a", new byte[32]) }),
        ("legacy transaction", RejectionCode.UnsupportedKind, static (scene, good) => good with
        {
            Payload = new SigningPayload.EvmSpend("a", new EthereumTransaction.Legacy(
                People.Chain.EvmNumber, 0, SignerScene.Gwei, 21_000, People.AddressOf("payee"), Ether, HexBytes.Empty).UnsignedPayload()),
        }),
        ("authorisation list", RejectionCode.UnsupportedKind, static (scene, good) => good with
        {
            Payload = new SigningPayload.EvmSpend("a", new EthereumTransaction.SetCode(
                People.Chain.EvmNumber, 0, 1, SignerScene.Gwei, 50_000, People.AddressOf("payee"), Ether, HexBytes.Empty, [],
                [new SetCodeAuthorization(0, People.AddressOf("thief"), 0, new(0, 1, 1))]).UnsignedPayload()),
        }),
        ("another payee", RejectionCode.PayloadMismatch, static (_, good) => Paying(good, static tx => tx with { To = People.AddressOf("thief") })),
        ("contract creation", RejectionCode.PayloadMismatch, static (_, good) => Paying(good, static tx => tx with { To = null, GasLimit = 60_000 })),
        ("one wei more", RejectionCode.PayloadMismatch, static (_, good) => Paying(good, static tx => tx with { Value = tx.Value + 1 })),
        ("one wei less", RejectionCode.PayloadMismatch, static (_, good) => Paying(good, static tx => tx with { Value = tx.Value - 1 })),
        ("call data added", RejectionCode.PayloadMismatch, static (_, good) => Paying(good, static tx => tx with { Data = new byte[] { 1 }, GasLimit = 30_000 })),
        ("an access list", RejectionCode.PayloadMismatch, static (_, good) => Paying(good, static tx =>
            tx with { Access = [new AccessEntry(People.AddressOf("payee"), [])], GasLimit = 30_000 })),
        ("unknown leg", RejectionCode.LegMismatch, static (_, good) => good with
        {
            Payload = new SigningPayload.EvmSpend("z", ((SigningPayload.EvmSpend)good.Payload).Unsigned),
        }),
        ("leg from a foreign address", RejectionCode.LegMismatch, static (scene, good) => scene.Spend(
            scene.Bundle(scene.Packet("pay", People.Transfer("a", Ether))), "a", scene.Transaction(scene.Transfer("a", Ether), 0))),
        ("ledger leg", RejectionCode.LegMismatch, static (scene, good) => scene.Spend(
            scene.Bundle(scene.Packet("pay", new Leg.LedgerTransfer("a", [], new(new Bytes32(9)), new(People.Eth, Ether)))),
            "a", scene.Transaction(scene.Transfer("a", Ether), 0))),
        ("fee above the budget", RejectionCode.FeeBudgetExceeded, static (scene, good) => Paying(good, static tx => tx with { MaxFeePerGas = SignerScene.Gwei * 1000 })),
        ("no-op where nothing was signed", RejectionCode.NonceConflict, static (scene, good) => scene.NoOp(good.Authorisation, "a", 0, 20)),
        ("no votes", RejectionCode.QuorumMissing, static (_, good) => With(good, static bundle => bundle with { Votes = [] })),
        ("one vote of two", RejectionCode.QuorumMissing, static (_, good) => With(good, static bundle => bundle with { Votes = [bundle.Votes[0]] })),
        ("the same vote twice", RejectionCode.QuorumMissing, static (_, good) => With(good, static bundle => bundle with { Votes = [bundle.Votes[0], bundle.Votes[0]] })),
        ("votes for another packet", RejectionCode.QuorumMissing, static (scene, good) => With(good, bundle =>
            bundle with { Votes = scene.Votes(scene.Packet("other", scene.Transfer("a", Ether)), People.Ana, People.Ben) })),
        ("the proposer's vote", RejectionCode.QuorumMissing, static (scene, good) => With(good, bundle =>
            bundle with { Votes = scene.Votes(bundle.Packet, People.Ana, People.Olga) })),
        ("a forged vote", RejectionCode.QuorumMissing, static (scene, good) => With(good, bundle =>
            bundle with { Votes = [bundle.Votes[0], bundle.Votes[1] with { Signature = new byte[64] }] })),
        ("over the soft limit with two votes", RejectionCode.QuorumMissing, static (scene, good) => scene.Spend(
            scene.Bundle(scene.Packet("pay", scene.Transfer("a", Ether * 6))), "a", 0)),
        ("over the hard cap", RejectionCode.HardLimit, static (scene, good) => scene.Spend(
            scene.Bundle(scene.Packet("pay", scene.Transfer("a", Ether * 51))), "a", 0)),
        ("a veto", RejectionCode.Vetoed, static (scene, good) => With(good, bundle => bundle with
        {
            Votes = bundle.Votes.Add(People.Cleo.Vote(
                new TPWallet.Domain.Authority.VoteSubject.Packet(bundle.Packet, TPWallet.Domain.Authority.Bounds.Empty),
                TPWallet.Domain.Authority.VoteTerms.Of(scene.Governance()), scene.Now, TPWallet.Grains.Interfaces.Votes.VoteDecision.Veto)),
        })),
        ("no rule for it", RejectionCode.NoRule, static (scene, good) => Call(scene)),
        ("a lineage with a forged change", RejectionCode.LineageBroken, static (scene, good) => With(good, bundle => bundle with
        {
            Lineage = [scene.Enact(new AccountChange.NewPolicy(People.StandardPolicy with { Version = 2 }), scene.Now, People.Olga)],
        })),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(static row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Sign_Twisted_IsRefusedWithItsCode(string name)
    {
        var (_, code, twist) = Rows.Single(row => row.Name == name);
        using var scene = await SignerScene.CreateAsync();
        var good = scene.Plain();
        var facts = scene.Node.Service.Identity().Facts;
        (await scene.RefusedAsync(twist(scene, good))).Code.Should().Be(code);
        scene.Node.Service.Identity().Facts.Should().Be(facts, "a refused request leaves nothing behind");
        await scene.SignedAsync(good);
    }

    [Fact]
    public async Task Sign_AfterOpenBefore_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var request = scene.Plain();
        scene.Clock.UnixMs += Span.Hours(24).Ms;
        (await scene.RefusedAsync(request)).Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public async Task Sign_VotesExpired_IsRefused()
    {
        using var scene = await SignerScene.CreateAsync();
        var packet = scene.Packet("pay", scene.Transfer("a", Ether)) with { OpenBefore = scene.Now + Span.Hours(80), SettleBefore = scene.Now + Span.Hours(90) };
        var request = scene.Spend(scene.Bundle(packet), "a", 0);
        scene.Clock.UnixMs += Span.Hours(30).Ms;
        var refusal = await scene.RefusedAsync(request);
        refusal.Code.Should().Be(RejectionCode.QuorumMissing);
        refusal.Reasons.Should().Contain(reason => reason.Contains(nameof(RejectionCode.VoteExpired), StringComparison.Ordinal));
    }

    private static SignRequest Call(SignerScene scene)
    {
        var leg = new Leg.ContractCall(
            "a", [], People.Chain, scene.Key.Address, People.AddressOf("contract"), UInt256.Zero, new byte[] { 1, 2, 3, 4 }, [], [], new(SignerScene.Gwei * 10_000_000));
        return scene.Spend(scene.Bundle(scene.Packet("pay", leg)), "a", scene.Transaction(leg, 0, gas: 50_000));
    }

    private static SignRequest With(SignRequest request, Func<PacketAuthorisation, PacketAuthorisation> change) =>
        request with { Authorisation = change(request.Authorisation) };

    private static SignRequest WithPacket(SignRequest request, Func<PacketContent, PacketContent> change) =>
        With(request, bundle => bundle with { Packet = change(bundle.Packet) });

    private static SignRequest Paying(SignRequest request, Func<EthereumTransaction.DynamicFee, EthereumTransaction.DynamicFee> change)
    {
        var spend = (SigningPayload.EvmSpend)request.Payload;
        var transaction = (EthereumTransaction.DynamicFee)EthereumTransaction.DecodeUnsigned(spend.Unsigned.Span).Value;
        return request with { Payload = spend with { Unsigned = change(transaction).UnsignedPayload() } };
    }
}
