using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Crypto;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Blocks of a Bitcoin chain at the proof level "work" (design.md, Chain truth): headers by their work, and all transactions of a block by its Merkle root, so
/// that one honest node is enough and a lying one can only be silent. Also finds transactions older than the blocks that are followed, by where a node says
/// that they are.
/// </summary>
internal sealed partial class BitcoinSource(ServedBitcoin chain, BlockRef final) : IBlockSource, ITransactionSearch
{
    private readonly BitcoinHeaders _headers = new(chain, final);

    /// <summary>Headers whose block no node gave: heads beside them come first until those are reached.</summary>
    private readonly HashSet<BitcoinHash> _withheld = [];
    private HeaderTip? _last;

    private ChainId Id => chain.Profile.Chain;

    /// <inheritdoc/>
    public string Witnesses => $"{chain.Nodes.Organisations} organisations in service, 1 needed";

    /// <summary>
    /// The tip with most work of all that any node has. A header without its block is followed by nobody (Bitcoin Core does the same): the others come first, and
    /// once they are reached it is asked for again.
    /// </summary>
    public async Task<BlockRef?> HeadAsync(CancellationToken cancellationToken)
    {
        if (await _headers.ReadAsync(cancellationToken) is not { } tree) return null;
        var head = tree.BestWithout(_withheld);
        if (head == _last) _withheld.Clear();
        _last = head;
        return RefOf(head);
    }

    /// <summary>Only the one head: work decides, and no node's word.</summary>
    public async Task<ImmutableArray<BlockRef>> HeadsAsync(CancellationToken cancellationToken) =>
        await HeadAsync(cancellationToken) is { } head ? [head] : [];

    /// <summary>No Bitcoin node calls a block final.</summary>
    public Task<BlockRef?> FinalizedAsync(CancellationToken cancellationToken) => Task.FromResult<BlockRef?>(null);

    /// <inheritdoc/>
    public Task<BlockRef?> AtAsync(ulong number, CancellationToken cancellationToken) =>
        Task.FromResult(number <= int.MaxValue && _headers.Known?.At((int)number) is { } hash ? new BlockRef(number, hash.Shown) : default(BlockRef?));

    /// <inheritdoc/>
    public async Task<ProvenBlock?> ByHashAsync(Bytes32 hash, CancellationToken cancellationToken)
    {
        if (_headers.Known?.Find(BitcoinHash.FromShown(hash)) is not { } tip) return null;
        var answer = await chain.Nodes.ReadAsync((n, ct) => BlockOfAsync(n, tip.Header, ct), cancellationToken);
        if (answer.TryGet(out var block, out _)) return Proven(block, RefOf(tip));
        _withheld.Add(BitcoinHash.FromShown(hash));
        return null;
    }

    /// <inheritdoc/>
    public async Task<ProvenBlock?> ByNumberAsync(ulong number, CancellationToken cancellationToken) =>
        await AtAsync(number, cancellationToken) is { } block ? await ByHashAsync(block.Hash, cancellationToken) : null;

    /// <summary>Nothing is held against a node that work did not decide at once; headers that no reorg in reach can bring back are forgotten.</summary>
    public Task JudgeAsync(BlockRef final, CancellationToken cancellationToken)
    {
        _headers.Known?.Prune((int)final.Number - chain.Profile.HistoryDepth);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Lookup> FindAsync(Wanted wanted, ChainWindow window, BlockRef final, CancellationToken cancellationToken)
    {
        Lookup last = new Lookup.NotFinal();
        foreach (var version in wanted.Versions)
        {
            var txid = BitcoinHash.FromShown(version);
            foreach (var (node, answer) in await chain.Nodes.LookUpEachAsync((n, ct) => n.BlockOfAsync(txid, ct), cancellationToken))
            {
                if (!answer.IsOk || answer.Value is not { } hint) continue;
                if (_headers.Known?.Find(hint) is not { } tip || _headers.Known.At(tip.Height) != hint)
                    last = new Lookup.Unproven($"block {hint}, where a node has {txid}, is not among the headers that are followed");
                else if ((ulong)tip.Height > final.Number || await ByHashAsync(hint.Shown, cancellationToken) is not { } block)
                    continue;
                else if (block.Has(version))
                    return new Lookup.Found(block);
                else
                    Accuse(node, tip.Header, txid);
            }
        }

        return last;
    }

    /// <summary>A node that does not have it is passed over, and not blamed: it may be behind, and the next one have it.</summary>
    internal static NodeAnswer<T> Having<T>(NodeAnswer<T?> answer)
        where T : class
    {
        if (!answer.TryGet(out var found, out var error)) return error;
        return found is null ? new NodeError.Refused(0, "it does not have it") : found;
    }

    private static BlockRef RefOf(HeaderTip tip) => new((ulong)tip.Height, tip.Header.Hash().Shown);

    private ProvenBlock Proven(BitcoinBlock block, BlockRef at)
    {
        var parent = block.Header.Parent == BitcoinHash.Zero ? Bytes32.Zero : block.Header.Parent.Shown;
        return new(block.Header.Encode(), new(at, parent), [.. block.Transactions.Select(transaction => Mined(transaction, at))]);
    }

    /// <summary>A transaction in the form that scans read; of the default block: in none.</summary>
    internal MinedTransaction Mined(BitcoinTransaction transaction, BlockRef at)
    {
        var movements = ImmutableArray.CreateBuilder<Movement>();
        for (var i = 0; i < transaction.Outputs.Count; i++)
            if (KeyHashOf(transaction.Outputs[i].ScriptPubKey) is { } to)
                movements.Add(new(i, default, to, new(AssetId.Native(Id), (ulong)transaction.Outputs[i].ValueSat)));
        var inclusion = new Inclusion(Id, transaction.Txid().Shown, at, Succeeded: true, UInt256.Zero);
        return new(inclusion, default, 0, movements.ToImmutable())
        {
            Payers = [.. transaction.Inputs.Select(PayerOf).OfType<Address>()],
            Spends = transaction.IsCoinbase ? [] : [.. transaction.Inputs.Select(static input => new SpentOutput(input.Previous.Txid.Shown, input.Previous.Index))],
        };
    }

    /// <summary>
    /// Whose key an input shows; null where it shows none. No block's Merkle root proves a witness: a lying node can name another payer, and can do no more with it
    /// than have a deposit looked at or not.
    /// </summary>
    private static Address? PayerOf(BitcoinInput input) =>
        input.Witness.Count == 2 && input.Witness[1].Length == Secp256k1.CompressedLength ? Address.From(Hash160.Hash(input.Witness[1].Span)) : null;

    /// <summary>Whose key hash an output pays to; null for every other script.</summary>
    private static Address? KeyHashOf(Script script) =>
        OutputScript.KindOf(script) == OutputKind.WitnessPubKeyHash && OutputScript.ProgramOf(script) is { } program ? Address.From(program.Program.Span) : null;
}
