using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>
/// A chain of the Bitcoin family with the rules that matter to a channel: an output is spent once, its script is met, lock times and relative locks have come, and no
/// money appears. Fees may be zero. Blocks can be taken back.
/// </summary>
internal sealed class ToyChain
{
    private readonly Dictionary<BitcoinHash, BitcoinTransaction> _known = [];
    private readonly Dictionary<BitcoinHash, uint?> _heights = [];
    private readonly Dictionary<OutPoint, BitcoinHash> _spenders = [];

    internal uint Height { get; private set; } = 1_000;

    internal IEnumerable<BitcoinTransaction> Transactions => _heights.Keys.Select(txid => _known[txid]);

    /// <summary>A transaction from nowhere, as what is funded with.</summary>
    internal void Give(BitcoinTransaction transaction)
    {
        _known[transaction.Txid()] = transaction;
        _heights[transaction.Txid()] = null;
    }

    internal SeenTransaction? Find(BitcoinHash txid) => _heights.TryGetValue(txid, out var height) ? new(_known[txid], height) : null;

    internal SeenTransaction? SpenderOf(OutPoint output) => _spenders.TryGetValue(output, out var txid) ? Find(txid) : null;

    /// <summary>Why a transaction is not taken, or null: it is, or it is there. What spends the same without being in a block gives way.</summary>
    internal string? Send(BitcoinTransaction transaction)
    {
        var txid = transaction.Txid();
        if (_heights.ContainsKey(txid)) return null;
        if (transaction.Inputs.Any(input => Find(input.Previous.Txid) is not { } made || input.Previous.Index >= made.Transaction.Outputs.Count)) return "no such output";
        if (transaction.Inputs.Any(input => SpenderOf(input.Previous) is { Height: not null })) return "spent";
        if (Early(transaction) is { } early) return early;
        Items<BitcoinOutput> spent = [.. transaction.Inputs.Select(input => Find(input.Previous.Txid)!.Transaction.Outputs[(int)input.Previous.Index])];
        if (spent.Sum(static output => output.ValueSat) < transaction.Outputs.Sum(static output => output.ValueSat)) return "money from nowhere";
        var context = new SighashContext(transaction, spent);
        for (var index = 0; index < transaction.Inputs.Count; index++)
            if (ScriptVerifier.Verify(context, index) is { } refusal) return refusal.ToString();
        foreach (var input in transaction.Inputs)
            if (_spenders.TryGetValue(input.Previous, out var other)) Forget(other);
        Give(transaction);
        foreach (var input in transaction.Inputs) _spenders[input.Previous] = txid;
        return null;
    }

    /// <summary>A block of all that waits.</summary>
    internal void Mine(int blocks = 1)
    {
        for (; blocks > 0; blocks--)
        {
            Height++;
            foreach (var txid in _heights.Keys.Where(txid => _heights[txid] is null).ToArray()) _heights[txid] = Height;
        }
    }

    /// <summary>Takes the newest blocks back; what was in them is forgotten, but for the funding.</summary>
    internal void Reorganise(uint blocks, BitcoinHash funding)
    {
        Height -= blocks;
        foreach (var txid in _heights.Keys.Where(txid => txid != funding && (_heights[txid] is null || _heights[txid] > Height)).ToArray()) Forget(txid);
        if (_heights[funding] > Height) _heights[funding] = null;
    }

    private void Forget(BitcoinHash txid)
    {
        if (!_heights.Remove(txid)) return;
        foreach (var input in _known[txid].Inputs) _spenders.Remove(input.Previous);
        foreach (var child in _spenders.Where(pair => pair.Key.Txid == txid).Select(static pair => pair.Value).ToArray()) Forget(child);
    }

    private string? Early(BitcoinTransaction transaction)
    {
        if (transaction.LockTime < BitcoinTransaction.LockTimeThreshold && transaction.LockTime > Height) return "non-final";
        foreach (var input in transaction.Inputs)
        {
            const uint disabled = 1u << 31;
            if (transaction.Version < 2 || (input.Sequence & disabled) != 0 || (input.Sequence & 0xffff) == 0) continue;
            if (Find(input.Previous.Txid)!.Height is not { } since || Height + 1 < since + (input.Sequence & 0xffff)) return "non-BIP68-final";
        }

        return null;
    }
}
