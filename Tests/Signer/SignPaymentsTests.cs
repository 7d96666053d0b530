using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Signer;

/// <summary>Several payments in one transaction: each payee once, exactly and in the leg's order, and all else back.</summary>
public sealed class SignPaymentsTests
{
    private const long Fee = 1_000;

    private static readonly long _paid = CoinPaymentsFormTests.AllForms.Sum(static payee => (long)(ulong)payee.Value);

    private static readonly (string Name, RejectionCode Code, Func<BitcoinTransaction, BitcoinTransaction> Lie)[] Lies =
    [
        ("two payees exchanged", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [outputs[1], outputs[0], .. outputs[2..]])),
        ("a payee left out", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [.. outputs[1..]])),
        ("a payee twice", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [outputs[0], .. outputs])),
        ("a payee in another's place", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [outputs[0] with { ScriptPubKey = outputs[1].ScriptPubKey }, .. outputs[1..]])),
        ("a satoshi less", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [outputs[0] with { ValueSat = outputs[0].ValueSat - 1 }, .. outputs[1..]])),
        ("a satoshi from one to another", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs =>
            [outputs[0] with { ValueSat = outputs[0].ValueSat - 1 }, outputs[1] with { ValueSat = outputs[1].ValueSat + 1 }, .. outputs[2..]])),
        ("the change first", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [outputs[^1], .. outputs[..^1]])),
        ("the change to a thief", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [.. outputs[..^1], outputs[^1] with { ScriptPubKey = CoinRequests.Thief }])),
        ("a thief beside the change", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs =>
            [.. outputs[..^1], new(5_000, CoinRequests.Thief), outputs[^1] with { ValueSat = outputs[^1].ValueSat - 5_000 }])),
        ("no change", RejectionCode.PayloadMismatch, static tx => With(tx, static outputs => [.. outputs[..^1]])),
        ("a fee beyond the budget", RejectionCode.FeeBudgetExceeded, static tx => With(tx, static outputs => [.. outputs[..^1], outputs[^1] with { ValueSat = outputs[^1].ValueSat - CoinRequests.Budget }])),
    ];

    public static TheoryData<string> LieNames => [.. Lies.Select(static lie => lie.Name)];

    [Theory, MemberData(nameof(LieNames))]
    public async Task Lie_OfTheSilo_IsNotSigned(string name)
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var (_, code, lie) = Lies.Single(row => row.Name == name);
        var facts = scene.Node.Service.Identity().Facts;
        (await scene.RefusedAsync(Request(coins, coins.Bundle("pay", Leg(coins)), lie))).Code.Should().Be(code);
        scene.Node.Service.Identity().Facts.Should().Be(facts, "nothing was signed");
    }

    [Fact]
    public async Task Payments_OfEveryForm_AreSignedReplacedAndClosed()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var bundle = coins.Bundle("pay", Leg(coins));
        var signed = await scene.SignedAsync(Request(coins, bundle));
        var transaction = BitcoinTransaction.Decode(signed.Raw.Span).Value;
        ScriptVerifier.Verify(new SighashContext(transaction, new([coins.Previous(1).Outputs[1]])), 0).Should().BeNull();
        scene.Restart();
        await scene.SignedAsync(Request(coins, bundle, static tx => With(tx, static outputs => [.. outputs[..^1], outputs[^1] with { ValueSat = outputs[^1].ValueSat - 500 }])));
        await scene.SignedAsync(coins.NoOp(bundle, "a", 3_000, coins.Previous(1)));
        var page = (await scene.Port.SignedAsync(new(BitcoinChain.Regtest.Id, coins.Address, 0, 0), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<SignedPage>.Given>().Which.Value;
        page.Intents.Select(intent => intent.Coins!).Select(spend => (spend.PaySat, spend.FeeSat, spend.MorePayees, spend.ChangeIndex)).Should().BeEquivalentTo(
        [
            (_paid, Fee, 4, 5u), (_paid, Fee + 500, 4, 5u), (0L, 3_000L, 0, 0u),
        ]);
        page.Intents.Should().OnlyContain(intent => intent.Coins!.VirtualBytes > 0);
    }

    /// <summary>Votes name every payee: another list of the same sum is another packet.</summary>
    [Fact]
    public async Task Payments_OtherThanVoted_AreNotSigned()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var bundle = coins.Bundle("pay", Leg(coins));
        var payees = Leg(coins).Payees;
        ImmutableArray<CoinPayee>[] others =
        [
            [payees[1], payees[0], .. payees[2..]],
            [payees[0] with { Script = CoinRequests.Thief.Bytes }, .. payees[1..]],
            [payees[0] with { Value = 1_001 }, payees[1] with { Value = 1_999 }, .. payees[2..]],
        ];
        foreach (var other in others)
        {
            var changed = bundle with { Packet = bundle.Packet with { Legs = [Leg(coins) with { Payees = other }] } };
            (await scene.RefusedAsync(Request(coins, changed, tx => With(tx, outputs =>
                [.. other.Select(static payee => new BitcoinOutput((long)(ulong)payee.Value, new Script(payee.Script))), outputs[^1]])))).Code.Should().Be(RejectionCode.QuorumMissing);
        }
    }

    private static Leg.CoinPayments Leg(CoinRequests coins) =>
        new("a", [], BitcoinChain.Regtest.Id, coins.Address, CoinPaymentsFormTests.AllForms, new((ulong)CoinRequests.Budget));

    private static SignRequest Request(CoinRequests coins, PacketAuthorisation bundle, Func<BitcoinTransaction, BitcoinTransaction>? change = null)
    {
        var transaction = With(coins.Unsigned(Fee, coins.Previous(1)), outputs =>
        [
            .. CoinPaymentsFormTests.AllForms.Select(static payee => new BitcoinOutput((long)(ulong)payee.Value, new Script(payee.Script))),
            new(CoinRequests.Value - _paid - Fee, coins.Own),
        ]);
        return coins.Spend(bundle, "a", CoinRequests.Psbt(change is null ? transaction : change(transaction), coins.Previous(1)));
    }

    private static BitcoinTransaction With(BitcoinTransaction transaction, Func<ImmutableArray<BitcoinOutput>, ImmutableArray<BitcoinOutput>> change) =>
        transaction with { Outputs = new(change([.. transaction.Outputs])) };
}
