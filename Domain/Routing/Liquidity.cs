using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// What attempts have shown of the channels' balances, fading with a half-life: the uniform prior of Pickhardt and Richter (2021) with the decaying
/// bounds that LDK's scorer has.
/// Immutable; learning copies only what it touches.
/// </summary>
public sealed class Liquidity
{
    /// <summary>An hour: what LDK's scorer began with. Balances of busy channels do not stand still for longer.</summary>
    public const uint DefaultHalfLife = 3600;

    private const int ChunkBits = 6;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private readonly Belief?[]?[] _chunks;

    // The snapshots whose channel numbers the chunks go by; null while there is nothing in them.
    private readonly object? _line;

    private Liquidity(uint halfLife, Belief?[]?[] chunks, object? line) => (HalfLife, _chunks, _line) = (halfLife, chunks, line);

    /// <summary>Seconds after which half of what was learnt is left.</summary>
    public uint HalfLife { get; }

    /// <summary>Channels of which anything was learnt.</summary>
    public int Count => Beliefs.Count();

    private IEnumerable<Belief> Beliefs => _chunks.SelectMany(static chunk => chunk ?? []).OfType<Belief>();

    /// <summary>Nothing known.</summary>
    public static Liquidity Unknown(uint halfLife = DefaultHalfLife)
    {
        ArgumentOutOfRangeException.ThrowIfZero(halfLife);
        return new(halfLife, [], null);
    }

    /// <summary>With what was observed, in its order. Channels that the graph does not have are left out.</summary>
    public Liquidity With(ChannelGraph graph, IEnumerable<Observation> observed, ulong second)
    {
        if (!ReferenceEquals(_line, graph.Line)) return MovedTo(graph).With(graph, observed, second);
        var chunks = new Belief?[]?[(graph.ChannelNumbers + ChunkMask) >> ChunkBits];
        _chunks.CopyTo(chunks, 0);
        foreach (var observation in observed)
        {
            if (graph.ChannelNumber(observation.Way.Channel) is not { } number) continue;
            var capacity = graph.ChannelAt(number)!.Capacity.Narrow();
            var before = chunks[number >> ChunkBits]?[number & ChunkMask]?.At(capacity, second, HalfLife) ?? Belief.Nothing(observation.Way.Channel, capacity, second);
            Put(chunks, number, Learn(before, observation));
        }

        return new(HalfLife, chunks, graph.Line);
    }

    /// <summary>What is known of a payer's balance now. Throws for a channel that the graph does not have.</summary>
    public BalanceBounds Bounds(ChannelGraph graph, ChannelWay way, ulong second)
    {
        if (graph.ChannelNumber(way.Channel) is not { } number) throw new ArgumentException("The graph has no such channel.", nameof(way));
        var capacity = graph.ChannelAt(number)!.Capacity.Narrow();
        var (low, high) = MovedTo(graph).Find(number)?.Of(way.Payer, capacity, second, HalfLife) ?? (0, capacity);
        return new(low.Widen(), high.Widen());
    }

    /// <summary>The same knowledge in the numbers of a graph; this one where it has them. Channels that are gone are forgotten.</summary>
    internal Liquidity MovedTo(ChannelGraph graph)
    {
        if (ReferenceEquals(_line, graph.Line)) return this;
        var chunks = new Belief?[]?[(graph.ChannelNumbers + ChunkMask) >> ChunkBits];
        foreach (var belief in Beliefs)
            if (graph.ChannelNumber(belief.Channel) is { } number) Put(chunks, number, belief);
        return new(HalfLife, chunks, graph.Line);
    }

    /// <summary>By the number in the graph that this was moved to.</summary>
    internal Belief? Find(int number)
    {
        var chunk = number >> ChunkBits;
        return chunk < _chunks.Length ? _chunks[chunk]?[number & ChunkMask] : null;
    }

    private static Belief Learn(Belief before, Observation observation)
    {
        var amount = observation.Amount.Narrow();
        return observation switch
        {
            Observation.Had => before.AtLeast(observation.Way.Payer, amount),
            Observation.Lacked => before.AtMost(observation.Way.Payer, amount == 0 ? 0 : amount - 1),
            Observation.Paid => before.Moved(observation.Way.Payer, amount),
            _ => throw new UnreachableException($"No observation: {observation}"),
        };
    }

    private void Put(Belief?[]?[] chunks, int number, Belief belief)
    {
        var chunk = number >> ChunkBits;
        var own = chunk < _chunks.Length ? _chunks[chunk] : null;
        // A chunk of the instance before is copied once; one that this call made is written to.
        if (chunks[chunk] is null) chunks[chunk] = new Belief?[ChunkMask + 1];
        else if (ReferenceEquals(chunks[chunk], own)) chunks[chunk] = [.. own!];
        chunks[chunk]![number & ChunkMask] = belief;
    }
}
