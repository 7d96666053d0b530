using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What one side owes: to have its signer and the chain asked, signatures of its own key, and its messages.</summary>
public sealed partial class ChannelDecider
{
    // The order of names is the order of start: the signer says how far it signed before it is asked for more.
    private const string AnnounceName = "announce";
    private const string Go = "act";
    private const string Lost = "lost";
    private const string OrderName = "order";
    private const string OriginName = "origin";
    private const string PassName = "pass";
    private const string Prove = "prove";
    private const string RecallName = "recall";
    private const string RouteName = "route";
    private const string See = "see";
    private const string Send = "send";
    private const string Sign = "sign";
    private const string Take = "a-take";

    private static readonly ImmutableSortedDictionary<long, ChannelMessage> _nothingSaid = ImmutableSortedDictionary<long, ChannelMessage>.Empty;

    public static ImmutableSortedDictionary<string, Effect> Owed(ChannelState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Opening is not { } opening || state.Phase == ChannelPhase.None) return owed.ToImmutable();
        // The signer keeps the terms that it is told for ever: not before the chain has shown them.
        if (!state.Signs && state is { IsFound: true, Phase: ChannelPhase.Opening or ChannelPhase.Open or ChannelPhase.Ended or ChannelPhase.Closing }) owed.Add(Take, new Effect.TakeChannel(opening, state.Us));
        if (state.Looks) owed.Add(See, LookOf(state, opening));
        if (state is { Phase: ChannelPhase.Open, Signs: true } && ToSign(state) is { } book) owed.Add($"{Sign}|{book.Nonce}", new Effect.SignChannelState(opening, state.Ref, book));
        if (OrderWanted(state) is { } order) owed.Add(NameOf(order), new Effect.SignChannelOrder(opening, state.Ref, order));
        if (state.Act is { IsProposed: false } begun && CallOf(state, begun) is { } call)
        {
            var mayJoin = state.Pauses is null && call is not (ChannelCall.Challenge or ChannelCall.Register);
            owed.Add(string.Create(CultureInfo.InvariantCulture, $"{Go}|{begun.Number}"), new Effect.ActOnChannel(opening, begun, call) { MayJoin = mayJoin });
        }

        OweRoutes(state, owed);
        OweNews(state, owed);
        OweDealings(state, owed);
        OweRecall(state, owed);
        OweTower(state, owed);
        Effect Tell(ChannelMessage message) => new Effect.TellPeer(opening.Peer, state.Ref.Peer, message);
        if (state.Asks) owed.Add(Lost, Tell(new ChannelMessage.Lost()));
        foreach (var (number, message) in WaitsForTower(state) ? _nothingSaid : state.Outbox) owed.Add(string.Create(CultureInfo.InvariantCulture, $"{Send}|{number:D19}"), Tell(message));
        if (state is { Proving: true, Full: { } full }) owed.Add(Prove, Tell(new ChannelMessage.Prove(full.Book, full.SignatureA, full.SignatureB)));
        return owed.ToImmutable();
    }

    private static Effect.LookAtChannel LookOf(ChannelState state, ChannelOpening opening)
    {
        // Whoever finds a channel has seen it open, at a block whose number is known.
        var isComplete = state.Settlement is not null && state.Stage == ChannelStage.Gone && state.Ledger.Of(SubAccount.Claims) is var (debits, credits) && debits == credits;
        return new(
            opening, state.Us, state.IsFound, state.Act is { IsProposed: true } act ? act.Packet : default(Name?), Overdue(state),
            state.Accounts.EntriesTo == 0 || isComplete ? null : state.Accounts.EntriesTo + 1)
        {
            Figures = FiguresOf(state) is { Deposited.IsZero: true, Credited.IsZero: true } ? null : FiguresOf(state),
            AsksForm = opening.Peer is not null && LeavesOf(state).PeerForm < ChannelMessage.Form && state.Stage == ChannelStage.Open,
        };
    }

    public static ChannelCommand? Resume(ChannelState state, string intent, EffectResult result)
    {
        var bar = intent.IndexOf('|', StringComparison.Ordinal);
        return (bar < 0 ? intent : intent[..bar], result) switch
        {
            (Take, EffectResult.ChannelTaken taken) => new ChannelCommand.RecordTaken(AgainId(state, intent), taken.Nonce),
            (Take or See, EffectResult.Failed failed) when state.Phase == ChannelPhase.Opening => new ChannelCommand.RecordNotOpened(AgainId(state, intent), failed.Rejection),
            (See, EffectResult.ChannelSeen seen) => new ChannelCommand.RecordSight(AgainId(state, intent), seen.Sight),
            (Sign, EffectResult.ChannelSigned signed) => new ChannelCommand.RecordSignature(AgainId(state, intent), ulong.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), signed.Signature),
            (Sign, EffectResult.Failed failed) => new ChannelCommand.RecordSignatureRefused(AgainId(state, intent), ulong.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), failed.Rejection),
            (OrderName, EffectResult.ChannelSigned signed) when OrderWanted(state) is { } order && NameOf(order) == intent =>
                new ChannelCommand.RecordOrder(AgainId(state, intent), order, signed.Signature),
            (OrderName, EffectResult.Failed failed) => new ChannelCommand.RecordOrderRefused(AgainId(state, intent), failed.Rejection),
            (Go, EffectResult.Replied { Reply: CommandReply.Accepted }) => new ChannelCommand.RecordAct(AgainId(state, intent), int.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), null),
            (Go, EffectResult.ActJoined joined) =>
                new ChannelCommand.RecordAct(AgainId(state, intent), int.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), null) { Packet = joined.Packet },
            (Go, EffectResult.Replied { Reply: CommandReply.Refused refused }) =>
                new ChannelCommand.RecordAct(AgainId(state, intent), int.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), refused.Rejection),
            (Go, EffectResult.Failed failed) => new ChannelCommand.RecordAct(AgainId(state, intent), int.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), failed.Rejection),
            (RouteName, EffectResult.LockRouted routed) => new ChannelCommand.RecordRouted(
                EffectId.ResultOf(Kind, state.Ref.ToString(), intent), long.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), routed.Onward, routed.Refusal, routed.Reason)
            {
                Payment = routed.Payment,
            },
            (PassName, EffectResult.LockPassed passed) => new ChannelCommand.RecordPassed(
                EffectId.ResultOf(Kind, state.Ref.ToString(), intent), long.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), passed.Refusal, passed.Reason),
            (OriginName, _) when Answers.Definite(result) is not null => new ChannelCommand.RecordOriginTold(
                EffectId.ResultOf(Kind, state.Ref.ToString(), intent), long.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture)),
            (AnnounceName, EffectResult.SideTold told) => new ChannelCommand.RecordAnnounced(AgainId(state, intent), told.IsOpen, told.Capacity) { IsPublic = told.IsPublic },
            (RecallName, EffectResult.BookRecalled recalled) => new ChannelCommand.RecordRecalled(
                EffectId.ResultOf(Kind, state.Ref.ToString(), intent), ulong.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), recalled.Book),
            (DealingsName, _) => DealingsHeard(state, intent, result),
            (TowerName, _) => HandedOver(state, intent, result),
            (Send, _) => Heard(EffectId.ResultOf(Kind, state.Ref.ToString(), intent), long.Parse(intent.AsSpan(bar + 1), CultureInfo.InvariantCulture), result),
            (Prove or Lost, EffectResult.Replied { Reply: CommandReply.Accepted }) =>
                new ChannelCommand.RecordNotice(AgainId(state, intent), intent == Prove ? ChannelNotice.Proof : ChannelNotice.Loss),
            _ => null,
        };
    }

    /// <summary>What the peer says of a message: durable there, or not what it knows. Any other refusal decides nothing.</summary>
    private static ChannelCommand.RecordHeard? Heard(Guid id, long number, EffectResult result) => result switch
    {
        EffectResult.Replied { Reply: CommandReply.Accepted } => new(id, number, null),
        EffectResult.Replied { Reply: CommandReply.Refused { Rejection: { Code: RejectionCode.StaleVersion or RejectionCode.WrongState } refusal } } => new(id, number, refusal),
        _ => null,
    };

    /// <summary>An order has its content for a name: what was signed is held against what is wanted then.</summary>
    private static string NameOf(ChannelOrder order) => order switch
    {
        ChannelOrder.Demand demand => string.Create(CultureInfo.InvariantCulture, $"{OrderName}|{demand.Book.Nonce} {demand.Expiry}"),
        ChannelOrder.Pull pull => string.Create(CultureInfo.InvariantCulture, $"{OrderName}|{pull.Pulls} {pull.Expiry} {pull.Amount}"),
        ChannelOrder.Withdrawal of => string.Create(CultureInfo.InvariantCulture, $"{OrderName}|{of.Party} {of.Expiry} {of.Total}"),
        _ => throw new UnreachableException(),
    };

    /// <summary>The id of a result that can come again under one name.</summary>
    private static Guid AgainId(ChannelState state, string intent) =>
        EffectId.ResultOf(Kind, state.Ref.ToString(), string.Create(CultureInfo.InvariantCulture, $"{intent}#{state.Round}"));

    /// <summary>
    /// The oldest of our proposals, since they are said in order; or the newest of the peer's, since its signature is one for all before it. There are never both:
    /// one has the turn.
    /// </summary>
    private static ChannelBook? ToSign(ChannelState state) =>
        state.Ours.FirstOrDefault(static own => own.Signature is null)?.Book ?? (state.Theirs is [.., var newest] ? newest.Book : null);
}
