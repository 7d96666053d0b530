using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>What is over, and when it can leave the state: by subject, and in the order in which it is due.</summary>
public sealed record ForgetQueue(ImmutableSortedDictionary<StateKey, Instant> At, ImmutableSortedDictionary<StateKey, StateKey> Order)
{
    public static ForgetQueue Empty { get; } =
        new(ImmutableSortedDictionary<StateKey, Instant>.Empty, ImmutableSortedDictionary<StateKey, StateKey>.Empty);

    public ForgetQueue Set(StateKey subject, Instant at)
    {
        var rest = Remove(subject);
        return new(rest.At.SetItem(subject, at), rest.Order.SetItem(Place(subject, at), subject));
    }

    public ForgetQueue Remove(StateKey subject) =>
        At.TryGetValue(subject, out var at) ? new(At.Remove(subject), Order.Remove(Place(subject, at))) : this;

    /// <summary>The oldest subjects that are due by <paramref name="now"/>, at most <paramref name="most"/>.</summary>
    public ImmutableArray<StateKey> Due(Instant now, int most) =>
        [.. Order.Values.Take(most).TakeWhile(subject => At[subject] <= now)];

    private static StateKey Place(StateKey subject, Instant at) =>
        StateKey.Of(at.UnixMs.ToString("D15", CultureInfo.InvariantCulture), subject.Value);
}
