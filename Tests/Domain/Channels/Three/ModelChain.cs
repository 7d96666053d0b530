using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>A call that somebody sent.</summary>
/// <param name="Name">Who sent it, and what for.</param>
/// <param name="Run">What it makes of the contract at a block's second.</param>
/// <param name="LastSecond">From then on it is mined no more: its sender has put another in its place.</param>
/// <param name="Returns">After a reorg it is sent again; otherwise it is lost by it.</param>
internal sealed record ModelTransaction(string Name, Func<ModelContract, ulong, ModelContract> Run, ulong LastSecond, bool Returns);

/// <summary>A block: the contract after it, and which calls it holds.</summary>
internal sealed record ModelBlock(ulong Number, ulong Second, ModelContract Contract, ImmutableDictionary<string, bool> Ran);

/// <summary>A chain: a pool, blocks, and reorgs that go back less deep than what is final.</summary>
internal sealed class ModelChain
{
    /// <summary>Blocks on top of one that is final.</summary>
    internal const int Depth = 4;

    /// <summary>Blocks that a call waits at most.</summary>
    private const int MostWait = 3;

    private readonly List<ModelBlock> _blocks;
    private readonly List<(ModelTransaction Transaction, int Wait)> _pool = [];
    private readonly Dictionary<string, ModelTransaction> _mined = [];
    private ImmutableDictionary<string, bool> _finalRuns = ImmutableDictionary<string, bool>.Empty;
    private int _sinceReorg;

    internal ModelChain(ulong second)
    {
        var first = new ModelBlock(1, second, ModelContract.Empty, ImmutableDictionary<string, bool>.Empty);
        _blocks = [.. Enumerable.Repeat(first, Depth + 1)];
    }

    /// <summary>The clock outside: never before a block's.</summary>
    internal ulong Second { get; private set; }

    internal ModelBlock Latest => _blocks[^1];

    internal ModelBlock Final => _blocks[^(Depth + 1)];

    internal int Reorgs { get; private set; }

    /// <summary>Called with each block that becomes final, and the one before it.</summary>
    internal Action<ModelBlock, ModelBlock> Finalised { get; set; } = static (_, _) => { };

    internal void Send(ModelTransaction transaction, int wait) => _pool.Add((transaction, wait % (MostWait + 1)));

    /// <summary>Whether a call is in a final block, and did not revert; null: it is in none.</summary>
    internal bool? RanFinally(string name) => _finalRuns.TryGetValue(name, out var ran) ? ran : null;

    /// <summary>Whether a call may still be mined, or may come to be final.</summary>
    internal bool IsPending(string name) => _pool.Any(entry => entry.Transaction.Name == name) || _blocks.Skip(_blocks.Count - Depth).Any(block => block.Ran.ContainsKey(name));

    internal void Mine(ulong seconds)
    {
        Second = Math.Max(Second, Latest.Second) + seconds;
        var (contract, ran) = (Latest.Contract, ImmutableDictionary<string, bool>.Empty);
        for (var i = 0; i < _pool.Count; i++)
        {
            var (transaction, wait) = _pool[i];
            if (wait > 0)
            {
                _pool[i] = (transaction, wait - 1);
                continue;
            }

            _pool.RemoveAt(i--);
            if (Second > transaction.LastSecond) continue;
            var (next, isDone) = Run(transaction, contract);
            contract = next;
            ran = ran.SetItem(transaction.Name, isDone);
            _mined[transaction.Name] = transaction;
        }

        var before = Final;
        _blocks.Add(new(Latest.Number + 1, Second, contract, ran));
        _blocks.RemoveAt(0);
        _sinceReorg++;
        foreach (var (name, isDone) in Final.Ran)
        {
            _finalRuns = _finalRuns.SetItem(name, isDone);
            _mined.Remove(name);
        }

        Finalised(before, Final);
    }

    /// <summary>Some of the newest blocks, none of them final, were never there. What they held comes back later, or does not.</summary>
    internal bool Reorg(int depth, int pick)
    {
        if (_sinceReorg < 2 * Depth) return false;
        depth = 1 + (depth % Depth);
        var gone = _blocks.GetRange(_blocks.Count - depth, depth);
        _blocks.RemoveRange(_blocks.Count - depth, depth);
        foreach (var name in gone.SelectMany(static block => block.Ran.Keys))
        {
            var transaction = _mined[name];
            _mined.Remove(name);
            if (transaction.Returns || pick % 2 == 0) Send(transaction, pick);
        }

        Reorgs++;
        _sinceReorg = 0;
        // The other branch is longer: none of its blocks is older than the clock allows, and each holds what it may.
        while (_blocks.Count < Depth + 1) Refill();
        return true;
    }

    /// <summary>A block of the other branch, at a second between the one before it and the clock.</summary>
    private void Refill() => _blocks.Add(new(Latest.Number + 1, Latest.Second + Math.Min(1, Second - Latest.Second), Latest.Contract, ImmutableDictionary<string, bool>.Empty));

    private (ModelContract Contract, bool IsDone) Run(ModelTransaction transaction, ModelContract contract)
    {
        try
        {
            var next = transaction.Run(contract, Second);
            if (!next.IsConserved) throw new InvalidOperationException($"{transaction.Name}: the contract does not conserve");
            return (next, true);
        }
        catch (RevertException)
        {
            return (contract, false);
        }
    }
}
