namespace TPWallet.Domain.Routing;

/// <summary>One of the two waves of a search: what each node costs from that end as far as is known.</summary>
internal sealed class SearchSide
{
    private Place[] _places = [];
    private int _search;

    public SearchHeap Heap { get; } = new();

    /// <summary>Arcs looked at.</summary>
    public long Work { get; set; }

    public void Begin(int nodes, int start)
    {
        if (_places.Length < nodes) _places = new Place[nodes];
        if (++_search == int.MaxValue)
        {
            Array.Clear(_places);
            _search = 1;
        }

        Heap.Clear();
        Work = 0;
        Put(start, 0, -1, -1);
        Heap.Push(0, start);
    }

    /// <summary>Least cost known; <see cref="RouteCost.Never"/> for a node that was not reached.</summary>
    public ulong CostOf(int node) => _places[node].Search == _search ? _places[node].Cost : RouteCost.Never;

    /// <summary>By which arc, and from which node, the wave reached a node; -1 at its start.</summary>
    public (int Arc, int From) StepTo(int node) => (_places[node].Arc, _places[node].From);

    public void Put(int node, ulong cost, int arc, int from) => _places[node] = new(cost, _search, arc, from);

    private readonly record struct Place(ulong Cost, int Search, int Arc, int From);
}
