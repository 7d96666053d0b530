using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>Transactions that a watcher asks for a second time: they may be in a block from before the window, which nothing else would tell of.</summary>
internal sealed partial class ChainFollower
{
    /// <summary>Transactions looked up in one poll, and that may wait; who asked beyond it asks again.</summary>
    private const int MaxLookups = 8;
    private const int MaxWaiting = 1_024;

    /// <summary>Searches for one transaction that proved nothing before an operator hears of it. The watcher goes on asking, at its own slow pace.</summary>
    private const int MaxUnproven = 5;

    private readonly Queue<Bytes32> _lookups = [];
    private readonly Dictionary<Bytes32, int> _unproven = [];

    /// <summary>Looks for a watched transaction at the next poll.</summary>
    public void LookUp(Bytes32 transaction)
    {
        if (_lookups.Count < MaxWaiting && !_lookups.Contains(transaction)) _lookups.Enqueue(transaction);
    }

    private async Task LookUpAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxLookups && _lookups.TryDequeue(out var transaction); i++)
        {
            if (host.State is not { Final: { } final, StopReason: null } state || !state.Transactions.TryGetValue(transaction, out var watched)) continue;
            if (_window.Links.FindIndex(link => Holds(link.Block, transaction)) is var at and >= 0)
            {
                // Told already, unless who told of it died, or another activation told otherwise.
                var block = _window.Links[at].Block;
                await TellAgainAsync(block, _blocks[block.Hash], final);
                continue;
            }

            switch (await search.FindAsync(WantedOf(transaction, watched), _window, final, cancellationToken))
            {
                case Lookup.Found { Block: var found }:
                    _unproven.Remove(transaction);
                    await TellAgainAsync(found.Link.Block, found.Transactions, final);
                    break;
                case Lookup.Unproven unproven:
                    await CountAsync(transaction, watched, unproven.Why);
                    await TakeBackAsync(transaction, cancellationToken);
                    await TellStrandedAsync(transaction, watched);
                    break;
                case Lookup.NotFinal:
                    _unproven.Remove(transaction);
                    await TakeBackAsync(transaction, cancellationToken);
                    await TellStrandedAsync(transaction, watched);
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    private async Task TellAgainAsync(BlockRef block, IReadOnlyList<MinedTransaction> transactions, BlockRef final)
    {
        await AnnounceAsync(transactions);
        if (block.Number <= final.Number) await TellFinalAsync(block, transactions);
    }

    /// <summary>What its watcher was told by one who never saw the block go: a reorg happened while nobody followed.</summary>
    private async Task TakeBackAsync(Bytes32 transaction, CancellationToken cancellationToken)
    {
        if (await host.StandingAsync(transaction) is not { } standing || standing.Number > Head.Number) return;
        var gone = standing.Number >= _window.Root.Number
            ? !_window.Contains(standing.Hash)
            : await source.AtAsync(standing.Number, cancellationToken) is { } actual && actual != standing;
        if (gone) await host.TellAsync(transaction, id => new WatchedCommand.RecordRemoved(id, standing));
    }

    private bool Holds(BlockRef block, Bytes32 transaction) =>
        _blocks.TryGetValue(block.Hash, out var transactions) && transactions.Any(t => t.Inclusion.TxHash == transaction);

    private Wanted WantedOf(Bytes32 transaction, WatchedTx watched)
    {
        var index = host.State.Index;
        ImmutableArray<Bytes32> versions = watched is { From: { } from, Nonce: { } nonce }
            ? index.ByNonce[(from, nonce)]
            : [.. watched.Spends.SelectMany(spend => index.BySpend[spend]).Append(transaction).Distinct()];
        return new(versions, watched.From, watched.Nonce);
    }

    private async Task CountAsync(Bytes32 transaction, WatchedTx watched, string why)
    {
        if (_unproven.Count >= MaxWaiting) _unproven.Clear();
        var times = _unproven[transaction] = _unproven.GetValueOrDefault(transaction) + 1;
        if (times % MaxUnproven == 0)
            await host.RaiseAsync(
                new(IncidentCodes.LookupUnproven, profile.Chain) { Transaction = transaction }, await host.AccountsOfAsync(transaction),
                $"nonce {watched.Nonce} of {watched.From}, {times} searches: {why}");
    }
}
