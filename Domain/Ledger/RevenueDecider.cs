using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>
/// The fee ledger of one period (key "yyyy-MM"). Fees come from packets that settled; they stay here until they are split.
/// <code>FeeTransit −x, Revenue +x  (the payer's event has Reserved −x, FeeTransit +x)</code>
/// </summary>
public sealed class RevenueDecider : IMachine<RevenueState, RevenueCommand, RevenueEvent>
{
    public static string Kind => "revenue";

    public static int CodeVersion => 2;

    public static RevenueState Empty(string key) => RevenueState.Empty(key);

    public static Decision<RevenueEvent> Decide(RevenueState state, RevenueCommand command, Stamp stamp) => command switch
    {
        RevenueCommand.PostFee post => Post(state, post),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of the fee ledger", command.GetType().Name),
    };

    public static RevenueState Evolve(RevenueState state, RevenueEvent @event, Instant at) => @event switch
    {
        RevenueEvent.FeePosted posted => state with
        {
            Ledger = state.Ledger.Post(posted.Postings),
            Posted = state.Posted.SetItem(RevenueState.Key(posted.Packet, posted.Kind, posted.Amount.Asset), posted.Amount.Value),
        },
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(RevenueState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static RevenueCommand? Resume(RevenueState state, string intent, EffectResult result) => null;

    public static Instant? NextWake(RevenueState state) => null;

    public static RevenueCommand Tick(Guid commandId) => throw new UnreachableException("The fee ledger waits for no instant.");

    private static Decision<RevenueEvent> Post(RevenueState state, RevenueCommand.PostFee post)
    {
        if (post.Amount.Value.IsZero) return new Rejection(RejectionCode.ZeroAmount, "a fee above zero", "0");
        if (state.Posted.TryGetValue(RevenueState.Key(post.Packet, post.Kind, post.Amount.Asset), out var known))
        {
            return known == post.Amount.Value
                ? ImmutableArray<RevenueEvent>.Empty
                : new Rejection(RejectionCode.IdempotencyMismatch, $"{known} {post.Amount.Asset}", $"{post.Amount}");
        }

        var postings = Postings.Move(post.Amount, Book.FeeTransit, Book.Revenue);
        if (state.Ledger.Refuse(postings) is { } overflow) return overflow;
        return new RevenueEvent.FeePosted(post.From, post.Packet, post.Kind, post.Amount, postings);
    }
}
