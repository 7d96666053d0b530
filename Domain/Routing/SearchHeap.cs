namespace TPWallet.Domain.Routing;

/// <summary>A heap of four children a node, of keys and numbers; it keeps its memory. Equal keys leave in the order of their numbers.</summary>
internal sealed class SearchHeap
{
    private const int Fan = 4;

    private (ulong Key, int Item)[] _entries = new (ulong, int)[1024];

    public int Count { get; private set; }

    /// <summary>Least key; the highest where there is none.</summary>
    public ulong Least => Count == 0 ? ulong.MaxValue : _entries[0].Key;

    public void Clear() => Count = 0;

    public void Push(ulong key, int item)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, 2 * Count);
        var at = Count++;
        while (at > 0)
        {
            var parent = (at - 1) / Fan;
            if (!Before((key, item), _entries[parent])) break;
            _entries[at] = _entries[parent];
            at = parent;
        }

        _entries[at] = (key, item);
    }

    public (ulong Key, int Item) Pop()
    {
        var top = _entries[0];
        var last = _entries[--Count];
        var at = 0;
        while (true)
        {
            var child = (Fan * at) + 1;
            if (child >= Count) break;
            var least = child;
            for (var other = child + 1; other < Math.Min(child + Fan, Count); other++)
                if (Before(_entries[other], _entries[least])) least = other;
            if (!Before(_entries[least], last)) break;
            _entries[at] = _entries[least];
            at = least;
        }

        _entries[at] = last;
        return top;
    }

    private static bool Before((ulong Key, int Item) left, (ulong Key, int Item) right) =>
        left.Key < right.Key || (left.Key == right.Key && left.Item < right.Item);
}
