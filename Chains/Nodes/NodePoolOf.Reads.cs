namespace TPWallet.Chains.Nodes;

/// <summary>Reads of one node's word: hedged, and each node asked once.</summary>
public abstract partial class NodePool<TNode>
{
    /// <summary>Most nodes that one read waits for at once: a slow pool is not asked for more than twice the work.</summary>
    private const int MaxAtOnce = 2;

    /// <summary>
    /// Asks the healthiest node; the next one where it gives no usable answer, and beside it where it takes longer than its <see cref="NodeHealth.Patience"/>. The
    /// first usable answer is taken; that of the other still counts for its health.
    /// </summary>
    public async Task<NodeAnswer<T>> ReadAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        var told = await ReadToldAsync(ask, cancellation);
        return told.TryGet(out var value, out var error) ? value.Value : error;
    }

    /// <summary>As <see cref="ReadAsync"/>, and says who answered.</summary>
    public Task<NodeAnswer<Told<T>>> ReadToldAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation) => ReadToldAsync(InOrder(), ask, cancellation);

    /// <summary>As <see cref="ReadAsync"/>, about the past, such as a transaction by its id or logs of old blocks: indexes first, and the others where none has it.</summary>
    public async Task<NodeAnswer<T>> LookUpAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        var told = await ReadToldAsync(ForThePast(), ask, cancellation);
        return told.TryGet(out var value, out var error) ? value.Value : error;
    }

    private IEnumerable<Member> ForThePast() => InOrder(_indexes).Concat(InOrder());

    private async Task<NodeAnswer<Told<T>>> ReadToldAsync<T>(
        IEnumerable<Member> order, Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        NodeError last = new NodeError.NoAnswer("no node may be asked now");
        var asked = new List<Task<NodeAnswer<Told<T>>>>(MaxAtOnce);
        using var members = order.GetEnumerator();
        for (var more = true; ;)
        {
            Member? next = null;
            if (more && asked.Count < MaxAtOnce && (more = members.MoveNext())) asked.Add(TellAsync(next = members.Current, ask, cancellation));
            if (asked.Count == 0) return last;
            if (await FirstAsync(asked, next is not null && asked.Count < MaxAtOnce ? next.Health.Patience : null) is not { } first) continue;
            asked.Remove(first);
            var answer = await first;
            if (answer.TryGet(out _, out var error) || !Unusable(error)) return answer;
            last = error;
        }
    }

    private static bool Unusable(NodeError error) =>
        error is NodeError.NoAnswer or NodeError.Garbage or NodeError.RateLimited or NodeError.WrongChain or NodeError.Refused;

    private async Task<NodeAnswer<Told<T>>> TellAsync<T>(
        Member member, Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        var answer = await AskAsync(member, ask, cancellation);
        return answer.TryGet(out var value, out var error) ? new Told<T>(value, member.Node.Name) : error;
    }

    /// <summary>The first that has an outcome; null where none has within the patience. Without one it waits.</summary>
    private async Task<Task<TAnswer>?> FirstAsync<TAnswer>(List<Task<TAnswer>> asked, TimeSpan? patience)
    {
        if (patience is not { } longest) return await Task.WhenAny(asked);
        var late = new TaskCompletionSource();
        using var timer = _time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), late, longest, Timeout.InfiniteTimeSpan);
        return await Task.WhenAny([.. asked, late.Task]) as Task<TAnswer>;
    }
}
