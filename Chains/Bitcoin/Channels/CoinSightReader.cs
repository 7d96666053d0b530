using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>A transaction that a chain shows.</summary>
/// <param name="Height">Of its block; null: it is in none.</param>
public sealed record SeenTransaction(BitcoinTransaction Transaction, uint? Height);

/// <summary>What one side knows of a channel, to find its way in what the chain shows.</summary>
/// <param name="Peer">The other party's commitments that are not revoked.</param>
/// <param name="SecretOf">The secret of a revoked one by its number, or null.</param>
/// <param name="Past">Every HTLC that a commitment of the other party's ever had.</param>
public sealed record CoinKnowledge(
    CoinFacts Facts, CoinSide Us, OwnCommitment? Own, IReadOnlyList<PeerCommitment> Peer, Func<long, Bytes32?> SecretOf, IReadOnlyList<CoinHtlc> Past);

/// <summary>Reads what the chain shows of a channel. Whose transaction spends an output is told by the way that its witness takes, not by where it pays.</summary>
public sealed class CoinSightReader(CoinKnowledge known)
{
    private const int PreimageLength = 32;
    private const int HtlcTransactionWitness = 5;

    private readonly BitcoinChannel _channel = CoinTransactions.ChannelOf(known.Facts);

    /// <param name="height">Of the newest block.</param>
    /// <param name="funding">The funding transaction; null: it is not seen.</param>
    /// <param name="spenderOf">What spends an output in the best chain, or would in the next block; null: nothing.</param>
    public CoinSight Read(uint height, SeenTransaction? funding, Func<OutPoint, SeenTransaction?> spenderOf)
    {
        ArgumentNullException.ThrowIfNull(spenderOf);
        // An output of another value or script does not fund this channel, however deep it is.
        var isRight = funding is not null && _channel.Funding.Index < funding.Transaction.Outputs.Count
            && funding.Transaction.Txid() == _channel.Funding.Txid && funding.Transaction.Outputs[(int)_channel.Funding.Index] == _channel.FundingOutput;
        var depth = isRight ? DepthOf(funding!.Height, height) : 0;
        return new(height, depth, isRight && spenderOf(_channel.Funding) is { } spend ? SpentBy(height, spend, spenderOf) : null);
    }

    /// <summary>The same where it is known that the right output funds the channel.</summary>
    /// <param name="depth">Blocks on the funding transaction, its own counted.</param>
    public CoinSight ReadFunded(uint height, uint depth, Func<OutPoint, SeenTransaction?> spenderOf)
    {
        ArgumentNullException.ThrowIfNull(spenderOf);
        return new(height, depth, spenderOf(_channel.Funding) is { } spend ? SpentBy(height, spend, spenderOf) : null);
    }

    private CoinSpent SpentBy(uint height, SeenTransaction spend, Func<OutPoint, SeenTransaction?> spenderOf)
    {
        var depth = DepthOf(spend.Height, height);
        if (CommitmentNumber.Read(_channel, spend.Transaction) is not { } obscured) return new(CoinSpendKind.Together, 0, depth, []);
        var number = (long)obscured;
        var txid = spend.Transaction.Txid();
        if (known.Own is { } own && own.Book.Number == number && Made(known.Us, own.Point, own.Book) is { } ours && ours.Unsigned.Txid() == txid)
            return new(CoinSpendKind.Ours, number, depth, Outputs(height, spend, spenderOf, known.Us, ours.Keys, PurposesOf(ours, known.Us, own.Book)));
        foreach (var peer in known.Peer)
        {
            if (peer.Book.Number != number || Made(known.Us.Other(), peer.Point, peer.Book) is not { } theirs || theirs.Unsigned.Txid() != txid) continue;
            return new(CoinSpendKind.Theirs, number, depth, Outputs(height, spend, spenderOf, known.Us.Other(), theirs.Keys, PurposesOf(theirs, known.Us.Other(), peer.Book)));
        }

        if (known.SecretOf(number) is { } secret
            && CoinTransactions.KeysOf(_channel, known.Us.Other(), CoinTransactions.PointOf(secret)).TryGet(out var keys, out _)
            && PurposesOf(spend.Transaction, keys) is { Count: > 0 } revoked)
            return new(CoinSpendKind.Theirs, number, depth, Outputs(height, spend, spenderOf, known.Us.Other(), keys, revoked));
        var toUs = CoinSpends.ToRemote(_channel, known.Us);
        var purposes = Indices(spend.Transaction).Where(index => spend.Transaction.Outputs[index].ScriptPubKey == toUs)
            .ToDictionary(static index => index, static _ => (CoinPurpose.OthersBalance, (CoinHtlc?)null));
        return new(CoinSpendKind.Unknown, number, depth, Outputs(height, spend, spenderOf, known.Us.Other(), null, purposes));
    }

    private CommitmentTransaction? Made(CoinSide owner, HexBytes point, CoinBook book) =>
        CoinTransactions.Commitment(known.Facts, owner, point, book).TryGet(out var made, out _) ? made : null;

    private static Dictionary<int, (CoinPurpose, CoinHtlc?)> PurposesOf(CommitmentTransaction commitment, CoinSide owner, CoinBook book)
    {
        var purposes = new Dictionary<int, (CoinPurpose, CoinHtlc?)>();
        for (var index = 0; index < commitment.Outputs.Count; index++)
        {
            (CoinPurpose, CoinHtlc?)? purpose = commitment.Outputs[index].Purpose switch
            {
                OutputPurpose.ToLocal => (CoinPurpose.OwnersBalance, null),
                OutputPurpose.ToRemote => (CoinPurpose.OthersBalance, null),
                OutputPurpose.OfHtlc { Htlc: var htlc } => (CoinPurpose.Htlc, book.Htlcs.First(other => CoinTransactions.HtlcOf(other, owner) == htlc)),
                _ => null,
            };
            if (purpose is { } found) purposes.Add(index, found);
        }

        return purposes;
    }

    /// <summary>Of a revoked commitment, by the scripts that its keys make: of several HTLCs with one script any is right, as a penalty takes them all alike.</summary>
    private Dictionary<int, (CoinPurpose, CoinHtlc?)> PurposesOf(BitcoinTransaction transaction, CommitmentKeys keys)
    {
        var owner = known.Us.Other();
        var scripts = new Dictionary<Script, (CoinPurpose, CoinHtlc?)>
        {
            [OutputScript.WitnessScriptHash(CoinSpends.ToLocal(_channel, owner, keys))] = (CoinPurpose.OwnersBalance, null),
            [CoinSpends.ToRemote(_channel, known.Us)] = (CoinPurpose.OthersBalance, null),
        };
        foreach (var htlc in known.Past)
            scripts[OutputScript.WitnessScriptHash(ChannelScripts.HtlcOutput(_channel.Type, keys, CoinTransactions.HtlcOf(htlc, owner)))] = (CoinPurpose.Htlc, htlc);
        return Indices(transaction).Where(index => scripts.ContainsKey(transaction.Outputs[index].ScriptPubKey))
            .ToDictionary(static index => index, index => scripts[transaction.Outputs[index].ScriptPubKey]);
    }

    private ImmutableArray<CoinOutput> Outputs(
        uint height, SeenTransaction spend, Func<OutPoint, SeenTransaction?> spenderOf, CoinSide owner, CommitmentKeys? keys, Dictionary<int, (CoinPurpose, CoinHtlc?)> purposes)
    {
        var found = ImmutableArray.CreateBuilder<CoinOutput>();
        foreach (var (index, (purpose, htlc)) in purposes.OrderBy(static pair => pair.Key))
        {
            var at = new OutPoint(spend.Transaction.Txid(), (uint)index);
            var taker = spenderOf(at);
            found.Add(Output(height, at, spend, (purpose, htlc), owner, taker));
            if (purpose == CoinPurpose.Htlc && taker is not null && Second(at, taker, owner, keys!) is { } second)
                found.Add(Output(height, second, taker, (CoinPurpose.Second, htlc), owner, spenderOf(second)));
        }

        return found.DrainToImmutable();
    }

    private CoinOutput Output(uint height, OutPoint at, SeenTransaction holder, (CoinPurpose Purpose, CoinHtlc? Htlc) what, CoinSide owner, SeenTransaction? taker) => new(
        CoinTransactions.OutputOf(at), holder.Transaction.Outputs[(int)at.Index].ValueSat, what.Purpose, what.Htlc, holder.Height,
        taker is null ? null : TakenBy(height, at, what.Purpose, owner, taker));

    private CoinTaken TakenBy(uint height, OutPoint at, CoinPurpose purpose, CoinSide owner, SeenTransaction taker)
    {
        var witness = taker.Transaction.Inputs.First(input => input.Previous == at).Witness;
        var byOwner = purpose switch
        {
            CoinPurpose.Htlc => witness.Count == HtlcTransactionWitness,
            CoinPurpose.OthersBalance => false,
            _ => witness.Count > 1 && witness[1].Length == 0,
        };
        var shown = purpose != CoinPurpose.Htlc ? HexBytes.Empty : byOwner ? witness[3] : witness.Count > 1 ? witness[1] : HexBytes.Empty;
        return new(byOwner == (owner == known.Us), DepthOf(taker.Height, height), shown.Length == PreimageLength ? Bytes32.From(shown.Span) : null);
    }

    /// <summary>What the owner made of an HTLC: the output of the same index as the input, also where several were put together (BOLT-3, anchors).</summary>
    private OutPoint? Second(OutPoint htlc, SeenTransaction taker, CoinSide owner, CommitmentKeys keys)
    {
        var transaction = taker.Transaction;
        for (var index = 0; index < Math.Min(transaction.Inputs.Count, transaction.Outputs.Count); index++)
        {
            if (transaction.Inputs[index].Previous == htlc
                && transaction.Outputs[index].ScriptPubKey == OutputScript.WitnessScriptHash(CoinSpends.ToLocal(_channel, owner, keys)))
                return new(transaction.Txid(), (uint)index);
        }

        return null;
    }

    private static IEnumerable<int> Indices(BitcoinTransaction transaction) => Enumerable.Range(0, transaction.Outputs.Count);

    private static uint DepthOf(uint? block, uint height) => block is { } at && at <= height ? height - at + 1 : 0;
}
