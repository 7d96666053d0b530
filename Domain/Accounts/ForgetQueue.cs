using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>What is over, and when it can leave the state: by subject, and in the order in which it is due.</summary>
public sealed record ForgetQueue
{
    private readonly ImmutableSortedSet<Due> _order;

    [JsonConstructor]
    public ForgetQueue(ImmutableSortedDictionary<StateKey, Instant> at)
        : this(at, [.. at.Select(static subject => new Due(subject.Value, subject.Key))])
    {
    }

    private ForgetQueue(ImmutableSortedDictionary<StateKey, Instant> at, ImmutableSortedSet<Due> order) => (At, _order) = (at, order);

    public static ForgetQueue Empty { get; } = new(ImmutableSortedDictionary<StateKey, Instant>.Empty);

    public ImmutableSortedDictionary<StateKey, Instant> At { get; }

    public ForgetQueue Set(StateKey subject, Instant at)
    {
        var order = At.TryGetValue(subject, out var before) ? _order.Remove(new(before, subject)) : _order;
        return new(At.SetItem(subject, at), order.Add(new(at, subject)));
    }

    public ForgetQueue Remove(StateKey subject) =>
        At.TryGetValue(subject, out var at) ? new(At.Remove(subject), _order.Remove(new(at, subject))) : this;

    /// <summary>The oldest subjects that are due by <paramref name="now"/>, at most <paramref name="most"/>.</summary>
    public ImmutableArray<StateKey> DueBy(Instant now, int most) =>
        [.. _order.Take(most).TakeWhile(due => due.At <= now).Select(static due => due.Subject)];

    private readonly record struct Due(Instant At, StateKey Subject) : IComparable<Due>
    {
        public int CompareTo(Due other) => At == other.At ? Subject.CompareTo(other.Subject) : At.CompareTo(other.At);
    }
}
