using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>
/// The shell of the ChainTracker machine, and the one poll loop per chain. Heads live in memory (<see cref="ChainFollower"/>); only decisions are events.
/// </summary>
[Reentrant]
public sealed class ChainTrackerGrain(ShellServices services, ChainSet chains)
    : MachineGrain<TrackerDecider, TrackerState, TrackerCommand, TrackerEvent>(services, _codec), IChainTrackerGrain, IFollowerHost
{
    private static readonly MachineCodec<TrackerState, TrackerCommand, TrackerEvent> _codec =
        new(TrackerJson.Default.TrackerCommand, TrackerJson.Default.TrackerEvent, null);

    /// <summary>Hints that led to nothing and are followed all the same until the next poll: a node that tells of heads which nobody has costs no more.</summary>
    private const int MaxIdleHints = 4;

    private readonly TimeProvider _time = services.Time;
    private readonly CancellationTokenSource _listening = new();
    private ChainFollower? _follower;
    private PoolWatch? _pool;
    private IGrainTimer? _poll;
    private bool _polling;
    private bool _hinted;
    private int _idleHints;
    private HashSet<Bytes32> _newTransactions = [];
    private HashSet<Address> _newAddresses = [];

    TrackerState IFollowerHost.State => State;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        StartPolling();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _listening.CancelAsync();
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    public new async Task<CommandReply> Submit(TrackerCommand command)
    {
        var watched = command switch
        {
            TrackerCommand.WatchTransaction watch => watch.TxHash,
            TrackerCommand.WatchSpends watch => watch.TxHash,
            _ => default(Bytes32?),
        };
        var known = watched is { } hash && State.Transactions.ContainsKey(hash);
        var reply = await base.Submit(command);
        if (reply is not CommandReply.Accepted) return reply;
        if (command is TrackerCommand.Start or TrackerCommand.Resume) StartPolling();
        if (watched is { } added) _newTransactions.Add(added);
        if (command is TrackerCommand.WatchAddress { Address: var address }) _newAddresses.Add(address);
        if (watched is { } asked && (known || command is TrackerCommand.WatchTransaction { From: null })) _follower?.LookUp(asked);
        return reply;
    }

    public Task<ChainView> Read() => Task.FromResult(new ChainView(
        ChainId.Parse(this.GetPrimaryKeyString()),
        _follower?.Head,
        State.Final,
        State.StopReason is not null,
        State.StopReason,
        State.Transactions.Count + State.Addresses.Count,
        State.Reorgs,
        State.DeepestReorg,
        State.OperatorStop));

    public Task<ImmutableArray<Name>> ReadNodes() => Task.FromResult<ImmutableArray<Name>>(
        [.. chains.NodesOf(ChainId.Parse(this.GetPrimaryKeyString()))?.Members.Select(static member => member.Node.Name) ?? []]);

    public Task<ImmutableArray<Name>> ReadRelays() => Task.FromResult<ImmutableArray<Name>>(
        [.. chains.NodesOf(ChainId.Parse(this.GetPrimaryKeyString()))?.Relays.Select(static relay => relay.Name) ?? []]);

    bool IFollowerHost.ScreensDeposits => Generation >= EventGenerations.Screening;

    bool IFollowerHost.TellsStranded => Generation >= EventGenerations.Stranded;

    async Task IFollowerHost.SubmitAsync(Func<Guid, TrackerCommand> command) => Demand(await base.Submit(command(NewId())));

    async Task IFollowerHost.TellAsync(Bytes32 transaction, Func<Guid, WatchedCommand> command)
    {
        var watcher = GrainFactory.GetGrain<IWatchedTransactionGrain>($"{this.GetPrimaryKeyString()}/{transaction}");
        Demand(await watcher.Submit(command(NewId())));
    }

    async Task<BlockRef?> IFollowerHost.StandingAsync(Bytes32 transaction) =>
        (await GrainFactory.GetGrain<IWatchedTransactionGrain>($"{this.GetPrimaryKeyString()}/{transaction}").Read())?.Inclusion?.Block;

    async Task<Inclusion?> IFollowerHost.ConflictAsync(Bytes32 transaction) =>
        (await GrainFactory.GetGrain<IWatchedTransactionGrain>($"{this.GetPrimaryKeyString()}/{transaction}").Read())?.Conflict;

    void IFollowerHost.Raise(string code, string subject, string detail) => Raise(code, subject, detail);

    async Task IFollowerHost.RaiseAsync(AccountIncident incident, ImmutableArray<AccountId> accounts, string detail)
    {
        Raise(incident.Code.ToString(), $"{incident.Chain}/{incident.Transaction}", detail);
        await TellIncidentAsync(accounts, incident, "");
    }

    async Task<ImmutableArray<AccountId>> IFollowerHost.AccountsOfAsync(Bytes32 transaction) =>
        (await GrainFactory.GetGrain<IWatchedTransactionGrain>($"{this.GetPrimaryKeyString()}/{transaction}").Read())?.Accounts ?? [];

    protected override (string Code, string Detail)? Alarm(TrackerState state) =>
        state.StopReason is { } reason ? (IncidentCodes.ChainStopped, reason) : null;

    protected override (ImmutableArray<AccountId> Accounts, AccountIncident Incident)? Concerns(TrackerState state) => (
        [.. state.Addresses.Values.Distinct()], new(IncidentCodes.ChainStopped, ChainId.Parse(this.GetPrimaryKeyString())) { Block = state.Final?.Hash });

    private void StartPolling()
    {
        if (State is not { Profile: { } profile, Final: { } final, StopReason: null } || Follow(profile, final) is not { } follower) return;
        _follower = follower;
        if (_poll is null) Listen(profile.Chain);
        _poll ??= this.RegisterGrainTimer(
            PollInTimeAsync,
            new GrainTimerCreationOptions
            {
                DueTime = TimeSpan.Zero,
                Period = TimeSpan.FromMilliseconds(profile.PollEvery.Ms),
                Interleave = true,
                KeepAlive = true,
            });
    }

    private ChainFollower? Follow(ChainProfile profile, BlockRef final)
    {
        if (chains.FindBitcoin(profile.Chain) is { } bitcoin)
        {
            var blocks = new BitcoinSource(bitcoin, final);
            _pool = new(new BitcoinPending(bitcoin, transaction => blocks.Mined(transaction, default)), profile.Chain, this);
            return new(blocks, blocks, profile, final, this);
        }

        if (chains.Find(profile.Chain) is not { } chain) return null;
        var source = new BlockSource(chain);
        _pool = new(new EthereumPending(chain), profile.Chain, this);
        return new(source, new TransactionSearch(chain, source), profile, final, this);
    }

    /// <summary>Nodes that tell of their heads; one that cannot be reached keeps nobody waiting.</summary>
    private void Listen(ChainId chain)
    {
        foreach (var (node, _) in chains.Find(chain)?.Nodes.Nodes ?? [])
            if (node.Heads is { } heads) _ = new HeadListener(node.Name, heads, _time, Log, HeardAsync).RunAsync(_listening.Token);
    }

    private Task PollInTimeAsync(CancellationToken cancellationToken)
    {
        _idleHints = 0;
        return PollAsync(cancellationToken);
    }

    /// <summary>A head that is not known yet is looked for at once, or after the poll that goes on.</summary>
    private async Task HeardAsync(BlockRef head)
    {
        if (_follower is not { } follower || follower.Has(head) || _idleHints >= MaxIdleHints) return;
        _hinted = true;
        if (!_polling) await PollAsync(_listening.Token);
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        if (_polling || _follower is null || State.StopReason is not null) return;
        _polling = true;
        try
        {
            // What it tells is not fenced by an append: one that others have overtaken would tell of blocks that are long gone.
            if (await IsOvertakenAsync()) return;
            await RescanAsync(_follower);
            do
            {
                _hinted = false;
                var before = _follower.Head;
                while (!await _follower.PollAsync(cancellationToken))
                    if (State.StopReason is not null) return;
                if (_pool is not null) await _pool.LookAsync(cancellationToken);
                _idleHints = _follower.Head == before ? _idleHints + 1 : 0;
            }
            while (_hinted && _idleHints < MaxIdleHints);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.LogWarning(e, "Poll of {Chain} failed; the next one goes on where this one stopped.", this.GetPrimaryKeyString());
        }
        finally
        {
            _polling = false;
        }
    }

    /// <summary>What is watched meanwhile waits for the next poll; what was not told is told then.</summary>
    private async Task RescanAsync(ChainFollower follower)
    {
        var (transactions, addresses) = (_newTransactions, _newAddresses);
        if (transactions.Count + addresses.Count == 0) return;
        (_newTransactions, _newAddresses) = ([], []);
        try
        {
            await follower.RescanAsync(transactions, addresses);
        }
        catch
        {
            _newTransactions.UnionWith(transactions);
            _newAddresses.UnionWith(addresses);
            throw;
        }
    }

    private static void Demand(CommandReply reply)
    {
        if (reply is CommandReply.Refused refused) throw new IOException(refused.Rejection.ToString());
    }
}
