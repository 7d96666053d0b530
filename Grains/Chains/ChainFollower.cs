using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Chains;

/// <summary>What the follower needs of its grain: the durable watch lists, the tracker's own decisions, and the watchers.</summary>
internal interface IFollowerHost
{
    TrackerState State { get; }

    /// <summary>Whether deposits are screened before they are credited: once every silo knows how.</summary>
    bool ScreensDeposits { get; }

    /// <summary>Whether lanes are told of spends that rest on what was double-spent: once every silo knows how.</summary>
    bool TellsStranded { get; }

    Task SubmitAsync(Func<Guid, TrackerCommand> command);

    /// <summary>Throws when the watcher did not take it: then the block is offered again at the next poll.</summary>
    Task TellAsync(Bytes32 transaction, Func<Guid, WatchedCommand> command);

    /// <summary>The block that a transaction's watcher was told it is in.</summary>
    Task<BlockRef?> StandingAsync(Bytes32 transaction);

    /// <summary>The final transaction that makes this one impossible, as its watcher was told; null where there is none.</summary>
    Task<Inclusion?> ConflictAsync(Bytes32 transaction);

    /// <summary>An operator must look.</summary>
    void Raise(string code, string subject, string detail);

    /// <summary>An operator must look, and these accounts are told. Throws when one did not hear of it: then it is told again, and counts once.</summary>
    Task RaiseAsync(AccountIncident incident, ImmutableArray<AccountId> accounts, string detail);

    /// <summary>Whose leg a watched transaction is, and whom it pays; none while its watcher knows nothing.</summary>
    Task<ImmutableArray<AccountId>> AccountsOfAsync(Bytes32 transaction);
}

/// <summary>
/// Follows one chain by parent hashes and tells watchers what a block means: included, removed, final, conflicted. Watchers are guarded by their own
/// state, so telling them twice is harmless; the window moves on only when all were told. Rebuilt from the durable final block after a restart.
/// </summary>
internal sealed partial class ChainFollower(IBlockSource source, ITransactionSearch search, ChainProfile profile, BlockRef from, IFollowerHost host)
{
    /// <summary>Blocks followed in one poll while catching up.</summary>
    private const int MaxPerPoll = 64;

    /// <summary>
    /// Blocks kept above the final one, as their watchers have yet to hear that they are final: seven hours of Ethereum. Beyond it finality has stalled
    /// and money waits.
    /// </summary>
    private const int MaxUnfinal = 2_048;

    /// <summary>Polls without a new head after which the other nodes are asked for theirs.</summary>
    private const int MaxStill = 8;

    private readonly Dictionary<Bytes32, IReadOnlyList<MinedTransaction>> _blocks = [];
    private readonly Silence _silence = new(profile);

    private bool _stalled;
    private int _still;
    private ChainWindow _window = ChainWindow.From(from);

    public BlockRef Head => _window.Head.Block;

    /// <summary>Whether a block is among those that are followed.</summary>
    public bool Has(BlockRef block) => _window.Contains(block.Hash);

    /// <summary>One step towards the nodes' head, then finality. False says that there is more to do at once.</summary>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        var before = Head;
        var caughtUp = await FollowAsync(cancellationToken);
        if (_silence.Takes(caughtUp is not null || Head != before) is { } polls)
            host.Raise(IncidentCodes.ChainSilent, $"{profile.Chain}", $"{polls} polls in a row gave no proven block after {Head}; {source.Witnesses}");
        await LookUpAsync(cancellationToken);
        if (caughtUp == true && host.State is { Final: { } final, StopReason: null }) await source.WeighAsync(_window, final, cancellationToken);
        return caughtUp ?? true;
    }

    /// <summary>
    /// A newly watched transaction or address may already be in a block that was scanned, and that is even final. Only what means something to the new ones is
    /// told: the others were told when it was scanned.
    /// </summary>
    public async Task RescanAsync(IReadOnlySet<Bytes32> transactions, IReadOnlySet<Address> addresses)
    {
        foreach (var link in _window.Links)
        {
            if (!_blocks.TryGetValue(link.Block.Hash, out var all)) continue;
            var concerned = all.Where(transaction => Concerns(transaction, transactions, addresses)).ToArray();
            if (concerned.Length == 0) continue;
            await AnnounceAsync(concerned);
            if (link.Block.Number <= host.State.Final?.Number) await TellFinalAsync(link.Block, concerned);
        }
    }

    private bool Concerns(MinedTransaction transaction, IReadOnlySet<Bytes32> transactions, IReadOnlySet<Address> addresses)
    {
        if (transactions.Contains(transaction.Inclusion.TxHash) || transaction.Movements.Any(movement => addresses.Contains(movement.To))) return true;
        ImmutableArray<Bytes32> rivals = [.. host.State.Index.RivalsOf(transaction)];
        return rivals.Any(transactions.Contains) || host.State.Index.RestingOn(rivals, host.State.Transactions).Any(resting => transactions.Contains(resting.Watched));
    }

    /// <summary>Whether the nodes' head is reached; null when they gave none, or none that could be proved.</summary>
    private async Task<bool?> FollowAsync(CancellationToken cancellationToken)
    {
        if (await NewestAsync(cancellationToken) is not { } head) return null;
        bool? reached = IsFinalityStalled() || _window.Contains(head.Hash) ? true
            : head.Number > Head.Number + MaxPerPoll ? await CatchUpAsync(cancellationToken) ? false : null
            : await source.ByHashAsync(head.Hash, cancellationToken) is { } block && await ConnectAsync(block, cancellationToken) ? true : null;
        await FinalizeAsync(cancellationToken);
        return reached;
    }

    /// <summary>
    /// The head of the healthiest node. Where it has not moved for some polls, the head of any node that is ahead, a different one at each poll: who is
    /// ahead alone cannot be proved, and must not hold the others back.
    /// </summary>
    private async Task<BlockRef?> NewestAsync(CancellationToken cancellationToken)
    {
        if (await source.HeadAsync(cancellationToken) is not { } head) return null;
        _still = _window.Contains(head.Hash) ? _still + 1 : 0;
        if (_still < MaxStill) return head;
        var ahead = (await source.HeadsAsync(cancellationToken)).Where(other => other.Number > Head.Number && !_window.Contains(other.Hash)).Distinct().ToArray();
        return ahead.Length == 0 ? head : ahead[_still % ahead.Length];
    }

    private bool IsFinalityStalled()
    {
        var (was, final) = (_stalled, host.State.Final);
        _stalled = Head.Number >= final?.Number + MaxUnfinal;
        if (_stalled && !was) host.Raise(IncidentCodes.FinalityStalled, $"{profile.Chain}", $"none of {MaxUnfinal} blocks after {final} is final");
        return _stalled;
    }

    /// <summary>The next blocks by number; false when the nodes did not give one, so that the poll ends and is tried again later.</summary>
    private async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        var first = Head.Number + 1;
        for (var number = first; number < first + MaxPerPoll; number++)
            if (await source.ByNumberAsync(number, cancellationToken) is not { } next || !await ConnectAsync(next, cancellationToken)) return false;
        return true;
    }

    private async Task<bool> StopAsync(string reason)
    {
        await host.SubmitAsync(id => new TrackerCommand.RecordStop(id, reason));
        return false;
    }

    private async Task AdoptAsync(ChainWindow window, ProvenBlock block)
    {
        await AnnounceAsync(block.Transactions);
        await RaiseRivalsAsync(block.Transactions);
        _blocks[block.Link.Block.Hash] = block.Transactions;
        _window = window;
        Prune();
    }

    private async Task RemoveAsync(HeadChange.Reorged reorged)
    {
        foreach (var gone in reorged.Removed)
        {
            var transactions = _blocks.GetValueOrDefault(gone.Block.Hash, []);
            var lost = transactions.Where(IsWatched).Select(transaction => transaction.Inclusion.TxHash);

            // Those that had lost their nonce to this block, or what they rest on, have it again.
            var scan = Scan(transactions);
            var again = scan.Conflicts.Select(static conflict => conflict.Watched).Concat(scan.Stranded.Select(static stranded => stranded.Watched));
            foreach (var hash in lost.Concat(again).Distinct())
                await host.TellAsync(hash, id => new WatchedCommand.RecordRemoved(id, gone.Block));
            await RememberAsync(transactions);
        }

        await host.SubmitAsync(id => new TrackerCommand.RecordReorg(id, Head, reorged.ForkPoint, reorged.Removed.Length));
        foreach (var gone in reorged.Removed) _blocks.Remove(gone.Block.Hash);
        _window = reorged.Window with { Links = reorged.Window.Links.RemoveAt(reorged.Window.Links.Count - 1) };
    }

    private async Task AnnounceAsync(IReadOnlyList<MinedTransaction> transactions)
    {
        var scan = Scan(transactions);
        foreach (var (hash, deposits) in scan.Deposits)
        {
            var paying = transactions.First(t => t.Inclusion.TxHash == hash);
            var incoming = new WatchSubject.Incoming(deposits) { Sources = host.ScreensDeposits ? paying.SourcesOf(deposits) : null };
            await host.TellAsync(hash, id => new WatchedCommand.Watch(id, profile.Chain, hash, incoming));
            await host.TellAsync(hash, id => new WatchedCommand.RecordIncluded(id, paying.Inclusion));
        }

        foreach (var inclusion in scan.Included) await host.TellAsync(inclusion.TxHash, id => new WatchedCommand.RecordIncluded(id, inclusion));
    }

    /// <summary>Tells everything that has become final, oldest first, and only then moves the checkpoint: a crash between repeats the telling.</summary>
    private async Task FinalizeAsync(CancellationToken cancellationToken)
    {
        var final = profile.Finality switch
        {
            FinalityRule.Depth depth => _window.AtDepth(depth.Confirmations),
            FinalityRule.FinalizedTag => await TaggedAsync(cancellationToken),
            _ => throw new UnreachableException(),
        };
        await MatureAsync();
        if (final is not { } block || host.State.Final is not { } before || !_window.Contains(block.Hash) || block.Number <= before.Number) return;
        var newlyFinal = _window.Links.Where(l => l.Block.Number > before.Number && l.Block.Number <= block.Number).ToArray();
        foreach (var link in newlyFinal) await TellAgainAsync(link.Block, _blocks.GetValueOrDefault(link.Block.Hash, []), block);
        await host.SubmitAsync(id => new TrackerCommand.RecordFinalized(id, block));
        foreach (var link in newlyFinal) await source.JudgeAsync(link.Block, cancellationToken);
    }

    /// <summary>While it catches up the tag is above the window: then its head is final, if the nodes have it at its height.</summary>
    private async Task<BlockRef?> TaggedAsync(CancellationToken cancellationToken)
    {
        if (await source.FinalizedAsync(cancellationToken) is not { } tag) return null;
        if (tag.Number <= Head.Number) return tag;
        return await source.AtAsync(Head.Number, cancellationToken) == Head ? Head : null;
    }

    private async Task TellFinalAsync(BlockRef block, IReadOnlyList<MinedTransaction> transactions)
    {
        foreach (var transaction in transactions.Where(IsWatched)) await FinalAsync(transaction.Inclusion.TxHash, block);
        var scan = Scan(transactions);
        foreach (var (watched, by) in scan.Conflicts) await host.TellAsync(watched, id => new WatchedCommand.RecordConflict(id, by));
        foreach (var (watched, by, lost) in scan.Stranded) await TellStrandedAsync(watched, by, lost);
    }

    /// <summary>Tells that a transaction is final, or keeps it until it is as deep as its watcher asked for.</summary>
    private async Task FinalAsync(Bytes32 transaction, BlockRef block)
    {
        var wanted = host.State.Transactions.GetValueOrDefault(transaction)?.Finality?.Confirmations ?? 0;
        if (Depth(block) >= wanted) await host.TellAsync(transaction, id => new WatchedCommand.RecordFinal(id, block));
        else await host.SubmitAsync(id => new TrackerCommand.RecordDeferred(id, transaction, block));
    }

    /// <summary>The deferred are on the chain: their block was final, and a reorg below it takes them off the list.</summary>
    private async Task MatureAsync()
    {
        // What waits for depth alone: a block's cost does not grow with what is watched.
        foreach (var transaction in host.State.Deferred)
        {
            if (!host.State.Transactions.TryGetValue(transaction, out var watched) || watched.Deferred is not { } block || Depth(block) < watched.Finality!.Confirmations) continue;
            await host.TellAsync(transaction, id => new WatchedCommand.RecordFinal(id, block));
            await host.SubmitAsync(id => new TrackerCommand.RecordMatured(id, transaction));
        }
    }

    private long Depth(BlockRef block) => (long)Head.Number - (long)block.Number + 1;

    private ScanResult Scan(IReadOnlyList<MinedTransaction> transactions) =>
        BlockScan.Of(transactions, host.State.Transactions, host.State.Index, host.State.Addresses);

    private bool IsWatched(MinedTransaction transaction) =>
        host.State.Transactions.ContainsKey(transaction.Inclusion.TxHash) || Scan([transaction]).Deposits.Count > 0;

    // What is not final yet stays, however old: its watchers have to hear of it.
    private void Prune()
    {
        while (_window.Links.Count > profile.HistoryDepth && _window.Root.Number < host.State.Final?.Number)
        {
            _blocks.Remove(_window.Root.Hash);
            _window = _window with { Links = _window.Links.RemoveAt(0) };
        }
    }
}
