using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Signer;

/// <summary>What the signer signs on a Bitcoin chain, and each lie of a silo that it does not.</summary>
public sealed class SignCoinsTests
{
    private delegate SignRequest Lie(SignerScene scene, CoinRequests coins, PacketAuthorisation bundle);

    private static readonly (string Name, RejectionCode Code, Lie Lie)[] Lies =
    [
        ("no PSBT", RejectionCode.PayloadMismatch, static (_, coins, bundle) =>
            coins.Spend(bundle, "a", 200, coins.Previous(1)) with { Payload = new SigningPayload.BitcoinSpend("a", new byte[32]) }),
        ("version 2", RejectionCode.PayloadMismatch, static (_, coins, bundle) => coins.Spend(bundle, "a", PsbtCreator.CreateV2())),
        ("an output's word instead of its transaction", RejectionCode.PayloadMismatch, static (_, coins, bundle) => coins.Spend(
            bundle, "a", PsbtUpdater.AddWitnessUtxo(PsbtCreator.Create(coins.Unsigned(200, coins.Previous(1))).Value, 0, new(CoinRequests.Value, coins.Own)))),
        ("another previous transaction, which is worth more", RejectionCode.PayloadMismatch, static (_, coins, bundle) =>
            coins.Spend(bundle, "a", CoinRequests.Psbt(coins.Unsigned(200, coins.Previous(1)), coins.Previous(1, 900_000)))),
        ("an input of somebody else", RejectionCode.PayloadMismatch, static (_, coins, bundle) =>
            coins.Spend(bundle, "a", 200, coins.Previous(1, to: CoinRequests.Thief))),
        ("another payee", RejectionCode.PayloadMismatch, static (_, coins, bundle) => Outputs(coins, bundle, out1: CoinRequests.Thief)),
        ("another amount", RejectionCode.PayloadMismatch, static (_, coins, bundle) => Outputs(coins, bundle, paid: CoinRequests.Paid + 1)),
        ("change to a thief", RejectionCode.PayloadMismatch, static (_, coins, bundle) => Outputs(coins, bundle, out2: CoinRequests.Thief)),
        ("the payment twice", RejectionCode.PayloadMismatch, static (_, coins, bundle) => Outputs(coins, bundle, out2: CoinRequests.Payee, change: CoinRequests.Paid)),
        ("a third output", RejectionCode.PayloadMismatch, static (_, coins, bundle) => With(coins, bundle, tx =>
            tx with { Outputs = new([tx.Outputs[0], tx.Outputs[1] with { ValueSat = 30_000 }, new(20_000, CoinRequests.Thief)]) })),
        ("no change", RejectionCode.PayloadMismatch, static (_, coins, bundle) => With(coins, bundle, static tx => tx with { Outputs = new([tx.Outputs[0]]) })),
        ("a fee beyond the budget", RejectionCode.FeeBudgetExceeded, static (_, coins, bundle) =>
            coins.Spend(bundle, "a", CoinRequests.Budget + 1, coins.Previous(1))),
        ("more than is spent", RejectionCode.PayloadMismatch, static (_, coins, bundle) => Outputs(coins, bundle, change: CoinRequests.Value)),
        ("another sighash", RejectionCode.PayloadMismatch, static (_, coins, bundle) => coins.Spend(
            bundle, "a", PsbtUpdater.SetSighash(CoinRequests.Psbt(coins.Unsigned(200, coins.Previous(1)), coins.Previous(1)), 0, SighashType.NoneAnyoneCanPay))),
        ("no replacement signalled", RejectionCode.PayloadMismatch, static (_, coins, bundle) => With(coins, bundle, static tx =>
            tx.WithInput(0, tx.Inputs[0] with { Sequence = BitcoinInput.FinalSequence }))),
        ("a lock time", RejectionCode.PayloadMismatch, static (_, coins, bundle) => With(coins, bundle, static tx => tx with { LockTime = 900_000 })),
        ("another version", RejectionCode.PayloadMismatch, static (_, coins, bundle) => With(coins, bundle, static tx => tx with { Version = 3 })),
        ("a no-op of what was never signed", RejectionCode.NonceConflict, static (_, coins, bundle) => coins.NoOp(bundle, "a", 200, coins.Previous(1))),
        ("a payload of Ethereum", RejectionCode.WrongChain, static (scene, coins, bundle) =>
            coins.Spend(bundle, "a", 200, coins.Previous(1)) with { Payload = scene.Plain().Payload }),
        ("a payload of Bitcoin to a key of Ethereum", RejectionCode.WrongChain, static (scene, coins, bundle) =>
            scene.Plain() with { Payload = coins.Spend(bundle, "a", 200, coins.Previous(1)).Payload }),
        ("no votes", RejectionCode.QuorumMissing, static (_, coins, bundle) => coins.Spend(bundle with { Votes = [] }, "a", 200, coins.Previous(1))),
    ];

    public static TheoryData<string> LieNames => [.. Lies.Select(static lie => lie.Name)];

    [Theory, MemberData(nameof(LieNames))]
    public async Task Lie_OfTheSilo_IsNotSigned(string name)
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var (_, code, lie) = Lies.Single(row => row.Name == name);
        var facts = scene.Node.Service.Identity().Facts;
        (await scene.RefusedAsync(lie(scene, coins, coins.Bundle("pay", coins.Leg("a"))))).Code.Should().Be(code);
        scene.Node.Service.Identity().Facts.Should().Be(facts, "nothing was signed");
    }

    [Fact]
    public async Task Spend_OfTheLeg_IsSignedSoThatANodeTakesItAndTheSameAgainAfterARestart()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        BitcoinTransaction[] previous = [coins.Previous(1), coins.Previous(2)];
        var request = coins.Spend(coins.Bundle("pay", coins.Leg("a")), "a", 300, previous);
        var signed = await scene.SignedAsync(request);
        var transaction = BitcoinTransaction.Decode(signed.Raw.Span).Value;
        transaction.Txid().Shown.Should().Be(signed.TxHash);
        var context = new SighashContext(transaction, new([.. previous.Select(static one => one.Outputs[1])]));
        for (var i = 0; i < previous.Length; i++) ScriptVerifier.Verify(context, i).Should().BeNull();
        var facts = scene.Node.Service.Identity().Facts;
        scene.Restart();
        (await scene.SignedAsync(request)).Should().Be(signed);
        (await scene.SignedAsync(request with { RequestId = Guid.NewGuid() })).Should().Be(signed, "another id for the same payload signs nothing new");
        scene.Node.Service.Identity().Facts.Should().Be(facts);
        var page = (await scene.Port.SignedAsync(new(BitcoinChain.Regtest.Id, Own(coins), 0, 0), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<SignedPage>.Given>().Which.Value;
        page.Intents.Should().ContainSingle().Which.Coins.Should().Match<TPWallet.Grains.Interfaces.Lanes.CoinSpend>(
            spend => spend.FeeSat == 300 && spend.PaySat == CoinRequests.Paid && spend.Inputs.Length == 2 && spend.Inputs[0].ValueSat == CoinRequests.Value);
    }

    [Fact]
    public async Task Replacement_SharesAnOutputWithEveryVersionAndPaysMore()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var bundle = coins.Bundle("pay", coins.Leg("a"));
        var (one, two, three) = (coins.Previous(1), coins.Previous(2), coins.Previous(3));
        await scene.SignedAsync(coins.Spend(bundle, "a", 300, one));
        (await scene.RefusedAsync(coins.Spend(bundle, "a", 600, two))).Code.Should().Be(RejectionCode.IntentConflict, "both could be mined");
        (await scene.RefusedAsync(coins.Spend(bundle, "a", 250, one))).Code.Should().Be(RejectionCode.IntentConflict, "it pays less");
        await scene.SignedAsync(coins.Spend(bundle, "a", 600, one, two));
        scene.Restart();
        (await scene.RefusedAsync(coins.Spend(bundle, "a", 900, two, three))).Code.Should().Be(RejectionCode.IntentConflict, "it shares none with the first");
        await scene.SignedAsync(coins.Spend(bundle, "a", 900, one));
        await scene.SignedAsync(coins.NoOp(bundle, "a", 1_200, one));
        (await scene.RefusedAsync(coins.NoOp(bundle, "a", 1_100, one))).Code.Should().Be(RejectionCode.IntentConflict);
    }

    [Fact]
    public async Task Output_SignedForOneLeg_IsSignedForNoOtherButTheOneThatReplacesIt()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var bundle = coins.Bundle("pay", coins.Leg("a"), coins.Leg("b"));
        var (one, two) = (coins.Previous(1), coins.Previous(2));
        await scene.SignedAsync(coins.Spend(bundle, "a", 300, one, two));
        (await scene.RefusedAsync(coins.Spend(bundle, "b", 300, two))).Code.Should().Be(RejectionCode.NonceConflict);
        var other = coins.Bundle("other", coins.Leg("a"));
        (await scene.RefusedAsync(coins.Spend(other, "a", 300, two))).Code.Should().Be(RejectionCode.NonceConflict, "another packet, the same coin");
        await scene.SignedAsync(coins.Spend(bundle, "b", 300, coins.Previous(3)));
        var noOp = await scene.SignedAsync(coins.NoOp(bundle, "a", 700, one));
        scene.Restart();
        var again = coins.Bundle("again", coins.Leg("a") with { Replaces = new(new(bundle.Packet.Ref, "a"), noOp.TxHash) });
        await scene.SignedAsync(coins.Spend(again, "a", 300, two));
        (await scene.RefusedAsync(coins.Spend(bundle, "a", 900, one, two))).Code.Should().Be(RejectionCode.NonceConflict, "it moved");
    }

    private static Address Own(CoinRequests coins) => Address.From(OutputScript.ProgramOf(coins.Own)!.Value.Program.Span);

    private static SignRequest Outputs(
        CoinRequests coins, PacketAuthorisation bundle, long paid = CoinRequests.Paid, long? change = null, Script? out1 = null, Script? out2 = null) =>
        With(coins, bundle, tx => tx with
        {
            Outputs = new([new(paid, out1 ?? CoinRequests.Payee), new(change ?? tx.Outputs[1].ValueSat, out2 ?? coins.Own)]),
        });

    private static SignRequest With(CoinRequests coins, PacketAuthorisation bundle, Func<BitcoinTransaction, BitcoinTransaction> change) =>
        coins.Spend(bundle, "a", CoinRequests.Psbt(change(coins.Unsigned(200, coins.Previous(1))), coins.Previous(1)));
}
