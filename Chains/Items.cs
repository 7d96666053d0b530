using System.Collections;
using System.Runtime.CompilerServices;

namespace TPWallet.Chains;

/// <summary>An immutable list compared by content, so that records which hold one keep value equality.</summary>
[CollectionBuilder(typeof(Items), nameof(Items.Create))]
public readonly struct Items<T> : IReadOnlyList<T>, IEquatable<Items<T>>
{
    private readonly ImmutableArray<T> _items;

    public Items(ImmutableArray<T> items) => _items = items;

    public int Count => _items.IsDefault ? 0 : _items.Length;

    public ReadOnlySpan<T> Span => _items.IsDefault ? default : _items.AsSpan();

    public T this[int index] => Span[index];

    public static bool operator ==(Items<T> left, Items<T> right) => left.Equals(right);

    public static bool operator !=(Items<T> left, Items<T> right) => !left.Equals(right);

    public bool Equals(Items<T> other) => Span.SequenceEqual(other.Span, EqualityComparer<T>.Default);

    public override bool Equals(object? obj) => obj is Items<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in Span) hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(_items.IsDefault ? [] : _items)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", this)}]";
}

/// <summary>Builds <see cref="Items{T}"/> from a collection expression.</summary>
public static class Items
{
    public static Items<T> Create<T>(ReadOnlySpan<T> items) => new([.. items]);
}
