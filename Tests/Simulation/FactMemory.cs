using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Tests.Simulation;

/// <summary>The signer's store as a model: what the port says and nothing else. It outlives the nodes that are opened on it.</summary>
internal sealed class FactMemory : IFactStore
{
    private readonly List<(StoredFact Stored, FactColumns Columns)> _facts = [];
    private readonly Dictionary<string, List<StoredFact>> _byColumn = new(StringComparer.Ordinal);
    private readonly FactChain _chain = new(new byte[32]);

    /// <inheritdoc/>
    public SignerHead Head => _chain.Head;

    /// <inheritdoc/>
    public Instant Newest => _facts.Count > 0 ? _facts[^1].Stored.At : default;

    /// <inheritdoc/>
    public IReadOnlyList<StoredFact> OfAccount(AccountId account, string kind, long after = 0)
    {
        var all = Of($"account {account} {kind}");
        return after == 0 ? [.. all] : [.. all.Where(stored => stored.Number > after)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredFact> OfSubject(string kind, string subject) => [.. Of($"subject {kind} {subject}")];

    /// <inheritdoc/>
    public IReadOnlyList<StoredFact> OfPacket(PacketRef packet) => [.. Of($"packet {packet.Key}")];

    /// <inheritdoc/>
    public StoredFact? OfRequest(Guid request) => Of($"request {request}").SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<StoredFact> Signed(string? lane, long before, int max) => [.. _facts.AsEnumerable().Reverse()
        .Where(known => known.Columns.Kind == "signed" && known.Stored.Number < before
            && (lane is null || known.Columns.Subject!.StartsWith(lane + "/", StringComparison.Ordinal)))
        .Select(known => known.Stored).Take(max)];

    /// <inheritdoc/>
    public long VersionOf(AccountId account) => Of($"account {account}") is [.., var newest] ? newest.Number : 0;

    /// <inheritdoc/>
    public bool TryAppend(AccountId account, long expected, Instant at, IReadOnlyList<Fact> facts)
    {
        if (VersionOf(account) != expected) return false;
        if (at < Newest) at = Newest;
        foreach (var fact in facts)
        {
            var columns = fact.Columns();
            if (columns.Request is { } request && Of($"request {request}").Count > 0) throw new InvalidOperationException($"Request {request} came twice.");
            if (columns is { Kind: "key" or "seen", Subject: { } once } && Of($"subject {columns.Kind} {once}").Count > 0)
                throw new InvalidOperationException($"{columns.Kind} {once} came twice.");
            _chain.Head = new(_chain.Head.Facts + 1, _chain.Head.Mac);
            Keep(new(_chain.Head.Facts, at, fact), columns);
        }

        return true;
    }

    public void Dispose()
    {
        // The facts outlive the process that wrote them.
    }

    private List<StoredFact> Of(string column) => _byColumn.TryGetValue(column, out var found) ? found : [];

    private void Keep(StoredFact stored, FactColumns columns)
    {
        _facts.Add((stored, columns));
        Add($"account {columns.Account}", stored);
        Add($"account {columns.Account} {columns.Kind}", stored);
        if (columns.Subject is { } subject) Add($"subject {columns.Kind} {subject}", stored);
        if (columns.Leg is { } leg) Add($"packet {leg[..leg.LastIndexOf('/')]}", stored);
        if (columns.Request is { } request) Add($"request {request}", stored);
    }

    private void Add(string column, StoredFact stored)
    {
        if (!_byColumn.TryGetValue(column, out var list)) _byColumn[column] = list = [];
        list.Add(stored);
    }
}
