using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What whoever looks for ways is told of a side: that it is open, by how much, and that it is not any more.</summary>
public sealed partial class ChannelDecider
{
    private static void OweNews(ChannelState state, ImmutableSortedDictionary<string, Effect>.Builder owed)
    {
        if (IsTold(state)) return;
        var (isOpen, capacity, isPublic) = NewsOf(state);
        var name = string.Create(CultureInfo.InvariantCulture, $"{AnnounceName}|{(state.Announced?.Number ?? 0) + 1}");
        // Something else may have been said under that name before it was known to be heard.
        var id = EffectId.Of(Kind, state.Ref.ToString(), string.Create(CultureInfo.InvariantCulture, $"{name}|{state.Announced?.Turns ?? 0}|{isOpen}|{capacity}|{isPublic}"));
        owed.Add(name, new Effect.AnnounceSide(id, state.Opening!, state.Ref, isOpen, capacity, isPublic));
    }

    private static bool IsTold(ChannelState state)
    {
        var (isOpen, capacity, isPublic) = NewsOf(state);
        return state.Announced is { } known ? known.Turns == 0 && (known.IsOpen, known.Capacity, known.IsPublic) == (isOpen, capacity, isPublic) : !isOpen;
    }

    /// <summary>What others were told is said anew: whatever was on its way to them meanwhile was another thing.</summary>
    private static ChannelState Turned(ChannelState state)
    {
        var known = state.Announced ?? new(0, false, UInt256.Zero);
        return state with { Announced = known with { Turns = known.Turns + 1 } };
    }

    /// <summary>A side without a co-signed deposit, or whose channel has begun to close, carries nothing.</summary>
    private static (bool IsOpen, UInt256 Capacity, bool IsPublic) NewsOf(ChannelState state)
    {
        var book = state.Book;
        var capacity = book.Balance.A + book.Balance.B + book.Locks.Aggregate(UInt256.Zero, static (sum, open) => sum + open.Amount);
        return state is { Phase: ChannelPhase.Open, Frozen: false, Stage: ChannelStage.Open } && !capacity.IsZero ? (true, capacity, state.IsPublic) : (false, UInt256.Zero, state.IsPublic);
    }

    /// <summary>Private until its account says otherwise (BOLT-7, announce_channel).</summary>
    private static Rejection? SetPublic(ChannelDraft draft, ChannelCommand.SetPublic command)
    {
        if (command.IsPublic && draft.State.Phase is not (ChannelPhase.Opening or ChannelPhase.Open)) return new(RejectionCode.WrongState, "an open channel", draft.State.Phase.ToString());
        if (draft.State.IsPublic != command.IsPublic) draft.Add(new ChannelEvent.PublicSet(command.IsPublic));
        return null;
    }

    private static Rejection? RecordAnnounced(ChannelDraft draft, ChannelCommand.RecordAnnounced announced)
    {
        draft.Add(new ChannelEvent.SideAnnounced(announced.IsOpen, announced.Capacity) { IsPublic = announced.IsPublic });
        return null;
    }
}
