using Orleans;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What a lane of coins wants of its chain: fee rates, coins, the PSBT of a version, the broadcast.</summary>
public sealed class CoinRunner(IGrainFactory grains, ChainSet chains)
{
    /// <summary>Choices made anew because a coin cannot be spent now.</summary>
    private const int MaxRounds = 8;

    /// <summary>Blocks that a coinbase must have, its own counted (Bitcoin Core, COINBASE_MATURITY).</summary>
    private const int Maturity = 100;

    /// <summary>Longest PSBT that is given to the signer: it is stored with the request, of which a key remembers many. One standard transaction fits in any case.</summary>
    private const int MaxPsbtBytes = 112 * 1024;

    /// <summary>Room in it for all but the previous transactions.</summary>
    private const int FrameBytes = 8 * 1024;

    public async Task<EffectResult> RunAsync(Effect.ReadMarket e, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Chain) is not { } chain) return Unserved(e.Chain);
        var terms = await chain.Nodes.ReadAsync((n, ct) => n.PoolTermsAsync(ct), cancellationToken);
        if (!terms.TryGet(out var pool, out var error)) return NoAnswer(error);
        var estimate = await chain.Nodes.ReadAsync((n, ct) => n.EstimateFeeAsync(FeeParts.CoinBlocks, ct), cancellationToken);
        if (!estimate.TryGet(out var soon, out error)) return NoAnswer(error);

        // A node that has seen too little to say knows no better than the least that it takes.
        var rate = Math.Max(soon?.SatPerKvb ?? 0, pool.Least.SatPerKvb);
        return new EffectResult.Market(rate, pool.Least.SatPerKvb, pool.Increment.SatPerKvb);
    }

    public async Task<EffectResult> RunAsync(Effect.SelectCoins e, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Chain) is not { } chain) return Unserved(e.Chain);

        // What a coin costs to spend is worth less than it brings, or it is left alone.
        var cost = CoinFees.Fee(e.RateSatPerKvb, CoinFees.VirtualBytes(1, 1));
        var usable = e.Final.Where(coin => coin.ValueSat > cost).OrderByDescending(static coin => coin.ValueSat).Take(CoinSelection.MaxCoins).ToList();
        for (var round = 0; round < MaxRounds && Choose(e, usable) is { } chosen; round++)
        {
            var (useless, result) = await LookAsync(chain, chosen, cancellationToken);
            if (result is not null) return result;
            if (useless.Count == 0) return new EffectResult.Selected([.. chosen.Select(static coin => coin.Output)]);
            foreach (var coin in useless) usable.Remove(coin);
        }

        return e.Unconfirmed.Where(coin => coin.ValueSat >= e.TargetSat).MinBy(static coin => coin.ValueSat) is { } change
            ? new EffectResult.Selected([change.Output])
            : new EffectResult.Failed(new(RejectionCode.InsufficientFunds, $"coins of {e.TargetSat} satoshis", $"{usable.Sum(static coin => coin.ValueSat)}"));
    }

    /// <summary>
    /// Chosen coins that cannot be spent now, or not together: immature ones, one whose transaction no node has, the one whose transaction is the largest where all
    /// are too large for the signer. Whatever could keep a signature from being asked for is found before coins are reserved.
    /// </summary>
    private static async Task<(IReadOnlyList<CoinInput> Useless, EffectResult? Result)> LookAsync(
        ServedBitcoin chain, IReadOnlyList<CoinInput> chosen, CancellationToken cancellationToken)
    {
        var useless = new List<CoinInput>();
        var sizes = new List<(CoinInput Coin, int Bytes)>();
        foreach (var coin in chosen)
        {
            var (standing, error) = await StandingAsync(chain, coin, cancellationToken);
            if (error is not null) return ([], NoAnswer(error));
            if (standing == Standing.Spent) return ([], new EffectResult.Gone(coin.Output));
            var previous = await PreviousAsync(chain, coin, [], cancellationToken);
            if (standing == Standing.Spendable && previous.TryGet(out var transaction, out _)) sizes.Add((coin, transaction.EncodeStripped().Length));
            else useless.Add(coin);
        }

        if (useless.Count == 0 && sizes.Sum(static one => one.Bytes) > MaxPsbtBytes - FrameBytes) useless.Add(sizes.MaxBy(static one => one.Bytes).Coin);
        return (useless, null);
    }

    public async Task<EffectResult> RunAsync(Effect.RequestSpend e, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Chain) is not { } chain) return Unserved(e.Chain);
        var (leg, payees) = (e.Intent.Content.Id, CoinLegs.PayeesOf(e.Intent.Content));
        if (payees.IsEmpty) return Failed(RejectionCode.UnsupportedKind, "a payment", e.Intent.Content.GetType().Name);
        var psbt = PsbtCreator.Create(Unsigned(e.Spend, payees, e.From)).Value;
        for (var i = 0; i < e.Spend.Inputs.Length; i++)
        {
            var previous = await PreviousAsync(chain, e.Spend.Inputs[i], e.Parents, cancellationToken);
            if (!previous.TryGet(out var transaction, out var error)) return NoAnswer(error);
            psbt = PsbtUpdater.SetSighash(PsbtUpdater.AddPrevious(psbt, i, WithoutWitness(transaction)), i, SighashType.All);
        }

        HexBytes encoded = psbt.Encode();
        if (encoded.Length > MaxPsbtBytes) return Failed(RejectionCode.TooLarge, $"a PSBT of at most {MaxPsbtBytes} bytes", $"{encoded.Length}");
        SigningPayload payload = e.Spend.IsNoOp ? new SigningPayload.BitcoinNoOp(leg, encoded) : new SigningPayload.BitcoinSpend(leg, encoded);
        var key = grains.GetGrain<IKeyGrain>($"{e.Intent.Leg.Packet.Owner}/{e.Intent.Key}");
        return new EffectResult.Replied(await key.Submit(new KeyCommand.RequestSignature(e.CommandId, e.Intent.Leg, e.Chain, e.From, payload)));
    }

    public async Task<EffectResult> RunAsync(Effect.Broadcast e, CancellationToken cancellationToken)
    {
        if (chains.FindBitcoin(e.Chain) is not { } chain) return Unserved(e.Chain);
        if (!BitcoinTransaction.Decode(e.Raw.Span).TryGet(out var transaction, out var refusal))
            return Failed(RejectionCode.Malformed, refusal.Expected, refusal.Actual);
        var route = chain.Routes.Of(e.Leg);
        var result = await chain.Nodes.BroadcastAsync(transaction, route, cancellationToken);
        if (route == Route.Private) await RelayNews.TellAsync(grains, e, result);
        return new EffectResult.BroadcastSaid(LaneRunner.Summarise(result));
    }

    /// <summary>The transaction that a version is: the payments first, then the change; it says that it may be replaced (BIP-125).</summary>
    internal static BitcoinTransaction Unsigned(CoinSpend spend, ImmutableArray<CoinPayee> payees, Address own)
    {
        var outputs = ImmutableArray.CreateBuilder<BitcoinOutput>();
        if (!spend.IsNoOp) outputs.AddRange(payees.Select(static payee => new BitcoinOutput((long)(ulong)payee.Value, new Script(payee.Script))));
        if (spend.KeptSat > 0) outputs.Add(new(spend.KeptSat, OutputScript.Witness(0, own.ToArray())));
        outputs.Add(new(spend.ChangeSat, OutputScript.Witness(0, own.ToArray())));
        return new(2, new([.. spend.Inputs.Select(static input => new BitcoinInput(OutPointOf(input), BitcoinInput.ReplaceableSequence))]), new(outputs.ToImmutable()), 0);
    }

    private static OutPoint OutPointOf(CoinInput coin) => new(BitcoinHash.FromShown(coin.Output.TxHash), coin.Output.Index);

    /// <summary>
    /// Coins that cover payment and budget, at no fee: both are in the target. Null where all of them are too little. The same leg and coins give the same choice.
    /// </summary>
    private static IReadOnlyList<CoinInput>? Choose(Effect.SelectCoins e, IReadOnlyList<CoinInput> usable)
    {
        var own = OutputScript.Witness(0, e.From.ToArray());
        var size = InputSize.WitnessPubKeyHash;
        var request = new SelectionRequest(new([new BitcoinOutput(e.TargetSat, own)]), own, size, new(0), new(0));
        var coins = usable.ToDictionary(OutPointOf);
        var seed = BitConverter.ToInt32(Canonical.Hash("tpw.coins.v1", e.Leg, ContractJson.Default.LegRef).ToArray());
        var chosen = CoinSelection.Select([.. coins.Select(coin => new Coin(coin.Key, coin.Value.ValueSat, size))], request, new Random(seed));
        if (!chosen.TryGet(out var selection, out _)) return null;

        // A payment of very many small coins waits until they were joined.
        return selection.Coins.Count <= CoinFees.MaxInputs ? [.. selection.Coins.Select(coin => coins[coin.OutPoint])] : Largest(usable, e.TargetSat);
    }

    private static IReadOnlyList<CoinInput>? Largest(IReadOnlyList<CoinInput> usable, long targetSat)
    {
        CoinInput[] largest = [.. usable.OrderByDescending(static coin => coin.ValueSat).Take(CoinFees.MaxInputs)];
        return largest.Sum(static coin => coin.ValueSat) >= targetSat ? largest : null;
    }

    private enum Standing
    {
        Spendable,
        NotYet,
        Spent,
    }

    /// <summary>Whether a final coin can be spent now, by the nodes' word: wrong, it delays a payment or asks members to look; it moves no money.</summary>
    private static async Task<(Standing Standing, NodeError? Error)> StandingAsync(ServedBitcoin chain, CoinInput coin, CancellationToken cancellationToken)
    {
        var output = OutPointOf(coin);
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.OutputAsync(output, withPool: false, ct), cancellationToken);
        if (!answer.TryGet(out var found, out var error)) return (default, error);
        if (found is not null)
            return (found.Output.ValueSat == coin.ValueSat && (!found.IsCoinbase || found.Confirmations >= Maturity) ? Standing.Spendable : Standing.NotYet, null);

        // It is gone: with its block, or spent. Who says so alone is not believed where there are two.
        if (coin.Block is not { } block) return (Standing.NotYet, null);
        var witnesses = chain.Nodes.Organisations > 1
            ? await chain.Nodes.ReadAgreedAsync((n, ct) => IsSpentAsync(n, output, block, ct), cancellationToken) is var agreed && agreed.IsOk && agreed.Value.Value
            : await chain.Nodes.ReadAsync((n, ct) => IsSpentAsync(n, output, block, ct), cancellationToken) is var told && told.IsOk && told.Value;
        return (witnesses ? Standing.Spent : Standing.NotYet, null);
    }

    private static async Task<NodeAnswer<bool>> IsSpentAsync(BitcoinNode node, OutPoint output, BlockRef block, CancellationToken cancellationToken)
    {
        var at = await node.BlockHashAsync((int)block.Number, cancellationToken);
        if (!at.TryGet(out var hash, out var error)) return error;
        if (hash?.Shown != block.Hash) return false;
        var answer = await node.OutputAsync(output, withPool: false, cancellationToken);
        return answer.TryGet(out var found, out error) ? found is null : error;
    }

    /// <summary>
    /// The transaction that made a coin: this lane's own, or by its id from a node's index, or out of its block. Its hash says that it is the one.
    /// </summary>
    private static async Task<NodeAnswer<BitcoinTransaction>> PreviousAsync(
        ServedBitcoin chain, CoinInput coin, ImmutableArray<HexBytes> parents, CancellationToken cancellationToken)
    {
        var txid = BitcoinHash.FromShown(coin.Output.TxHash);
        foreach (var parent in parents)
            if (BitcoinTransaction.Decode(parent.Span).TryGet(out var own, out _) && own.Txid() == txid) return own;
        var indexed = await chain.Nodes.LookUpAsync(async (n, ct) => BitcoinSource.Having(await n.TransactionAsync(txid, ct)), cancellationToken);
        if (indexed.IsOk || coin.Block is not { } at) return indexed;
        var answer = await chain.Nodes.ReadAsync(async (n, ct) => BitcoinSource.Having(await n.BlockAsync(BitcoinHash.FromShown(at.Hash), ct)), cancellationToken);
        if (!answer.TryGet(out var block, out var error)) return error;
        return block.Transactions.FirstOrDefault(transaction => transaction.Txid() == txid) is { } found
            ? found
            : new NodeError.Refused(0, $"block {at} does not hold {txid}");
    }

    /// <summary>The id is of the form without witnesses, so the signer needs no more.</summary>
    private static BitcoinTransaction WithoutWitness(BitcoinTransaction transaction) =>
        transaction with { Inputs = new([.. transaction.Inputs.Select(static input => input with { Witness = [] })]) };

    private static EffectResult.NoAnswer Unserved(ChainId chain) => new($"no nodes of {chain} in this deployment");

    private static EffectResult.NoAnswer NoAnswer(NodeError error) => new(error.ToString());

    private static EffectResult.Failed Failed(RejectionCode code, string expected, string actual) => new(new Rejection(code, expected, actual));
}
