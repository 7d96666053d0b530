using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// What the legs of one packet hold, in the order of their names. One array and no tree: there are few, often one, and a busy silo has a hundred thousand
/// of them for its collector to look at.
/// </summary>
[JsonConverter(typeof(LegReservationsJson))]
public readonly record struct LegReservations
{
    /// <param name="values">In order.</param>
    internal LegReservations(ImmutableArray<LegReservation> values) => Values = values;

    public static LegReservations Empty { get; } = new([]);

    public ImmutableArray<LegReservation> Values { get; }

    /// <summary>The leg of this name, which is there.</summary>
    public LegReservation this[Name leg] => Find(leg) ?? throw new KeyNotFoundException($"No leg {leg}.");

    /// <summary>Legs of different names, in any order.</summary>
    public static LegReservations Of(IEnumerable<LegReservation> legs) => new([.. legs.OrderBy(static leg => leg.Outflow.Leg)]);

    public LegReservation? Find(Name leg)
    {
        foreach (var one in Values)
            if (one.Outflow.Leg == leg) return one;
        return null;
    }

    /// <summary>With this leg, in the place of the one of the same name if there is one.</summary>
    public LegReservations With(LegReservation leg)
    {
        var at = 0;
        for (; at < Values.Length; at++)
        {
            var order = Values[at].Outflow.Leg.CompareTo(leg.Outflow.Leg);
            if (order == 0) return new(Values.SetItem(at, leg));
            if (order > 0) break;
        }

        return new(Values.Insert(at, leg));
    }
}
