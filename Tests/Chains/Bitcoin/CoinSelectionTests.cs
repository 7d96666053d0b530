using FsCheck;
using FsCheck.Fluent;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

public sealed class CoinSelectionTests
{
    private static readonly Script Pay = OutputScript.WitnessPubKeyHash(Convert.FromHexString("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"));
    private static readonly Script Change = OutputScript.Taproot(Convert.FromHexString("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"));

    [Theory]
    [InlineData("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", 546)]
    [InlineData("a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487", 540)]
    [InlineData("0014751e76e8199196d454941c45d1b3a323f1433bd6", 294)]
    [InlineData("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", 330)]
    [InlineData("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 330)]
    [InlineData("6a0401020304", 0)]
    public void Dust_OfAScript_IsWhatNodesRelay(string script, long expected) => TransactionSize.DustSat(Script.FromHex(script)).Should().Be(expected);

    /// <summary>Real transactions of every kind of input weigh what was said, or a unit less for each shorter signature.</summary>
    [Fact]
    public void Weight_OfEveryKindOfInput_IsThatOfTheSignedTransaction()
    {
        string[] descriptors =
        [
            $"pkh({Key(1)})", $"wpkh({Key(1)})", $"sh(wpkh({Key(1)}))", $"wsh(multi(2,{Key(1)},{Key(2)},{Key(3)}))",
            $"sh(wsh(sortedmulti(1,{Key(1)},{Key(2)})))", $"tr({Key(1)})",
        ];
        foreach (var chosen in descriptors.Select(static one => new[] { one }).Append(descriptors))
        {
            var outputs = chosen.Select(static text => Descriptor.Parse(text, BitcoinNetwork.Mainnet).Value.At(0)).ToList();
            var previous = new BitcoinTransaction(2, [new BitcoinInput(OutPoint.Null)], new([.. outputs.Select(static output => new BitcoinOutput(10_000, output.ScriptPubKey))]), 0);
            var inputs = outputs.Select((_, i) => new BitcoinInput(new(previous.Txid(), (uint)i)));
            var psbt = PsbtCreator.Create(new(2, new([.. inputs]), [new(1_000, Pay), new(1_000, Change)], 0)).Value;
            for (var i = 0; i < outputs.Count; i++) psbt = SignAll(outputs[i].UpdateInput(PsbtUpdater.AddPrevious(psbt, i, previous), i), i);
            var signed = PsbtExtractor.Extract(PsbtFinalizer.FinalizeAll(psbt).Value).Value;
            var estimate = TransactionSize.Weight([.. outputs.Select(static output => output.InputSize)], [Pay, Change]);
            var signatures = chosen.Length == 1 ? 2 : 7;
            (estimate - signed.Weight()).Should().BeInRange(0, 4 * signatures, string.Join(' ', chosen));
        }
    }

    [Fact]
    public void Select_ExactMatch_NeedsNoChange()
    {
        var coins = new[] { Coin(0, 100_000), Coin(1, 50_000), Coin(2, 30_000), Coin(3, 7_000) };
        var request = Request(37_000 - 700, 2);
        var selection = CoinSelection.Select(coins, request, new Random(1)).Value;
        (selection.Method, selection.ChangeSat, selection.Coins.Sum(static coin => coin.ValueSat)).Should().Be((SelectionMethod.BranchAndBound, 0, 37_000));
        selection.FeeSat.Should().Be(700);
    }

    [Fact]
    public void Select_NoMatch_GivesChangeThatIsNoDust()
    {
        var selection = CoinSelection.Select([Coin(0, 100_000), Coin(1, 90_000)], Request(60_000, 1), new Random(1)).Value;
        (selection.Method, selection.Coins.Count, selection.Coins[0].ValueSat).Should().Be((SelectionMethod.Knapsack, 1, 90_000));
        (selection.ChangeSat + selection.FeeSat).Should().Be(30_000);
        selection.FeeSat.Should().Be((selection.Weight + 3) / 4, "one satoshi for each virtual byte, and not one more");
    }

    /// <summary>P2TR change below 330 satoshis is fee, from there on it is change.</summary>
    [Theory]
    [InlineData(329, 0, 329)]
    [InlineData(330, 330, 0)]
    [InlineData(331, 331, 0)]
    public void Select_RestAtTheBorderOfDust_IsFeeOrChange(long rest, long change, long fee)
    {
        var request = Request(10_000, 0) with { LongTermFeeRate = new(0) };
        var selection = CoinSelection.Select([Coin(0, 10_000 + rest)], request, new Random(1)).Value;
        (selection.ChangeSat, selection.FeeSat).Should().Be((change, fee));
    }

    [Theory]
    [InlineData("coins.no-payment", 0, 1, 1)]
    [InlineData("coins.dust", 293, 1, 1)]
    [InlineData("coins.insufficient", 100_000, 1, 1)]
    [InlineData("coins.fee-rate", 1_000, -1, 1)]
    [InlineData("coins.too-many", 1_000, 1, 10_001)]
    public void Select_WhatCannotBe_HasItsCode(string code, long pay, long rate, int count)
    {
        var request = Request(pay, rate);
        if (pay == 0) request = request with { Payments = [] };
        var coins = Enumerable.Range(0, count).Select(static i => Coin(i, 100_000)).ToArray();
        CoinSelection.Select(coins, request, new Random(1)).Refusal!.Code.Should().Be(code);
        CoinSelection.Select([Coin(0, 1_000), Coin(0, 2_000)], Request(1_000, 1), new Random(1)).Refusal!.Code.Should().Be("coins.duplicate");
        var many = Enumerable.Range(0, 2_000).Select(static i => Coin(i, 1_000)).ToArray();
        CoinSelection.Select(many, Request(1_700_000, 0), new Random(1)).Refusal!.Code.Should().Be("coins.weight");
    }

    /// <summary>Whatever the coins: the sums are exact, the rate is met, the change is no dust, and the order of the coins does not matter.</summary>
    [Fact]
    public void Select_AnyCoins_BalancesAndPaysTheRate()
    {
        var given = from values in Gen.Choose(300, 200_000).ArrayOf(25)
                    from pay in Gen.Choose(294, 1_000_000)
                    from rate in Gen.Choose(0, 40)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (values, pay, rate, seed);
        Prop.ForAll(given.ToArbitrary(), static one =>
        {
            var coins = one.values.Select(static (value, i) => Coin(i, value)).ToArray();
            var request = Request(one.pay, one.rate);
            var selection = CoinSelection.Select(coins, request, new Random(one.seed));
            var shuffled = (Coin[])coins.Clone();
            new Random(one.seed).Shuffle(shuffled);
            CoinSelection.Select(shuffled, request, new Random(one.seed)).ToString().Should().Be(selection.ToString());
            if (!selection.IsOk)
            {
                selection.Refusal!.Code.Should().Be("coins.insufficient");
                var worth = coins.Sum(coin => Math.Max(0, coin.ValueSat - request.FeeRate.FeeOfWeightSat(coin.Size.Weight)));
                worth.Should().BeLessThan(one.pay + request.FeeRate.FeeSat(60), "all coins together do not pay for it");
                return;
            }

            var chosen = selection.Value;
            (chosen.Coins.Sum(static coin => coin.ValueSat) - one.pay).Should().Be(chosen.FeeSat + chosen.ChangeSat);
            Script[] outputs = chosen.ChangeSat > 0 ? [Pay, Change] : [Pay];
            chosen.Weight.Should().Be(TransactionSize.Weight([.. chosen.Coins.Select(static coin => coin.Size)], outputs));
            chosen.FeeSat.Should().BeGreaterThanOrEqualTo(request.FeeRate.FeeOfWeightSat(chosen.Weight));
            if (chosen.ChangeSat > 0)
            {
                chosen.FeeSat.Should().Be(request.FeeRate.FeeOfWeightSat(chosen.Weight), "what is not needed is change");
                chosen.ChangeSat.Should().BeGreaterThanOrEqualTo(330);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static string Key(byte number)
    {
        using var key = PrivateKey.From([.. new byte[31], number]);
        return Convert.ToHexStringLower(Secp256k1.CreatePublicKey(key));
    }

    private static Psbt SignAll(Psbt psbt, int index)
    {
        foreach (var number in new byte[] { 1, 2 })
        {
            using var key = PrivateKey.From([.. new byte[31], number]);
            psbt = PsbtSigner.Sign(psbt, index, key) is { IsOk: true } signed ? signed.Value : psbt;
        }

        return psbt;
    }

    private static Coin Coin(int index, long value) => new(new(BitcoinHash.Of([1]), (uint)index), value, InputSize.WitnessPubKeyHash);

    private static SelectionRequest Request(long pay, long satPerVbyte) =>
        new([new(pay, Pay)], Change, InputSize.TaprootKey, FeeRate.FromSatPerVbyte(satPerVbyte), FeeRate.FromSatPerVbyte(10));
}
