using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// Keeps the newest word of each side of a network's channels, in one order: who follows it has the same channels (<see cref="NetworkMap"/>) at every silo. It rests on
/// no word but those of sides that this deployment runs, each of which has seen its channel on chain.
/// </summary>
public sealed class RouterDecider : IMachine<RouterState, RouterCommand, RouterEvent>
{
    private RouterDecider()
    {
    }

    public static string Kind => "router";

    public static int CodeVersion => 1;

    public static RouterState Empty(string key) =>
        new(RouterRef.Parse(key), 0, ImmutableSortedDictionary<long, AnnouncedSide>.Empty, ImmutableSortedDictionary<Bytes32, SideNumbers>.Empty);

    public static RouterCommand Tick(Guid commandId) => new RouterCommand.Tick(commandId);

    public static Instant? NextWake(RouterState state) => null;

    public static Decision<RouterEvent> Decide(RouterState state, RouterCommand command, Stamp stamp) => command switch
    {
        RouterCommand.Announce { Side: var side } => state.Find(side.Side) == side ? ImmutableArray<RouterEvent>.Empty : new RouterEvent.SideAnnounced(side),
        RouterCommand.Tick => ImmutableArray<RouterEvent>.Empty,
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a network of channels", command.GetType().Name),
    };

    public static RouterState Evolve(RouterState state, RouterEvent @event, Instant at) => @event switch
    {
        RouterEvent.SideAnnounced { Side: var side } => Announced(state, side),
        _ => throw new UnreachableException($"No event of a network of channels: {@event}"),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(RouterState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static RouterCommand? Resume(RouterState state, string intent, EffectResult result) => null;

    /// <summary>The sides whose newest word is later than a number.</summary>
    public static RouterPage PageAfter(RouterState state, long after)
    {
        if (after >= state.Count) return new([], after, true);
        var later = state.Sides.SkipWhile(side => side.Key <= after).Take(RouterPage.MostSides).ToArray();
        return new([.. later.Select(static side => side.Value)], later[^1].Key, later[^1].Key == state.Count);
    }

    private static RouterState Announced(RouterState state, AnnouncedSide side)
    {
        var (number, channel) = (state.Count + 1, side.Side.Channel);
        var before = state.Numbers.GetValueOrDefault(channel);
        return state with
        {
            Count = number,
            Sides = state.Sides.Remove(before.Of(side.Side.Us)).Add(number, side),
            Numbers = state.Numbers.SetItem(channel, before.With(side.Side.Us, number)),
        };
    }
}
