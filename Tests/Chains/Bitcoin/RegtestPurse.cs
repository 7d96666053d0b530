using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Coins of one key on a regtest node, and transactions that spend them, made by the project's own PSBT roles.</summary>
internal sealed class RegtestPurse(byte number) : IDisposable
{
    /// <summary>Blocks until a coinbase may be spent.</summary>
    private const int Maturity = 100;

    private readonly PrivateKey _key = PrivateKey.From([.. new byte[31], number]);

    public Script Script => OutputScript.WitnessPubKeyHash(Secp256k1.CreatePublicKey(_key));

    /// <summary>Mines so many coins to this key and enough blocks of nobody's on top for all of them to be spendable.</summary>
    public async Task<IReadOnlyList<Coin>> FillAsync(Knots node, int coins)
    {
        var blocks = await node.MineAsync(coins, Script);
        await node.MineAsync(Maturity, Nobody);
        var found = new List<Coin>();
        foreach (var hash in blocks)
        {
            var coinbase = (await node.Node().BlockAsync(hash, CancellationToken.None)).Value!.Transactions[0];
            found.Add(new(new(coinbase.Txid(), 0), coinbase.Outputs[0]));
        }

        return found;
    }

    /// <summary>A script that nobody has a key of.</summary>
    public static Script Nobody { get; } = OutputScript.WitnessPubKeyHash([2, .. new byte[32]]);

    /// <summary>Signs a transaction that pays these outputs; what is left over is the fee.</summary>
    public BitcoinTransaction Spend(
        IReadOnlyList<Coin> coins, IReadOnlyList<BitcoinOutput> outputs, uint sequence = BitcoinInput.ReplaceableSequence, int version = 2)
    {
        var unsigned = new BitcoinTransaction(version, new([.. coins.Select(coin => new BitcoinInput(coin.At, sequence))]), new([.. outputs]), 0);
        var psbt = PsbtCreator.Create(unsigned).Value;
        for (var i = 0; i < coins.Count; i++) psbt = PsbtUpdater.AddWitnessUtxo(psbt, i, coins[i].Output);
        for (var i = 0; i < coins.Count; i++) psbt = PsbtSigner.Sign(psbt, i, _key).Value;
        return PsbtExtractor.Extract(PsbtFinalizer.FinalizeAll(psbt).Value).Value;
    }

    /// <summary>Signs one input of a transaction whose others are another's.</summary>
    public BitcoinTransaction Sign(BitcoinTransaction transaction, int index, Coin coin)
    {
        var unknown = new BitcoinOutput(0, default);
        var context = new SighashContext(transaction, [.. transaction.Inputs.Select((_, input) => input == index ? coin.Output : unknown)]);
        var pubkey = Secp256k1.CreatePublicKey(_key);
        var digest = context.WitnessV0(index, OutputScript.PubKeyHash(pubkey), SighashType.All);
        return transaction.WithInput(index, transaction.Inputs[index] with { Witness = [EcdsaSignature.Sign(_key, digest, SighashType.All), pubkey] });
    }

    public void Dispose() => _key.Dispose();

    internal sealed record Coin(OutPoint At, BitcoinOutput Output)
    {
        public static Coin Of(BitcoinTransaction transaction, uint index) => new(new(transaction.Txid(), index), transaction.Outputs[(int)index]);
    }
}
