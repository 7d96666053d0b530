using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>
/// What operators tell each other of their channels (BOLT-7's gossip). A side that its account has made public says what it asks for, signed by its channel key; others pass that on, and whoever
/// hears it needs to trust nobody but the contract, which shows the channel.
/// <code>
///   a side here:      SideNoted ─▶ WordWanted ─sign─▶ WordKept ······▶ again when it changes, and every week
///                                       └────▶ WordRefused ─(an hour)─▶ WordWanted
///   a side of others: Hear ─(GossipRules)─▶ WordKept ─▶ SidesForgotten     two weeks after it was said, or once its contract shows it closed
/// </code>
/// A side is passed on once both sides of its channel are known: neither account makes a channel public alone. Before, its word goes to the operator of the other side only. A side that is not
/// public any more says so once: it is disabled.
/// </summary>
public sealed partial class GossipDecider : IMachine<GossipState, GossipCommand, GossipEvent>
{
    /// <summary>A key that did not sign is asked again after that.</summary>
    private static readonly Span SignAgain = Span.Hours(1);

    private GossipDecider()
    {
    }

    public static string Kind => "gossip";

    public static int CodeVersion => 1;

    public static GossipState Empty(string key) => new(
        0, 0, ImmutableSortedDictionary<long, KnownWord>.Empty, ImmutableSortedDictionary<Bytes32, Routing.SideNumbers>.Empty, ImmutableSortedDictionary<Bytes32, OwnPair>.Empty, [], null);

    public static GossipCommand Tick(Guid commandId) => new GossipCommand.Tick(commandId);

    public static Decision<GossipEvent> Decide(GossipState state, GossipCommand command, Stamp stamp)
    {
        var draft = new GossipDraft(state, stamp.Earliest);
        var refusal = command switch
        {
            GossipCommand.Note note => Note(draft, note.Network),
            GossipCommand.Publish publish => Publish(draft, publish),
            GossipCommand.SetFees set => SetFees(draft, set.Fees),
            GossipCommand.RecordSigned signed => RecordSigned(draft, signed),
            GossipCommand.RecordNotSigned refused => RecordNotSigned(draft, refused),
            GossipCommand.Hear hear => Hear(draft, hear, stamp),
            GossipCommand.Drop drop => Drop(draft, drop.Channel),
            GossipCommand.Tick => null,
            _ => new(RejectionCode.UnsupportedKind, "a command of what operators tell each other", command.GetType().Name),
        };
        if (refusal is not null) return refusal;
        if (command is not (GossipCommand.Hear or GossipCommand.Drop)) Advance(draft);
        return draft.Events;
    }

    public static Instant? NextWake(GossipState state)
    {
        var soonest = (Instant?)null;
        foreach (var word in state.Words.Values) Consider(GossipRules.SaidAt(word.Content) + GossipRules.Lasts + Span.Seconds(1));
        foreach (var pair in state.Own.Values)
        {
            if (pair.A is { } a && DueOf(state, a) is { } ofA) Consider(ofA);
            if (pair.B is { } b && DueOf(state, b) is { } ofB) Consider(ofB);
        }

        return soonest;

        void Consider(Instant at) => soonest = soonest is { } known && known <= at ? known : at;
    }

    public static ImmutableSortedDictionary<string, Effect> Owed(GossipState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        foreach (var pair in state.Own.Values)
        {
            foreach (var own in new[] { pair.A, pair.B })
                if (own is { Wanted: { } content }) owed.Add($"{own.Side.Side}", new Effect.SignAnnouncement(own.Opening, own.Side.Side, content));
        }

        return owed.ToImmutable();
    }

    public static GossipCommand? Resume(GossipState state, string intent, EffectResult result)
    {
        var side = ChannelRef.Parse(intent);
        if (state.OwnOf(side)?.Wanted is not { } content) return null;
        var id = EffectId.ResultOf(Kind, GossipCommand.Key, $"{intent}#{content.Second}");
        return result switch
        {
            EffectResult.ChannelSigned signed => new GossipCommand.RecordSigned(id, side, new(content, signed.Signature)),
            EffectResult.Failed failed => new GossipCommand.RecordNotSigned(id, side, failed.Rejection),
            _ => null,
        };
    }

    public static GossipState Evolve(GossipState state, GossipEvent @event, Instant at) => @event switch
    {
        GossipEvent.NetworkNoted e => state with { Networks = state.Networks.Add(e.Network) },
        GossipEvent.SideNoted e => WithOwn(state, e.Side.Side, own => new(e.Opening, e.Side, e.IsPublic, own?.Wanted, null, null)),
        GossipEvent.FeesSet e => state with { Fees = e.Fees },
        GossipEvent.WordWanted e => WithOwn(state, e.Side, own => own! with { Wanted = e.Content }),
        GossipEvent.WordRefused e => WithOwn(state, e.Side, own => own! with { Wanted = null, Trouble = e.Reason, TryAfter = at + SignAgain }),
        GossipEvent.WordKept e => Kept(state, new(e.Word, e.From, e.Capacity)),
        GossipEvent.SidesForgotten e => Forgotten(state, e.Sides),
        _ => throw new UnreachableException($"No event of what operators tell each other: {@event.GetType().Name}."),
    };

    private static Rejection? Note(GossipDraft draft, RouterRef network)
    {
        if (!draft.State.Networks.Contains(network)) draft.Add(new GossipEvent.NetworkNoted(network));
        return null;
    }

    private static Rejection? Publish(GossipDraft draft, GossipCommand.Publish publish)
    {
        var facts = publish.Opening.Facts;
        Note(draft, new(facts.Chain, facts.Manager, facts.Token));
        var known = draft.State.OwnOf(publish.Side.Side);
        // Of a side that never was public nothing is kept here.
        if (known is null ? !publish.IsPublic : (known.Side, known.IsPublic) == (publish.Side, publish.IsPublic)) return null;
        draft.Add(new GossipEvent.SideNoted(publish.Opening, publish.Side, publish.IsPublic));
        return null;
    }

    private static Rejection? SetFees(GossipDraft draft, ForwardFees fees)
    {
        if (draft.State.Fees != fees) draft.Add(new GossipEvent.FeesSet(fees));
        return null;
    }

    private static Rejection? RecordSigned(GossipDraft draft, GossipCommand.RecordSigned signed)
    {
        if (draft.State.OwnOf(signed.Side) is not { Wanted: { } wanted } own || wanted != signed.Word.Content) return null;
        if (AnnouncementDigest.IsSigned(signed.Word)) draft.Add(new GossipEvent.WordKept(signed.Word, null, own.Side.Capacity));
        else draft.Add(new GossipEvent.WordRefused(signed.Side, new(RejectionCode.BadSignature, $"a signature of {wanted.Party}", "another")));
        return null;
    }

    private static Rejection? RecordNotSigned(GossipDraft draft, GossipCommand.RecordNotSigned refused)
    {
        if (draft.State.OwnOf(refused.Side)?.Wanted is not null) draft.Add(new GossipEvent.WordRefused(refused.Side, refused.Reason));
        return null;
    }

    private static Rejection? Hear(GossipDraft draft, GossipCommand.Hear hear, Stamp stamp)
    {
        if (GossipRules.IsKnown(draft.State, hear.Word)) return null;
        if ((GossipRules.Judge(draft.State, hear.From, hear.Word, stamp) ?? GossipRules.Judge(hear.Sight)) is { } refusal) return refusal;
        draft.Add(new GossipEvent.WordKept(hear.Word, hear.From, hear.Sight!.Capacity));
        return null;
    }

    /// <summary>What is said of sides here stays: they look at the chain themselves.</summary>
    private static Rejection? Drop(GossipDraft draft, Bytes32 channel)
    {
        ImmutableArray<ChannelRef> gone = [.. SidesOf(channel).Where(side => draft.State.Find(side) is { From: not null })];
        if (!gone.IsEmpty) draft.Add(new GossipEvent.SidesForgotten(gone));
        return null;
    }

    /// <summary>Forgets what is too old, and has the keys of sides here sign what is new.</summary>
    private static void Advance(GossipDraft draft)
    {
        ImmutableArray<ChannelRef> old = [.. draft.State.Words.Values.Where(word => GossipRules.SaidAt(word.Content) + GossipRules.Lasts < draft.Now).Select(static word => word.Side)];
        if (!old.IsEmpty) draft.Add(new GossipEvent.SidesForgotten(old));
        foreach (var pair in draft.State.Own.Values)
        {
            foreach (var own in new[] { pair.A, pair.B })
                if (own is not null && DueOf(draft.State, own) is { } due && due <= draft.Now)
                    draft.Add(new GossipEvent.WordWanted(own.Side.Side, ContentOf(draft.State, own) with { Second = (ulong)(draft.Now.UnixMs / 1000) }));
        }
    }

    /// <summary>From when on the key of a side here is to sign what it says; null: not as things stand.</summary>
    private static Instant? DueOf(GossipState state, OwnSide own)
    {
        if (own.Wanted is not null) return null;
        var (content, known) = (ContentOf(state, own), state.Find(own.Side.Side)?.Content);
        // Who never said anything, or said that it carries nothing on, need not say it (again).
        if (content.IsDisabled && known is null or { IsDisabled: true }) return null;
        var earliest = known is null ? default : GossipRules.SaidAt(known) + (content == known with { Second = 0 } ? GossipRules.Refresh : GossipRules.LeastPause);
        return own.TryAfter is { } after && after > earliest ? after : earliest;
    }

    /// <summary>What a side here says, but for the time.</summary>
    private static ChannelAnnouncement ContentOf(GossipState state, OwnSide own)
    {
        var (side, forwards) = (own.Side, own.Side.Forwards);
        if (state.Fees is { } fees) forwards = new Channels.ForwardPolicy(fees.BaseFee, fees.FeePpm, fees.LockDelta).By(side).Forwards;
        return new(own.Opening.Facts, side.Side.Us, 0, !own.IsPublic || !side.IsOpen, forwards, UInt256.One, side.ShortestLock, side.LongestLock, side.LockFloor, side.OnionKey);
    }

    /// <summary>What is told by the second word of a channel is told of both: until then nobody but the other side's operator heard the first.</summary>
    private static GossipState Kept(GossipState state, KnownWord word)
    {
        var side = word.Side;
        var isFirst = state.Find(side) is null;
        state = Put(state, word);
        if (isFirst && state.Find(side.Peer) is { } other) state = Put(state, other);
        return word.From is null ? WithOwn(state, side, static own => own! with { Wanted = null, Trouble = null, TryAfter = null }) : state;
    }

    private static GossipState Put(GossipState state, KnownWord word)
    {
        var (number, side) = (state.Count + 1, word.Side);
        var before = state.Numbers.GetValueOrDefault(side.Channel);
        return state with
        {
            Count = number,
            Words = state.Words.Remove(before.Of(side.Us)).Add(number, word),
            Numbers = state.Numbers.SetItem(side.Channel, before.With(side.Us, number)),
        };
    }

    private static GossipState Forgotten(GossipState state, ImmutableArray<ChannelRef> sides)
    {
        foreach (var side in sides)
        {
            var before = state.Numbers.GetValueOrDefault(side.Channel);
            var after = before.With(side.Us, 0);
            state = state with
            {
                Words = state.Words.Remove(before.Of(side.Us)),
                Numbers = after == default ? state.Numbers.Remove(side.Channel) : state.Numbers.SetItem(side.Channel, after),
            };
        }

        return state with { Epoch = state.Epoch + 1 };
    }

    private static GossipState WithOwn(GossipState state, ChannelRef side, Func<OwnSide?, OwnSide> change)
    {
        var pair = state.Own.GetValueOrDefault(side.Channel);
        return state with { Own = state.Own.SetItem(side.Channel, pair.With(side.Us, change(pair.Of(side.Us)))) };
    }

    private static ChannelRef[] SidesOf(Bytes32 channel) => [new(channel, ChannelSide.A), new(channel, ChannelSide.B)];
}
