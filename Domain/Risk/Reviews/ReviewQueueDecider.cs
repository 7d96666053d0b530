using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Reviews;

/// <summary>
/// Which cases of a tenant wait for reviewers, so that nobody has to ask account by account. It decides nothing: each case says itself that it waits, and that it waits no
/// more, and stays owed until it was heard.
/// <code>
///   (not there) ─List─▶ waiting ─Unlist─▶ (not there)
/// </code>
/// </summary>
public sealed class ReviewQueueDecider : IMachine<ReviewQueueState, ReviewQueueCommand, ReviewQueueEvent>
{
    private ReviewQueueDecider()
    {
    }

    public static string Kind => "review-queue";

    public static int CodeVersion => 1;

    public static ReviewQueueState Empty(string key) => new(ImmutableSortedSet<StateKey>.Empty);

    public static ReviewQueueCommand Tick(Guid commandId) => new ReviewQueueCommand.Tick(commandId);

    public static Instant? NextWake(ReviewQueueState state) => null;

    public static Decision<ReviewQueueEvent> Decide(ReviewQueueState state, ReviewQueueCommand command, Stamp stamp) => command switch
    {
        ReviewQueueCommand.List list => OnList(state, list.Case),
        ReviewQueueCommand.Unlist unlist => state.Cases.Contains(unlist.Case) ? new ReviewQueueEvent.Unlisted(unlist.Case) : Nothing,
        ReviewQueueCommand.Tick => Nothing,
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a queue of reviewers", command.GetType().Name),
    };

    public static ReviewQueueState Evolve(ReviewQueueState state, ReviewQueueEvent @event, Instant at) => @event switch
    {
        ReviewQueueEvent.Listed e => new(state.Cases.Add(e.Case)),
        ReviewQueueEvent.Unlisted e => new(state.Cases.Remove(e.Case)),
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(ReviewQueueState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static ReviewQueueCommand? Resume(ReviewQueueState state, string intent, EffectResult result) => null;

    /// <summary>A page, in the order of the keys.</summary>
    /// <param name="from">Where it begins; null: at the first.</param>
    public static ReviewQueuePage Page(ReviewQueueState state, string? from, int most)
    {
        var first = from is null ? 0 : state.Cases.IndexOf(from) is var at && at >= 0 ? at : ~at;
        var count = Math.Min(Math.Clamp(most, 1, ReviewQueuePage.Max), state.Cases.Count - first);
        var cases = ImmutableArray.CreateBuilder<string>(Math.Max(count, 0));
        for (var i = 0; i < count; i++) cases.Add(state.Cases[first + i].Value);
        var next = first + cases.Count;
        return new(cases.ToImmutable(), next < state.Cases.Count ? state.Cases[next].Value : null);
    }

    private static Decision<ReviewQueueEvent> Nothing => ImmutableArray<ReviewQueueEvent>.Empty;

    private static Decision<ReviewQueueEvent> OnList(ReviewQueueState state, string key)
    {
        if (key.Length is 0 or > ReviewQueueState.MaxKey)
            return new Rejection(RejectionCode.TooLarge, $"a key of 1 to {ReviewQueueState.MaxKey} characters", $"{key.Length}");
        if (state.Cases.Contains(key)) return Nothing;
        return state.Cases.Count < ReviewQueueState.Max
            ? new ReviewQueueEvent.Listed(key)
            : new Rejection(RejectionCode.Overloaded, $"fewer than {ReviewQueueState.Max} waiting cases", $"{state.Cases.Count}");
    }
}
