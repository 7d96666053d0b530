using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Tracking;

/// <summary>
/// A follower with the real machines of tracker and watchers around it, over nodes of different organisations that know one chain. It begins as after a
/// restart: from a final block.
/// </summary>
internal sealed class FollowedChain : FollowerMachines
{
    public const int Confirmations = 3;
    /// <summary>How far a node may be behind here.</summary>
    public static readonly LagRule Lag = new(4, 8);

    private const ulong Gwei = 1_000_000_000;

    private readonly ChainProfile _profile;
    private ChainFollower? _follower;
    private ModelBlock _head;

    public FollowedChain(ProofLevel proof = ProofLevel.Agreed, FinalityRule? finality = null, int nodes = 3, int historyDepth = 16)
        : base(People.Chain)
    {
        _profile = new(People.Chain, 1, proof, finality ?? new FinalityRule.Depth(Confirmations), historyDepth, Span.Seconds(4));
        var start = ModelMachine.Genesis;
        _head = new(start, start.Header with { ParentHash = start.Ref.Hash, Number = start.Number + 1 }, [], [], start.State.Give(Payer, People.Ether * 100));
        Nodes = [.. Enumerable.Range(0, nodes).Select(_ => new BookNode(_head, Confirmations))];
        Pool = new(People.Chain.EvmNumber, Nodes.Select((node, i) => new EthereumNode($"node-{i}", $"organisation-{i}", People.Chain.EvmNumber, node)), TimeProvider.System);
    }

    public static Address Payer { get; } = Anvil.AddressOf(0);

    public IReadOnlyList<BookNode> Nodes { get; }

    public NodePool Pool { get; }

    public ModelBlock Tip => _head;

    /// <summary>A payment of the payer; versions of one nonce differ by <paramref name="tip"/> or <paramref name="to"/>.</summary>
    public static ModelTransaction Payment(ulong nonce, ulong tip = 1, Address? to = null)
    {
        using var key = Anvil.Key(0);
        var body = new EthereumTransaction.DynamicFee(
            People.Chain.EvmNumber, nonce, tip * Gwei, 100 * Gwei, 21_000, to ?? People.AddressOf("shop"), People.Ether, HexBytes.Empty, []);
        return ModelTransaction.Read(body.Sign(key).Encode())!;
    }

    /// <summary>The next block of a chain.</summary>
    public static ModelBlock On(ModelBlock parent, ulong salt, params ModelTransaction[] transactions) =>
        ModelMachine.Build(parent, transactions, parent.Header.Timestamp + 12, 10 * Gwei, salt, static _ => false);

    /// <summary>A block with these transactions; all nodes have it.</summary>
    public ModelBlock Mine(params ModelTransaction[] transactions)
    {
        _head = On(_head, 0, transactions);
        foreach (var node in Nodes) node.Head = _head;
        return _head;
    }

    public void MineEmpty(int blocks)
    {
        for (var i = 0; i < blocks; i++) Mine();
    }

    /// <summary>Starts to follow from here, which is final.</summary>
    public void Start()
    {
        Decide(new TrackerCommand.Start(Guid.NewGuid(), _profile, _head.Ref));
        var chain = new ServedChain(_profile, Pool) { Lag = Lag };
        var source = new BlockSource(chain);
        _follower = new(source, new TransactionSearch(chain, source), _profile, _head.Ref, this);
    }

    public void Watch(ModelTransaction transaction, FinalityRule.Depth? finality = null) =>
        Decide(new TrackerCommand.WatchTransaction(Guid.NewGuid(), transaction.Hash, transaction.From, transaction.Body.Nonce, finality));

    public async Task PollAsync()
    {
        while (!await _follower!.PollAsync(CancellationToken.None))
        {
            // There is more to do at once.
        }
    }

    /// <summary>Asks for a watched transaction again, as its lane does, and polls.</summary>
    public async Task AskAsync(ModelTransaction transaction)
    {
        _follower!.LookUp(transaction.Hash);
        await PollAsync();
    }

    /// <summary>Looks at the blocks that are known for what is watched only now.</summary>
    public Task RescanAsync(ModelTransaction transaction) => _follower!.RescanAsync(new HashSet<Bytes32> { transaction.Hash }, new HashSet<Address>());

    public WatchedStage StageOf(ModelTransaction transaction) => Watcher(transaction.Hash).Stage;
}
