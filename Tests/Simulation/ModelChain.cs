using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// An EVM chain in memory: real signed transactions, real hashes, tries and receipts; blocks when the simulation says so, and everything that chains do to
/// wallets: reorgs, transactions that are lost, held back or revert, and fees that jump.
/// </summary>
/// <param name="settledDepth">Blocks this far below the head are never reorganised: what the nodes call finalized.</param>
internal sealed class ModelChain(SimulatedTime time, Faults faults, Chance chance, int settledDepth)
{
    /// <summary>The deepest reorg of a chain without finality.</summary>
    public const int DeepestReorg = 64;

    /// <summary>How far the finalized tag is behind, on a chain that has one.</summary>
    public const int TagDepth = 12;

    private const int MaxPerBlock = 40;
    private const ulong Gwei = 1_000_000_000;
    private const int ReplacementPercent = 10;

    private readonly Dictionary<Bytes32, ModelBlock> _byHash = ModelMachine.Genesis.Ancestors().ToDictionary(block => block.Ref.Hash);
    private readonly List<(ModelTransaction Transaction, ulong NotBefore)> _pool = [];
    private readonly HashSet<Bytes32> _lost = [];
    private readonly HashSet<Bytes32> _forged = [];
    private ulong _highest;
    private readonly HashSet<Address> _foreign = [];
    private ModelBlock? _unwanted;
    private ModelBlock _endowed = ModelMachine.Genesis;
    private UInt256 _baseFee = 10 * Gwei;
    private ulong _salt;

    public ModelBlock Head { get; private set; } = ModelMachine.Genesis;

    /// <summary>What the nodes call finalized.</summary>
    public ModelBlock Finalized { get; private set; } = ModelMachine.Genesis.At(ModelMachine.Genesis.Number - (ulong)settledDepth)!;

    public int DeepestSeen { get; private set; }

    public int Pending => _pool.Count;

    public UInt256 BaseFee => _baseFee;

    /// <summary>All that ever came into the pool, oldest first.</summary>
    public List<ModelTransaction> EverPending { get; } = [];

    /// <summary>A payment that somebody signed and never sent.</summary>
    public ModelTransaction? Rumour { get; set; }

    /// <summary>Told of each transaction that comes to a node, before the node judges it.</summary>
    public Action<ModelTransaction>? Taken { get; init; }

    /// <summary>The contract of channels, which has a block with each of these.</summary>
    public required ModelManager Manager { get; init; }

    /// <summary>An address of a world outside: what it sends is never lost for good.</summary>
    public void Endow(Address foreign, UInt256 wei, UInt256 tokens)
    {
        _foreign.Add(foreign);
        var state = Head.State.Give(foreign, wei);
        state = state with { Tokens = state.Tokens.SetItem(foreign, tokens) };
        Adopt(new ModelBlock(Head, Head.Header with { ParentHash = Head.Ref.Hash, Number = Head.Number + 1 }, [], [], state));
        _endowed = Head;
    }

    public ModelBlock? Find(Bytes32 hash) => _byHash.GetValueOrDefault(hash);

    public bool HasPending(Bytes32 hash) => _pool.Any(entry => entry.Transaction.Hash == hash);

    /// <summary>What a node says to a broadcast: null for yes, else its words.</summary>
    public string? Take(ModelTransaction transaction)
    {
        Taken?.Invoke(transaction);
        var state = Head.State;
        if (HasPending(transaction.Hash)) return "already known";
        if (transaction.Body.Nonce < state.Nonce(transaction.From)) return "nonce too low";
        if (state.Balance(transaction.From) < transaction.WorstCost) return "insufficient funds for gas * price + value";
        if (transaction.Body.MaxFeePerGas + transaction.Body.MaxFeePerGas < _baseFee) return "transaction underpriced";
        var rival = _pool.FindIndex(entry => entry.Transaction.From == transaction.From && entry.Transaction.Body.Nonce == transaction.Body.Nonce);
        if (rival >= 0)
        {
            if (!Outbids(transaction, _pool[rival].Transaction)) return "replacement transaction underpriced";
            _pool.RemoveAt(rival);
        }

        // A node says yes and the network forgets: the same bytes have to come again.
        if (!_foreign.Contains(transaction.From) && _lost.Add(transaction.Hash) && faults.Hit(Fault.TransactionDropped)) return null;
        var heldBack = !_foreign.Contains(transaction.From) && faults.Hit(Fault.TransactionHeldBack) ? (ulong)chance.Between(2, 12) : 0;
        _pool.Add((transaction, Head.Number + heldBack));
        EverPending.Add(transaction);
        return null;
    }

    /// <summary>The next reorg, if this world has deep ones, goes below a block, as long as that can happen.</summary>
    public void TakeAway(Bytes32 block)
    {
        if (faults.Has(Fault.DeepReorg) && Find(block) is { } found && found.Number > Math.Max(Finalized.Number, _endowed.Number)) _unwanted = found;
    }

    /// <summary>The next block, or a reorg that ends in one.</summary>
    public void Advance()
    {
        DriftFee();
        if (Depth() is var depth and > 0) Reorganise(depth);
        Mine();
        Manager.Advance();
    }

    /// <summary>What a forger would make of the pool: a block that fits in itself and is no part of the chain.</summary>
    public ModelBlock Forge(ModelBlock on)
    {
        var block = Register(BlockOn(on, ~_salt++));
        _forged.Add(block.Ref.Hash);
        return block;
    }

    public bool IsForged(Bytes32 block) => _forged.Contains(block);

    /// <summary>Whether a block ever was as deep as finality asks, on whatever branch.</summary>
    public bool WasEverFinal(Grains.Interfaces.Chains.BlockRef block, Grains.Interfaces.Chains.FinalityRule rule) =>
        rule is Grains.Interfaces.Chains.FinalityRule.Depth depth ? block.Number + (ulong)depth.Confirmations <= _highest + 1 : block.Number <= Finalized.Number;

    private void Mine() => Adopt(BlockOn(Head, _salt++));

    private int Depth()
    {
        var most = (int)(Head.Number - Math.Max(Finalized.Number, _endowed.Number));
        var unwanted = _unwanted is { } block && Head.Contains(block) ? (int)(Head.Number - block.Number) + 1 : 0;
        _unwanted = null;
        if (unwanted > 0 && unwanted <= most && !faults.Healed)
        {
            faults.Note(Fault.DeepReorg);
            return unwanted;
        }

        if (most > 7 && faults.Hit(Fault.DeepReorg)) return chance.Between(7, most);
        return most > 0 && faults.Hit(Fault.Reorg) ? chance.Between(1, Math.Min(5, most)) : 0;
    }

    private void Reorganise(int depth)
    {
        DeepestSeen = Math.Max(DeepestSeen, depth);
        var fork = Head.At(Head.Number - (ulong)depth)!;
        var orphans = new List<ModelTransaction>();
        for (var block = Head; block != fork; block = block.Parent!) orphans.InsertRange(0, block.Transactions);
        Head = fork;
        foreach (var orphan in orphans)
        {
            // Nodes need not take back what a reorg threw out, except that a payer outside sends again.
            if (!_foreign.Contains(orphan.From) && chance.Below(3) == 0) continue;
            if (!HasPending(orphan.Hash)) _pool.Add((orphan, fork.Number + (ulong)chance.Below(depth + 3)));
        }

        for (var i = 0; i < depth; i++) Adopt(BlockOn(Head, _salt++));
    }

    private ModelBlock BlockOn(ModelBlock parent, ulong salt)
    {
        var chosen = new List<ModelTransaction>();
        var nonces = new Dictionary<Address, ulong>();
        var spent = new Dictionary<Address, UInt256>();
        for (var again = true; again && chosen.Count < MaxPerBlock;)
        {
            again = false;
            foreach (var (transaction, notBefore) in _pool)
            {
                var nonce = nonces.TryGetValue(transaction.From, out var next) ? next : parent.State.Nonce(transaction.From);
                var cost = spent.GetValueOrDefault(transaction.From) + transaction.WorstCost;
                if (notBefore > parent.Number || transaction.Body.Nonce != nonce || transaction.Body.MaxFeePerGas < _baseFee
                    || cost > parent.State.Balance(transaction.From)) continue;
                chosen.Add(transaction);
                nonces[transaction.From] = nonce + 1;
                spent[transaction.From] = cost;
                again = true;
            }
        }

        var timestamp = Math.Max(parent.Header.Timestamp + 1, (ulong)time.GetUtcNow().ToUnixTimeSeconds());
        return ModelMachine.Build(
            parent, chosen, timestamp, _baseFee, salt, transaction => !_foreign.Contains(transaction.From) && faults.Hit(Fault.TransactionReverts));
    }

    private void Adopt(ModelBlock block)
    {
        Head = Register(block);
        _highest = Math.Max(_highest, block.Number);
        _pool.RemoveAll(entry => entry.Transaction.Body.Nonce < block.State.Nonce(entry.Transaction.From));
        if (block.Number - Finalized.Number > (ulong)settledDepth) Finalized = block.At(block.Number - (ulong)settledDepth)!;
    }

    private ModelBlock Register(ModelBlock block)
    {
        _byHash[block.Ref.Hash] = block;
        return block;
    }

    private void DriftFee()
    {
        if (faults.Hit(Fault.FeeSpike)) _baseFee *= (ulong)chance.Between(3, 8);
        // EIP-1559 moves the base fee by at most an eighth per block.
        else if (_baseFee > 15 * Gwei) _baseFee -= new UInt256(0, 0, 0, (ulong)((System.Numerics.BigInteger)_baseFee / 8));
        else _baseFee = (ulong)chance.Between(8, 12) * Gwei;
        if (_baseFee > 400 * Gwei) _baseFee = 400 * Gwei;
    }

    private static bool Outbids(ModelTransaction transaction, ModelTransaction rival) =>
        transaction.Body.MaxFeePerGas * 100 >= rival.Body.MaxFeePerGas * (100 + ReplacementPercent)
        && transaction.Body.MaxPriorityFeePerGas * 100 >= rival.Body.MaxPriorityFeePerGas * (100 + ReplacementPercent);
}
