using System.Text.Json;
using TPWallet.Chains.Bitcoin;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// Turns results of Bitcoin Core's methods into checked records. Never throws. Codes: json.*, btc.*, tx.*, merkle.*, block.*, node.hash (bytes whose hash is not
/// the one asked for), node.contradiction.
/// </summary>
public static class BitcoinReaders
{
    /// <summary>A hash in reversed order.</summary>
    public static Decoded<BitcoinHash> Hash(JsonElement result) => BitcoinFields.HashOf(result);

    /// <summary>Bytes; only their length is bounded, by what the answer may have (<see cref="JsonRpcLimits.MaxBodyBytes"/>).</summary>
    public static Decoded<ReadOnlyMemory<byte>> Data(JsonElement result) =>
        BitcoinFields.DataOf(result).TryGet(out var bytes, out var refusal) ? (ReadOnlyMemory<byte>)bytes : refusal;

    /// <summary>getblockchaininfo.</summary>
    public static Decoded<ChainStanding> Standing(JsonElement result) =>
        Read(result, static fields => new ChainStanding(fields.Count("blocks"), fields.Flag("initialblockdownload")));

    /// <summary>getblockheader as bytes.</summary>
    public static Decoded<BitcoinHeader> Header(JsonElement result, BitcoinHash asked) => Hashed(result, asked, static bytes => BitcoinHeader.Decode(bytes), static one => one.Hash());

    /// <summary>getblock as bytes.</summary>
    public static Decoded<BitcoinBlock> Block(JsonElement result, BitcoinHash asked) => Hashed(result, asked, static bytes => BitcoinBlock.Decode(bytes), static one => one.Header.Hash());

    /// <summary>getrawtransaction as bytes.</summary>
    public static Decoded<BitcoinTransaction> Transaction(JsonElement result, BitcoinHash asked) =>
        Hashed(result, asked, static bytes => BitcoinTransaction.Decode(bytes), static one => one.Txid());

    /// <summary>getrawtransaction in words: the block that it names, or null for a transaction of the pool.</summary>
    public static Decoded<BitcoinHash?> BlockHashOrNone(JsonElement result) =>
        Read<BitcoinHash?>(result, static fields => fields.Has("blockhash") ? fields.Hash("blockhash") : null);

    /// <summary>gettxout; null where the output is spent or unknown.</summary>
    public static Decoded<UnspentOutput?> UnspentOrNone(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Null) return (UnspentOutput?)null;
        return Read<UnspentOutput?>(result, static fields =>
        {
            var script = new BitcoinFields(fields.Demand("scriptPubKey"));
            var output = new BitcoinOutput(fields.Satoshis("value"), Script.From(script.Data("hex")));
            if (script.Fault is { } fault) fields.Fail(fault.Code, fault.Expected, fault.Actual);
            return new(output, fields.Count("confirmations"), fields.Flag("coinbase"), fields.Hash("bestblock"));
        });
    }

    /// <summary>gettxspendingprevout: one answer for each outpoint, in their order.</summary>
    public static Decoded<Items<BitcoinHash?>> Spenders(JsonElement result, IReadOnlyList<OutPoint> asked)
    {
        if (result.ValueKind != JsonValueKind.Array || result.GetArrayLength() != asked.Count)
            return new DecodeRefusal("node.contradiction", $"{asked.Count} answers", $"{result.ValueKind}");
        var spenders = ImmutableArray.CreateBuilder<BitcoinHash?>(asked.Count);
        foreach (var item in result.EnumerateArray())
        {
            var of = asked[spenders.Count];
            var read = Read<BitcoinHash?>(item, fields =>
            {
                var named = new OutPoint(fields.Hash("txid"), (uint)fields.Count("vout"));
                if (named != of) fields.Fail("node.contradiction", $"{of}", $"{named}");
                return fields.Has("spendingtxid") ? fields.Hash("spendingtxid") : null;
            });
            if (!read.TryGet(out var spender, out var refusal)) return refusal;
            spenders.Add(spender);
        }

        return new Items<BitcoinHash?>(spenders.DrainToImmutable());
    }

    /// <summary>testmempoolaccept of one transaction.</summary>
    public static Decoded<PoolVerdict> Verdict(JsonElement result, BitcoinHash asked)
    {
        if (result.ValueKind != JsonValueKind.Array || result.GetArrayLength() != 1)
            return new DecodeRefusal("node.contradiction", "one verdict", $"{result.ValueKind}");
        return Read(result[0], fields =>
        {
            var txid = fields.Hash("txid");
            if (txid != asked) fields.Fail("node.contradiction", $"{asked}", $"{txid}");
            if (!fields.Flag("allowed")) return new PoolVerdict(asked, null, BitcoinWordings.OfReason(fields.Text("reject-reason"), asked));
            return new PoolVerdict(asked, Fee(fields, "base"), null);
        });
    }

    /// <summary>submitpackage: results are named by witness id.</summary>
    public static Decoded<PackageVerdict> Package(JsonElement result, IReadOnlyList<BitcoinTransaction> package) => Read(result, fields =>
    {
        var results = new BitcoinFields(fields.Demand("tx-results"));
        var verdicts = ImmutableArray.CreateBuilder<SendResult>(package.Count);
        foreach (var transaction in package)
        {
            var one = new BitcoinFields(results.Demand($"{transaction.Wtxid()}"));
            var txid = one.Hash("txid");
            if (one.Fault is null && txid != transaction.Txid()) one.Fail("node.contradiction", $"{transaction.Txid()}", $"{txid}");
            verdicts.Add(one.Has("error") ? BitcoinWordings.OfReason(one.Text("error"), txid) : new SendResult.Accepted(txid.Shown));
            if (one.Fault is { } fault) fields.Fail(fault.Code, fault.Expected, fault.Actual);
        }

        // Bitcoin Core names a fault of the whole package here, as where the child does not spend its parents.
        var message = fields.Text("package_msg");
        if (message != "success" && verdicts.All(static one => one is SendResult.Accepted))
            return new PackageVerdict(new([.. package.Select(one => BitcoinWordings.OfReason(message, one.Txid()))]));
        return new PackageVerdict(new(verdicts.DrainToImmutable()));
    });

    /// <summary>estimatesmartfee; null where it names errors and no rate.</summary>
    public static Decoded<FeeRate?> EstimateOrNone(JsonElement result) =>
        Read<FeeRate?>(result, static fields => fields.Has("errors") && !fields.Has("feerate") ? null : new FeeRate(fields.Satoshis("feerate")));

    /// <summary>getmempoolinfo.</summary>
    public static Decoded<PoolTerms> Terms(JsonElement result) => Read(result, static fields => new PoolTerms(
        new(Math.Max(fields.Satoshis("mempoolminfee"), fields.Satoshis("minrelaytxfee"))), new(fields.Satoshis("incrementalrelayfee"))));

    /// <summary>getrawmempool.</summary>
    public static Decoded<Items<BitcoinHash>> PoolIds(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Array) return new DecodeRefusal("json.shape", "an array", $"{result.ValueKind}");
        if (result.GetArrayLength() > BitcoinNode.MaxPool) return new DecodeRefusal("json.many", $"at most {BitcoinNode.MaxPool} ids", $"{result.GetArrayLength()}");
        var ids = ImmutableArray.CreateBuilder<BitcoinHash>(result.GetArrayLength());
        foreach (var item in result.EnumerateArray())
        {
            if (!BitcoinFields.HashOf(item).TryGet(out var id, out var refusal)) return refusal;
            ids.Add(id);
        }

        return new Items<BitcoinHash>(ids.DrainToImmutable());
    }

    /// <summary>getmempoolentry.</summary>
    public static Decoded<PoolEntry> Entry(JsonElement result) => Read(result, static fields => new PoolEntry(
        fields.Count("vsize"), Fee(fields, "base"), fields.Count("ancestorcount"), Fee(fields, "ancestor"), fields.Count("ancestorsize"), fields.Count("descendantcount")));

    private static long Fee(BitcoinFields fields, string name)
    {
        var fees = new BitcoinFields(fields.Demand("fees"));
        var fee = fees.Satoshis(name);
        if (fees.Fault is { } fault) fields.Fail(fault.Code, fault.Expected, fault.Actual);
        return fee;
    }

    private static Decoded<T> Hashed<T>(JsonElement result, BitcoinHash asked, Func<byte[], Decoded<T>> decode, Func<T, BitcoinHash> hash)
    {
        if (!BitcoinFields.DataOf(result).TryGet(out var bytes, out var refusal)) return refusal;
        if (!decode(bytes).TryGet(out var value, out refusal)) return refusal;
        return hash(value) == asked ? value : new DecodeRefusal("node.hash", $"{asked}", $"{hash(value)}");
    }

    private static Decoded<T> Read<T>(JsonElement element, Func<BitcoinFields, T> read)
    {
        var fields = new BitcoinFields(element);
        if (fields.Fault is { } shape) return shape;
        var value = read(fields);
        return fields.Fault is { } fault ? fault : value;
    }
}
