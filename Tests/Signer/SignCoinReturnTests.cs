using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;

namespace TPWallet.Tests.Signer;

/// <summary>What the signer signs for a leg that gives a rejected deposit back on a Bitcoin chain.</summary>
public sealed class SignCoinReturnTests
{
    [Fact]
    public async Task Return_OfTheDeposit_IsSignedAndClosedSoThatItStaysApart()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var (deposit, own) = (coins.Previous(1, CoinRequests.Paid), coins.Previous(2));
        var bundle = coins.Bundle("back", Returning(coins, deposit));
        (await scene.RefusedAsync(coins.Spend(bundle, "a", 300, own))).Code.Should().Be(RejectionCode.PayloadMismatch, "the deposit stays");
        await scene.SignedAsync(coins.Spend(bundle, "a", 300, deposit, own));
        (await scene.RefusedAsync(coins.NoOp(bundle, "a", 900, deposit, own))).Code.Should().Be(RejectionCode.PayloadMismatch, "it is mixed with the account's own");
        (await scene.RefusedAsync(Closing(coins, bundle, CoinRequests.Paid - 1, deposit, own))).Code.Should().Be(RejectionCode.PayloadMismatch, "not all of it is kept");
        var closed = await scene.SignedAsync(Closing(coins, bundle, CoinRequests.Paid, deposit, own));
        var page = (await scene.Port.SignedAsync(new(BitcoinChain.Regtest.Id, coins.Address, 0, 0), CancellationToken.None))
            .Should().BeOfType<SignerAnswer<SignedPage>.Given>().Which.Value;
        var spend = page.Intents.Single(intent => intent.TxHash == closed.TxHash).Coins!;
        (spend.IsNoOp, spend.KeptSat, spend.ChangeSat, spend.FeeSat).Should().Be((true, CoinRequests.Paid, CoinRequests.Value - 900, 900L), "a lane that forgot it follows it");
    }

    /// <summary>A double spend took the deposit for good: what is left of the coins comes back alone.</summary>
    [Fact]
    public async Task NoOp_WithoutTheDeposit_KeepsNothingApart()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var (deposit, own) = (coins.Previous(1, CoinRequests.Paid), coins.Previous(2));
        var bundle = coins.Bundle("back", Returning(coins, deposit));
        await scene.SignedAsync(coins.Spend(bundle, "a", 300, deposit, own));
        (await scene.RefusedAsync(Closing(coins, bundle, CoinRequests.Paid, own))).Code.Should().Be(RejectionCode.PayloadMismatch, "nothing of it is in this");
        (await scene.RefusedAsync(coins.NoOp(bundle, "a", 900, coins.Previous(3)))).Code.Should().Be(RejectionCode.IntentConflict, "both could be mined");
        await scene.SignedAsync(coins.NoOp(bundle, "a", 900, own));
    }

    [Fact]
    public async Task Return_ToTheAccountItself_IsNotSigned()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var other = await scene.CreateKeyAsync("other", BitcoinChain.Regtest.Id);
        var (deposit, own) = (coins.Previous(1, CoinRequests.Paid), coins.Previous(2));
        var bundle = coins.Bundle("back", Returning(coins, deposit) with { To = other.Address });
        var spend = coins.Unsigned(300, deposit, own);
        var toOwn = spend with { Outputs = new([new(CoinRequests.Paid, OutputScript.Witness(0, other.Address.ToArray())), spend.Outputs[1]]) };
        (await scene.RefusedAsync(coins.Spend(bundle, "a", CoinRequests.Psbt(toOwn, deposit, own)))).Code.Should().Be(RejectionCode.LegMismatch);
    }

    /// <summary>What is worth the same is another deposit, perhaps one that is still held.</summary>
    [Fact]
    public async Task Return_OfAnotherCoinOfTheSameValue_IsNotSigned()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var (deposit, twin, own) = (coins.Previous(1, CoinRequests.Paid), coins.Previous(3, CoinRequests.Paid), coins.Previous(2));
        var bundle = coins.Bundle("back", Returning(coins, deposit));
        (await scene.RefusedAsync(coins.Spend(bundle, "a", 300, twin, own))).Code.Should().Be(RejectionCode.PayloadMismatch);
        await scene.SignedAsync(coins.Spend(bundle, "a", 300, deposit, own));
    }

    /// <summary>A return that was closed kept the deposit in the no-op's first output: that is the deposit now, for a leg that returns it and for no other.</summary>
    [Fact]
    public async Task Return_OfADepositThatANoOpKept_IsSignedForThatDepositAlone()
    {
        using var scene = await SignerScene.CreateAsync();
        var coins = await CoinRequests.CreateAsync(scene);
        var (deposit, other, own) = (coins.Previous(1, CoinRequests.Paid), coins.Previous(3, CoinRequests.Paid), coins.Previous(2));
        var bundle = coins.Bundle("back", Returning(coins, deposit));
        await scene.SignedAsync(coins.Spend(bundle, "a", 300, deposit, own));
        await scene.SignedAsync(Closing(coins, bundle, CoinRequests.Paid, deposit, own));
        var (kept, fresh) = (Closed(coins, CoinRequests.Paid, deposit, own), coins.Previous(4));
        (await scene.RefusedAsync(Again(coins, coins.Bundle("stray", Returning(coins, other)), kept, 0, fresh))).Code
            .Should().Be(RejectionCode.PayloadMismatch, "another deposit was kept there");
        (await scene.RefusedAsync(Again(coins, coins.Bundle("change", Returning(coins, deposit)), kept, 1, fresh))).Code
            .Should().Be(RejectionCode.PayloadMismatch, "the rest is the account's own");
        var unsigned = Closed(coins, CoinRequests.Paid, coins.Previous(5, CoinRequests.Paid), own);
        (await scene.RefusedAsync(Again(coins, coins.Bundle("unsigned", Returning(coins, deposit)), unsigned, 0, fresh))).Code
            .Should().Be(RejectionCode.PayloadMismatch, "this signer never signed that");
        await scene.SignedAsync(Again(coins, coins.Bundle("again", Returning(coins, deposit)), kept, 0, fresh));
    }

    private static SignRequest Again(CoinRequests coins, PacketAuthorisation bundle, BitcoinTransaction kept, int output, BitcoinTransaction own)
    {
        var spend = coins.Unsigned(300, kept, own);
        var inputs = spend.Inputs.ToArray();
        inputs[0] = new(new(kept.Txid(), (uint)output), BitcoinInput.ReplaceableSequence);
        var sum = kept.Outputs[output].ValueSat + own.Outputs[1].ValueSat;
        var again = spend with { Inputs = [.. inputs], Outputs = new([spend.Outputs[0], new(sum - CoinRequests.Paid - 300, coins.Own)]) };
        return coins.Spend(bundle, "a", CoinRequests.Psbt(again, kept, own));
    }

    private static Leg.ChainTransfer Returning(CoinRequests coins, BitcoinTransaction deposit) =>
        (Leg.ChainTransfer)coins.Leg("a") with { Returns = new(BitcoinChain.Regtest.Id, deposit.Txid().Shown, 1) };

    private static SignRequest Closing(CoinRequests coins, PacketAuthorisation bundle, long keptSat, params ReadOnlySpan<BitcoinTransaction> previous)
    {
        var closing = Closed(coins, keptSat, previous);
        return coins.Spend(bundle, "a", 900, previous) with { Payload = new SigningPayload.BitcoinNoOp("a", CoinRequests.Psbt(closing, previous).Encode()) };
    }

    private static BitcoinTransaction Closed(CoinRequests coins, long keptSat, params ReadOnlySpan<BitcoinTransaction> previous)
    {
        var spend = coins.Unsigned(900, previous);
        return spend with { Outputs = new([new(keptSat, coins.Own), new(spend.Outputs[0].ValueSat + spend.Outputs[1].ValueSat - keptSat, coins.Own)]) };
    }
}
