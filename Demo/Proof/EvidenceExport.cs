using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Sqlite;

namespace TPWallet.Demo.Proof;

/// <summary>Gathers a packet's whole story: from the silo's journal, read when the silo has stopped, and from the chain's blocks.</summary>
internal static class EvidenceExport
{
    private const string JournalKey = "journal.key";

    /// <summary>The journal of a stopped silo, every row checked by its hash chain and MACs.</summary>
    public static async Task<IJournal> OpenJournalAsync(string folder, CancellationToken cancellationToken)
    {
        var seal = new JournalSeal(await File.ReadAllBytesAsync(Path.Combine(folder, JournalKey), cancellationToken));
        return await SqliteJournal.OpenAsync(new SqliteJournalOptions { Directory = folder }, seal, TimeProvider.System, cancellationToken);
    }

    /// <summary>All rows of one stream, oldest first.</summary>
    public static async Task<EvidenceJournal> StreamAsync(
        IJournal journal, string tenant, string kind, string key, CancellationToken cancellationToken)
    {
        var stream = StreamId.Of(tenant, kind, key);
        var rows = ImmutableArray.CreateBuilder<EvidenceRow>();
        for (var from = 1L; from <= EvidencePack.MaxRows;)
        {
            var page = await journal.ReadAsync(stream, from, JournalLimits.MaxPage, cancellationToken);
            if (page.Count == 0) break;
            foreach (var row in page)
            {
                rows.Add(new(
                    row.Version,
                    row.Type,
                    row.Schema,
                    HexBytes.From(row.Payload.Span),
                    row.CommandId,
                    HexBytes.From(row.Fingerprint.Span),
                    new(row.AtUnixMs),
                    Bytes32.From(row.Hash)));
            }

            from = page[^1].Version + 1;
        }

        return new(tenant, kind, key, rows.ToImmutable());
    }

    /// <summary>A leg's transaction with its block, the blocks on top of it, and the proofs of transaction and receipt.</summary>
    public static async Task<EvidenceLeg> LegAsync(LocalChain chain, LegView leg, int confirmations, CancellationToken cancellationToken)
    {
        var inclusion = leg.Inclusion ?? throw new DemoFailedException($"{leg.Leg} is in no block");
        var block = await chain.BlockAsync(new BlockSelector.ByHash(inclusion.Block.Hash), cancellationToken);
        var signed = block.Signed() ?? throw new DemoFailedException("a block with an unknown kind of transaction");
        var receipts = await chain.ReceiptsAsync(inclusion.Block.Hash, cancellationToken);
        var raw = signed.Select(static transaction => transaction.Encode()).ToArray();
        var index = signed.ToList().FindIndex(transaction => transaction.Hash() == inclusion.TxHash);
        var headers = ImmutableArray.Create((HexBytes)block.Header.Encode());
        for (var i = 1; i < confirmations; i++)
        {
            var next = await chain.BlockAsync(new BlockSelector.ByNumber(inclusion.Block.Number + (ulong)i), cancellationToken);
            headers = headers.Add(next.Header.Encode());
        }

        return new(
            leg.Leg,
            raw[index],
            headers,
            index,
            MerklePatricia.OrderedProof(raw, index),
            MerklePatricia.OrderedProof([.. receipts.Select(static receipt => receipt.Encode())], index));
    }
}
