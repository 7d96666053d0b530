using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>Hashes that were met lately, bounded: two halves, of which the older is forgotten when the newer is full.</summary>
internal sealed class MetHashes(int most)
{
    private HashSet<Bytes32> _newer = [];
    private HashSet<Bytes32> _older = [];

    /// <summary>Whether it was met lately.</summary>
    public bool Has(Bytes32 hash) => _newer.Contains(hash) || _older.Contains(hash);

    /// <summary>Whether it was not met lately; now it was.</summary>
    public bool Add(Bytes32 hash)
    {
        if (_older.Contains(hash) || !_newer.Add(hash)) return false;
        if (_newer.Count * 2 >= most) (_older, _newer) = (_newer, []);
        return true;
    }
}
