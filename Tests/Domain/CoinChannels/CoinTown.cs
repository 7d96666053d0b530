using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains.Bitcoin;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>Two machines, a real node, and a purse that pays the fees of HTLC transactions which pay none themselves. What the node has is read from its blocks and its memory pool.</summary>
internal sealed class CoinTown : IAsyncDisposable
{
    private const long FundingFee = 10_000;
    private const long SecondFee = 3_000;

    private readonly Knots _node;
    private readonly RegtestPurse _purse = new(9);
    private readonly Queue<RegtestPurse.Coin> _coins = [];
    private readonly Dictionary<OutPoint, SeenTransaction> _spenders = [];
    private readonly Dictionary<BitcoinHash, SeenTransaction> _seen = [];
    private readonly HashSet<BitcoinHash> _read = [];
    private readonly List<(CoinParty By, BitcoinTransaction Transaction)> _sent = [];
    private readonly HashSet<CoinParty> _silent = [];
    private Bytes32[] _known = [];

    private CoinTown(Knots node, CoinPair pair) => (_node, Pair) = (node, pair);

    internal CoinPair Pair { get; }

    internal uint Height { get; private set; }

    internal static async Task<CoinTown> OpenAsync(CoinForm form)
    {
        var town = new CoinTown(await Knots.StartAsync(), new(form));
        foreach (var coin in await town._purse.FillAsync(town._node, 12)) town._coins.Enqueue(coin);
        foreach (var party in town.Pair.Both) party.Rate = FeeRate.FromSatPerVbyte(2);
        town.Pair.Meet();
        var coinbase = town._coins.Dequeue();
        var change = new BitcoinOutput(coinbase.Output.ValueSat - town.Pair.Terms.FundingSat - FundingFee, RegtestPurse.Nobody);
        var funding = town._purse.Spend([coinbase], [town.Pair.FundingOutput, change]);
        town.Pair.Fund(funding);
        await town.SendAsync(funding);
        await town.LiveAsync(4);
        foreach (var party in town.Pair.Both) party.State.Phase.Should().Be(CoinPhase.Open);
        return town;
    }

    /// <summary>From now on this side sends nothing more of itself.</summary>
    internal void Silence(CoinParty party) => _silent.Add(party);

    /// <summary>Pays, offers, fulfils and fails in turn, both ways, and changes the fee now and then; all HTLCs of it are resolved. What the accepter then has, by what was asked for.</summary>
    internal long Trade(int rounds)
    {
        var accepterMsat = Pair.Opener.State.Book.AccepterMsat;
        for (var round = 0; round < rounds; round++)
        {
            var amount = 6_000_000L + (round * 1_237);
            var payer = round % 3 == 0 && accepterMsat > 100_000_000 ? Pair.Accepter : Pair.Opener;
            var payee = Pair.PeerOf(payer);
            if (round % 9 == 4) Pair.Opener.Want(new CoinUpdate.SetFee(700 + (round % 50)));
            if (round % 4 == 0)
            {
                payer.Want(new CoinUpdate.Pay(amount / 4));
                accepterMsat += payer == Pair.Opener ? amount / 4 : -(amount / 4);
                Pair.Settle();
                continue;
            }

            var hash = Pair.NewHash();
            payer.Want(new CoinUpdate.Offer(amount, hash, Height + 200));
            Pair.Settle();
            var id = payer.State.Book.Offered(payer.Side);
            payee.Want(round % 5 == 0 ? new CoinUpdate.Fail(id) : new CoinUpdate.Fulfil(id, Pair.Preimages[hash]));
            if (round % 5 != 0) accepterMsat += payer == Pair.Opener ? amount : -amount;
            Pair.Settle();
            if (accepterMsat > 500_000_000)
            {
                Pair.Accepter.Want(new CoinUpdate.Pay(300_000_000));
                accepterMsat -= 300_000_000;
                Pair.Settle();
            }
        }

        Pair.Opener.State.Book.Should().Be(Pair.Accepter.State.Book);
        return accepterMsat;
    }

    /// <summary>
    /// Leaves the channel with an HTLC of each direction whose payee knows the preimage, one of each whose payee does not, and one that is too small for an output. What each
    /// then has of the commitment of whoever leaves, before the fees of what takes it.
    /// </summary>
    internal Func<CoinParty, CoinSide, long> HoldHtlcs()
    {
        Pair.Opener.Want(new CoinUpdate.Pay(300_000_999));
        Pair.Settle();
        var expiry = Height + 12;
        foreach (var (offerer, amount) in new[] { (Pair.Opener, 50_000_500L), (Pair.Opener, 60_000_000L), (Pair.Accepter, 70_000_000L), (Pair.Accepter, 80_000_000L), (Pair.Opener, 400_000L) })
        {
            offerer.Want(new CoinUpdate.Offer(amount, Pair.NewHash(), expiry));
            Pair.Settle();
        }

        var book = Pair.Opener.State.Book;
        var known = new[] { book.Htlcs[0].PaymentHash, book.Htlcs[3].PaymentHash };
        _known = [.. known.Select(hash => Pair.Preimages[hash])];
        return (party, leaver) => OwnSat(book, party, leaver);
    }

    /// <summary>Balances and HTLCs to the satoshi, by BOLT-3's fees for the owner of the commitment.</summary>
    private long OwnSat(CoinBook book, CoinParty party, CoinSide leaver)
    {
        var (isOpener, type) = (party.Side == CoinSide.Opener, CoinTransactions.ChannelOf(party.State.Facts!).Type);
        var sum = book.BalanceMsat(party.Side) / 1_000;
        if (isOpener) sum -= type.CommitmentFeeSat(book.FeeratePerKw, 4) + type.AnchorsSat();
        foreach (var htlc in book.Htlcs.Where(static htlc => htlc.AmountMsat > 1_000_000))
        {
            var isPaid = _known.Any(preimage => CoinRules.Opens(preimage, htlc.PaymentHash));
            var taker = isPaid ? htlc.Offerer.Other() : htlc.Offerer;
            if (taker != party.Side) continue;
            sum += htlc.AmountMsat / 1_000;
            if (leaver == party.Side) sum -= type.HtlcFeeSat(book.FeeratePerKw, htlc.Offerer == party.Side ? HtlcDirection.Offered : HtlcDirection.Received);
        }

        return sum;
    }

    /// <summary>Blocks, one by one: after each both look, say what they have to say, and send what they owe.</summary>
    internal async Task LiveAsync(int blocks)
    {
        for (; blocks > 0; blocks--)
        {
            await LookAsync();
            foreach (var preimage in _known)
                foreach (var party in Pair.Both) Use(party, preimage);
            await SendOwedAsync();
            await MineAsync();
        }

        await LookAsync();
    }

    internal async Task MineAsync() => await _node.MineAsync(1, RegtestPurse.Nobody);

    internal async Task SendAsync(BitcoinTransaction transaction) => await _node.CallAsync("sendrawtransaction", Convert.ToHexStringLower(transaction.Encode()));

    /// <summary>Reads what is new, and shows both sides what the chain has of their channel.</summary>
    internal async Task LookAsync()
    {
        await ReadAsync();
        foreach (var party in Pair.Both)
        {
            if (party.State.Facts is not { } facts) continue;
            var funding = _seen.GetValueOrDefault(BitcoinHash.FromShown(facts.Funding.TxHash));
            party.Accept(new CoinCommand.RecordSight(party.NewId(), party.Sight(Height, funding, output => _spenders.GetValueOrDefault(output))));
        }

        Pair.Settle();
    }

    /// <summary>What is on chain for a party: the outputs to its script.</summary>
    internal long PaidSat(CoinParty party) => _seen.Values.Where(static seen => seen.Height is not null).SelectMany(static seen => seen.Transaction.Outputs)
        .Where(output => output.ScriptPubKey == party.Payout).Sum(static output => output.ValueSat);

    internal IEnumerable<(CoinParty By, BitcoinTransaction Transaction)> SentBy(CoinParty party) => _sent.Where(sent => sent.By == party && sent.Transaction.Outputs.Any(output => output.ScriptPubKey == party.Payout));

    /// <summary>What a party's sweeps paid to miners.</summary>
    internal long FeesSat(CoinParty party) => SentBy(party).Where(sent => sent.Transaction.Outputs.Count == 1)
        .Sum(sent => sent.Transaction.Inputs.Sum(input => _seen[input.Previous.Txid].Transaction.Outputs[(int)input.Previous.Index].ValueSat) - sent.Transaction.Outputs[0].ValueSat);

    /// <summary>A cheat's HTLC-success, with an input for its fee where it pays none.</summary>
    internal async Task SendSecondAsync(CoinParty cheat, CoinState old, Bytes32 preimage)
    {
        var own = old.Own!;
        var commitment = CoinTransactions.Commitment(old.Facts!, cheat.Side, own.Point, own.Book).Value;
        var second = HtlcTransaction.AllOf(commitment).Single();
        var (inputs, outputs, coin) = Added();
        if (Pair.Terms.Form == CoinForm.Anchors) second = second.With(inputs, outputs).Value;
        using var key = cheat.Keys.Of(CoinWay.Success, new CoinOrigin.Own(own));
        var signed = second.Success(own.Signatures.Htlcs.Single(), second.Sign(key), preimage).Value;
        await SendAsync(Pair.Terms.Form == CoinForm.Anchors ? _purse.Sign(signed, 1, coin) : signed);
    }

    public async ValueTask DisposeAsync()
    {
        Pair.Dispose();
        _purse.Dispose();
        await _node.DisposeAsync();
    }

    private static void Use(CoinParty party, Bytes32 preimage)
    {
        if (party.State.Phase is not (CoinPhase.Closing or CoinPhase.Settling)) return;
        foreach (var htlc in party.State.Book.Htlcs)
            if (htlc.Offerer != party.Side && CoinRules.Opens(preimage, htlc.PaymentHash)) party.Do(new CoinCommand.Update(party.NewId(), new CoinUpdate.Fulfil(htlc.Id, preimage)));
    }

    private async Task SendOwedAsync()
    {
        foreach (var party in Pair.Both.Where(party => !_silent.Contains(party)))
        {
            foreach (var (intent, effect) in party.Owed.Where(static owed => CoinParty.IsForChain(owed.Value)).ToArray())
            {
                if (!party.Owed.ContainsKey(intent)) continue;
                var isFree = effect is CoinEffect.Take { Claim.Way: CoinWay.Success or CoinWay.Timeout } && Pair.Terms.Form == CoinForm.Anchors;
                var (inputs, outputs, coin) = isFree ? Added() : default;
                if (party.Make(intent, inputs, outputs) is not { } transaction) continue;
                if (isFree) transaction = _purse.Sign(transaction, 1, coin);
                // The other may have sent the same just now.
                if (effect is not (CoinEffect.SendEnd or CoinEffect.SendOwn) || !_sent.Any(sent => sent.Transaction.Inputs[0].Previous == transaction.Inputs[0].Previous))
                    await SendAsync(transaction);
                _sent.Add((party, transaction));
                party.Accept(new CoinCommand.RecordSent(party.NewId(), intent, true));
            }
        }
    }

    private (Items<BitcoinInput> Inputs, Items<BitcoinOutput> Outputs, RegtestPurse.Coin Coin) Added()
    {
        var coin = _coins.Dequeue();
        return ([new(coin.At, BitcoinInput.ReplaceableSequence)], [new(coin.Output.ValueSat - SecondFee, RegtestPurse.Nobody)], coin);
    }

    private async Task ReadAsync()
    {
        var node = _node.Node();
        Height = (await _node.CallAsync("getblockcount")).GetUInt32();
        foreach (var waiting in _seen.Where(static seen => seen.Value.Height is null).Select(static seen => seen.Key).ToArray()) _seen.Remove(waiting);
        for (var height = Height; height > 0; height--)
        {
            var hash = BitcoinHash.Parse((await _node.CallAsync("getblockhash", height)).GetString()!);
            if (!_read.Add(hash)) break;
            foreach (var transaction in (await node.BlockAsync(hash, CancellationToken.None)).Value!.Transactions) Keep(new(transaction, height));
        }

        foreach (var txid in (await _node.CallAsync("getrawmempool")).EnumerateArray())
        {
            var raw = (await _node.CallAsync("getrawtransaction", txid.GetString()!)).GetString()!;
            Keep(new(BitcoinTransaction.Decode(Convert.FromHexString(raw)).Value, null));
        }
    }

    private void Keep(SeenTransaction seen)
    {
        _seen[seen.Transaction.Txid()] = seen;
        foreach (var input in seen.Transaction.Inputs) _spenders[input.Previous] = seen;
    }
}
