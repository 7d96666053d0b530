using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>What several nodes made of one broadcast.</summary>
/// <param name="ByNode">Each asked node's answer.</param>
public sealed record BroadcastResult(ImmutableArray<(Name Node, SendResult Result)> ByNode)
{
    /// <summary>At least one node has the transaction.</summary>
    public bool IsOut => ByNode.Any(static answer => answer.Result is SendResult.Accepted or SendResult.AlreadyKnown);

    /// <summary>Whether it may be on its way although no node said so: then its receipt has to be looked for.</summary>
    public bool MayBeOut => IsOut || ByNode.Any(static answer => answer.Result is SendResult.Unknown or SendResult.MaybeMined);
}

/// <summary>
/// The nodes of one chain. Reads go to the healthiest node, fail over, and are asked of another beside one that is late; what money depends on is asked of two
/// organisations; broadcasts go to several, or privately to relays alone, whatever becomes of them. A node is used only after it has stated the right chain id,
/// and never again after it stated another. One that is an index is asked to look up the past and for nothing else.
/// </summary>
public abstract partial class NodePool<TNode> : INodePool
    where TNode : class, IChainNode
{
    /// <summary>Most nodes that one broadcast goes to.</summary>
    public const int MaxBroadcast = 4;

    private readonly ImmutableArray<Member> _members;
    private readonly ImmutableArray<Member> _serving;
    private readonly ImmutableArray<Member> _indexes;
    private readonly ImmutableArray<Member> _relays;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">No node, or two of one name.</exception>
    /// <param name="relays">Where transactions are sent privately: never asked for anything else.</param>
    private protected NodePool(IEnumerable<TNode> nodes, TimeProvider time, IEnumerable<TNode>? relays)
    {
        _time = time;
        _members = [.. nodes.Select(node => new Member(node, new NodeHealth(time)))];
        (_serving, _indexes) = ([.. _members.Where(static member => !member.Node.IsIndex)], [.. _members.Where(static member => member.Node.IsIndex)]);
        if (_serving.IsEmpty) throw new ArgumentException("A pool needs a node that is no index.", nameof(nodes));
        _relays = [.. (relays ?? []).Select(node => new Member(node, new NodeHealth(time)))];
        if (_members.Concat(_relays).Select(static member => member.Node.Name).Distinct().Count() != _members.Length + _relays.Length)
            throw new ArgumentException("Two nodes have one name.", nameof(nodes));
    }

    /// <summary>Every node's standing.</summary>
    public IReadOnlyList<(TNode Node, NodeHealth Health)> Nodes => [.. _members.Select(static member => (member.Node, member.Health))];

    /// <inheritdoc/>
    public IReadOnlyList<(IChainNode Node, NodeHealth Health)> Members =>
        [.. _members.Select(static member => ((IChainNode)member.Node, member.Health))];

    /// <inheritdoc/>
    public IReadOnlyList<IChainNode> Relays => [.. _relays.Select(static member => member.Node)];

    /// <summary>How many organisations could be asked now, as far as is known.</summary>
    public int Organisations =>
        _serving.Where(static member => member.Health is { Quarantined: null, Suspended: null, Cordoned: false }).DistinctBy(static member => member.Node.Organisation).Count();

    /// <summary>
    /// Asks nodes of different organisations until two of them give the same value. Code where they differ: node.garbage with
    /// pool.disagreement; the caller decides which fact is proven and quarantines.
    /// </summary>
    public async Task<NodeAnswer<Agreed<T>>> ReadAgreedAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
        where T : IEquatable<T>
    {
        var given = new List<(T Value, TNode Node)>();
        NodeError last = new NodeError.NoAnswer("fewer than two organisations may be asked now");
        foreach (var member in InOrder())
        {
            if (given.Any(answer => answer.Node.Organisation == member.Node.Organisation)) continue;
            var answer = await AskAsync(member, ask, cancellation);
            if (!answer.TryGet(out var value, out var error))
            {
                last = error;
                continue;
            }

            foreach (var earlier in given)
                if (earlier.Value.Equals(value)) return new Agreed<T>(value, [earlier.Node.Name, member.Node.Name]);
            given.Add((value, member.Node));
        }

        if (given.Count < 2) return last;
        var values = string.Join("; ", given.Select(static one => $"{one.Node.Name}: {one.Value}"));
        return new NodeError.Garbage(new("pool.disagreement", "one value of two organisations", values));
    }

    /// <summary>Asks every node that may be asked now, each once. What comes back is each node's own word: hints of where to look, no facts.</summary>
    public Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> ReadEachAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation) => EachAsync(InOrder(), ask, cancellation);

    /// <summary>As <see cref="ReadEachAsync"/>, about the past: the indexes as well.</summary>
    public Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> LookUpEachAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation) => EachAsync(ForThePast(), ask, cancellation);

    /// <summary>
    /// Asks every node at once, those that stood still as well, so that one of them can be seen to have caught up. No node makes the others wait but by its own
    /// silence, and one that goes on with it is not asked for a while.
    /// </summary>
    public async Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> ProbeEachAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        return await AskAllAsync([.. _members.Where(static member => member.Health.MayProbe())], ask, cancellation);
    }

    /// <summary>As <see cref="ReadEachAsync"/>, all at once.</summary>
    public Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> ReadEachAtOnceAsync<T>(
        Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation) => AskAllAsync([.. InOrder()], ask, cancellation);

    private async Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> EachAsync<T>(
        IEnumerable<Member> members, Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        var answers = ImmutableArray.CreateBuilder<(Name, NodeAnswer<T>)>(_members.Length);
        foreach (var member in members) answers.Add((member.Node.Name, await AskAsync(member, ask, cancellation)));
        return answers.ToImmutable();
    }

    private static async Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> AllOf<T>(IEnumerable<Task<(Name, NodeAnswer<T>)>> asked) => [.. await Task.WhenAll(asked)];

    private Task<ImmutableArray<(Name Node, NodeAnswer<T> Answer)>> AskAllAsync<T>(
        Member[] members, Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation) =>
        AllOf(members.Select(async member => (member.Node.Name, await AskAsync(member, ask, cancellation))));

    /// <summary>
    /// Sends to several nodes at once, of as many organisations as possible. What goes privately nobody but the relays ever sees before it is mined: when none of
    /// them answers it is not sent at all, and the sender asks again.
    /// </summary>
    private protected async Task<BroadcastResult> BroadcastAsync(
        Func<TNode, CancellationToken, Task<SendResult>> send, Route route, CancellationToken cancellation)
    {
        var members = InOrder(route == Route.Private ? _relays : _serving).ToArray();
        var chosen = members.DistinctBy(static member => member.Node.Organisation).Concat(members).Distinct().Take(MaxBroadcast).ToArray();
        var results = await Task.WhenAll(chosen.Select(async member =>
        {
            if (await ConnectAsync(member, cancellation) is { } refused) return (member.Node.Name, (SendResult)new SendResult.Refused(refused));
            var began = _time.GetTimestamp();
            var result = await send(member.Node, cancellation);
            member.Record(result is SendResult.Unknown unknown ? unknown.Error : null, _time.GetElapsedTime(began));
            return (member.Node.Name, result);
        }));
        return new([.. results]);
    }

    /// <summary>Told once of each node that is used no more, on whatever thread found it out.</summary>
    public event Action<QuarantinedNode>? Quarantined;

    /// <summary>Stops using a node for good, with the evidence at hand: it contradicted a proven fact.</summary>
    public void Quarantine(Name node, NodeError fact, HexBytes evidence)
    {
        foreach (var member in _members)
            if (member.Node.Name == node && member.Health.Quarantine(fact)) Quarantined?.Invoke(new(node, fact, evidence));
    }

    /// <inheritdoc/>
    public event Action<Name, string>? CaughtUp;

    /// <inheritdoc/>
    public void Suspend(Name node, NodeError fact, HexBytes evidence)
    {
        foreach (var member in _members)
            if (member.Node.Name == node && member.Health.Suspend(fact)) Quarantined?.Invoke(new(node, fact, evidence, MayReturn: true));
    }

    /// <inheritdoc/>
    public void RecordCaughtUp(Name node, string fact)
    {
        foreach (var member in _members)
            if (member.Node.Name == node && member.Health.Suspended is not null) CaughtUp?.Invoke(node, fact);
    }

    /// <inheritdoc/>
    public void Reinstate(Name node)
    {
        foreach (var member in _members)
            if (member.Node.Name == node) member.Health.Reinstate();
    }

    /// <summary>Takes a node out of use, or puts it back, as an operator wants: it is asked nothing and sent nothing meanwhile.</summary>
    public void Cordon(Name node, bool cordoned)
    {
        foreach (var member in _members)
            if (member.Node.Name == node) member.Health.Cordoned = cordoned;
    }

    /// <summary>Counts an answer against a node: it differs from what others agree on, and may yet be honest, such as on the losing side of a fork.</summary>
    public void Blame(Name node, DecodeRefusal contradiction)
    {
        foreach (var member in _members)
            if (member.Node.Name == node) member.Health.Contradict(new NodeError.Garbage(contradiction));
    }

    /// <summary>Asks one node, whatever its standing unless it is cordoned; what it is asked for is its own word.</summary>
    public async Task<NodeAnswer<T>> AskAsync<T>(
        Name node, Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        foreach (var member in _members)
            if (member.Node.Name == node && !member.Health.Cordoned) return await AskAsync(member, ask, cancellation);
        return new NodeError.NoAnswer($"no node {node} in use");
    }

    /// <summary>Asks every node for its chain's id, so that one of another chain is found before anything depends on it.</summary>
    public async Task CheckChainsAsync(CancellationToken cancellation)
    {
        foreach (var member in _members)
            if (member.Health is { Quarantined: null, Cordoned: false }) await ConnectAsync(member, cancellation);
    }

    private IEnumerable<Member> InOrder() => InOrder(_serving);

    private static IEnumerable<Member> InOrder(ImmutableArray<Member> members) =>
        members.OrderByDescending(static member => member.Health.Score).Where(static member => member.Health.MayAsk());

    private async Task<NodeAnswer<T>> AskAsync<T>(
        Member member, Func<TNode, CancellationToken, Task<NodeAnswer<T>>> ask, CancellationToken cancellation)
    {
        if (await ConnectAsync(member, cancellation) is { } refused) return refused;
        var began = _time.GetTimestamp();
        var answer = await ask(member.Node, cancellation);
        member.Record(answer.Error, _time.GetElapsedTime(began));
        return answer;
    }

    /// <summary>Demands the chain id before the first use, and again after any silence: another node may answer at that address now.</summary>
    private async Task<NodeError?> ConnectAsync(Member member, CancellationToken cancellation)
    {
        if (member.Connected) return null;
        var began = _time.GetTimestamp();
        var error = await member.Node.DemandChainAsync(cancellation);
        member.Record(error, _time.GetElapsedTime(began));
        if (error is NodeError.WrongChain) Quarantine(member.Node.Name, error, HexBytes.Empty);
        member.Connected = error is null;
        return error;
    }

    private sealed class Member(TNode node, NodeHealth health)
    {
        public TNode Node { get; } = node;

        public NodeHealth Health { get; } = health;

        public bool Connected { get; set; }

        public void Record(NodeError? error, TimeSpan took)
        {
            Health.Record(error, took);
            if (error is NodeError.NoAnswer) Connected = false;
        }
    }
}
