using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Tracking;

/// <summary>A follower of a regtest chain over real nodes, with the real machines around it; it begins at a node's head, as after a start.</summary>
internal sealed class FollowedBitcoin : FollowerMachines
{
    public const int Confirmations = 3;

    private readonly ChainProfile _profile;
    private ChainFollower? _follower;

    private FollowedBitcoin(IEnumerable<BitcoinNode> nodes, int historyDepth)
        : base(BitcoinChain.Regtest.Id)
    {
        _profile = new(Chain, 1, ProofLevel.Work, new FinalityRule.Depth(Confirmations), historyDepth, Span.Seconds(10));
        Pool = new(BitcoinChain.Regtest, nodes, TimeProvider.System);
    }

    public BitcoinPool Pool { get; }

    public BlockRef Head => _follower!.Head;

    public static async Task<FollowedBitcoin> StartAsync(IReadOnlyList<BitcoinNode> nodes, int historyDepth = 16, BlockRef? from = null)
    {
        var followed = new FollowedBitcoin(nodes, historyDepth);
        if (from is { } known) return followed.Begin(known);
        var head = (await nodes[0].BestBlockHashAsync(CancellationToken.None)).Value;
        var height = 0;
        while ((await nodes[0].BlockHashAsync(height, CancellationToken.None)).Value != head) height++;
        return followed.Begin(new((ulong)height, head.Shown));
    }

    private FollowedBitcoin Begin(BlockRef from)
    {
        Decide(new TrackerCommand.Start(Guid.NewGuid(), _profile, from));
        Restart();
        return this;
    }

    /// <summary>Begins again from what was final, as a new activation does.</summary>
    public void Restart()
    {
        var final = State.Final!.Value;
        var source = new BitcoinSource(new(_profile, Pool, TimeProvider.System) { Lag = new LagRule(2, 3) }, final);
        _follower = new(source, source, _profile, final, this);
    }

    public void WatchAddress(Script script, AccountId account) => Decide(new TrackerCommand.WatchAddress(Guid.NewGuid(), AddressOf(script), account));

    public void Watch(BitcoinTransaction transaction, AccountId owner) => Decide(new TrackerCommand.WatchSpends(
        Guid.NewGuid(), transaction.Txid().Shown, owner,
        [.. transaction.Inputs.Select(static input => new SpentOutput(input.Previous.Txid.Shown, input.Previous.Index))]));

    public async Task PollAsync()
    {
        await _follower!.RescanAsync(State.Transactions.Keys.ToHashSet(), State.Addresses.Keys.ToHashSet());
        while (!await _follower!.PollAsync(CancellationToken.None))
        {
            // There is more to do at once.
        }
    }

    /// <summary>Looks for a transaction that it was not told of.</summary>
    public async Task AskAsync(BitcoinTransaction transaction)
    {
        Decide(new TrackerCommand.WatchTransaction(Guid.NewGuid(), transaction.Txid().Shown, null, null));
        _follower!.LookUp(transaction.Txid().Shown);
        await PollAsync();
    }

    public WatchedStage StageOf(BitcoinTransaction transaction) => Watcher(transaction.Txid().Shown).Stage;

    /// <summary>What the accounts would now be told of a transaction's payments.</summary>
    public IReadOnlyList<AccountCommand> OwedFor(BitcoinTransaction transaction) =>
        [.. WatchedDecider.Owed(Watcher(transaction.Txid().Shown)).Values.OfType<Effect.TellHolder>().Select(static effect => effect.Command)];

    /// <summary>What the lanes of their addresses would be told before.</summary>
    public IReadOnlyList<LaneCommand> CoinsOwedFor(BitcoinTransaction transaction) =>
        [.. WatchedDecider.Owed(Watcher(transaction.Txid().Shown)).Values.OfType<Effect.TellHolder>().Select(static effect => effect.Coin)];

    /// <summary>The accounts took what they were told.</summary>
    public async Task AcknowledgeAsync(BitcoinTransaction transaction)
    {
        foreach (var intent in WatchedDecider.Owed(Watcher(transaction.Txid().Shown)).Where(static owed => owed.Value is Effect.TellHolder).Select(static owed => owed.Key))
            await TellAsync(transaction.Txid().Shown, id => new WatchedCommand.Acknowledge(id, intent, new TPWallet.Grains.Interfaces.CommandReply.Accepted(0, [])));
    }

    public static Address AddressOf(Script script) => Address.From(OutputScript.ProgramOf(script)!.Value.Program.Span);
}
