using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.KeyBooks;

/// <summary>
/// The books of a channel key. Each side says what its ledger came to, with its looks at the chain; at any news, and by the clock, the contract's events and holdings about the key are
/// read at a final block, and the account's ledger is asked what it posted for their transactions. Nothing is moved by what is found: it is shown, and told as an incident
/// (<see cref="KeyBooksAudit"/>).
/// <code>
///   a side's figures ──▶ SideNoted ──▶ (look) ──▶ BooksRead ──▶ rest, until the next news or the next look by the clock
/// </code>
/// </summary>
public sealed class KeyBooksDecider : IMachine<KeyBooksState, KeyBooksCommand, KeyBooksEvent>
{
    /// <summary>Most transactions of which the account is asked; more than these at once count as paid by others, or paid elsewhere.</summary>
    public const int MostWaiting = 1_024;

    /// <summary>Most sides that are asked at one look.</summary>
    public const int MostAsked = 64;

    private const string ReadName = "read";

    private static readonly Span _rest = Span.Hours(6);
    private static readonly Span _soon = Span.Seconds(300);
    private static readonly Span _atOnce = Span.Seconds(5);

    /// <summary>After that a deposit of which the account's ledger says nothing is another's.</summary>
    private static readonly Span _othersAfter = Span.Hours(24);

    private KeyBooksDecider()
    {
    }

    public static string Kind => "key-books";

    public static int CodeVersion => 1;

    public static KeyBooksState Empty(string key) => new(
        KeyBooksRef.Parse(key), null, false, 0, 0, 0, 0, default, 0, null, KeySums.Zero, ImmutableSortedDictionary<Bytes32, ChannelLine>.Empty,
        ImmutableSortedDictionary<Bytes32, WaitingMove>.Empty, default, null);

    public static KeyBooksCommand Tick(Guid commandId) => new KeyBooksCommand.Tick(commandId);

    public static Instant? NextWake(KeyBooksState state) => state.Looks ? null : state.NextLook;

    public static Decision<KeyBooksEvent> Decide(KeyBooksState state, KeyBooksCommand command, Stamp stamp) => command switch
    {
        KeyBooksCommand.NoteSide note => Note(state, note),
        KeyBooksCommand.Look => Look(state),
        KeyBooksCommand.Tick => state.NextLook is { } due && due <= stamp.Latest ? Look(state) : ImmutableArray<KeyBooksEvent>.Empty,
        KeyBooksCommand.RecordReading { Reading: var reading } => state.Looks && reading.From == (state.Next == 0 ? reading.From : state.Next)
            ? new KeyBooksEvent.BooksRead(reading)
            : ImmutableArray<KeyBooksEvent>.Empty,
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a channel key's books", command.GetType().Name),
    };

    public static KeyBooksState Evolve(KeyBooksState state, KeyBooksEvent @event, Instant at) => @event switch
    {
        KeyBooksEvent.SideNoted e => Wanted(WithSide(state, e.Side, e.Figures)) with { Party = e.Party },
        KeyBooksEvent.LookWanted => Wanted(state),
        KeyBooksEvent.BooksRead { Reading: var reading } => Read(state, reading, at),
        _ => throw new UnreachableException($"No event of a channel key's books: {@event}"),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(KeyBooksState state)
    {
        if (state is not { Looks: true, Party: { } party }) return ImmutableSortedDictionary<string, Effect>.Empty;
        var behind = state.Channels.Where(static line => line.Value is { IsKnown: true, Side: { } side } && side.Credited < line.Value.Credited).Take(MostAsked);
        return ImmutableSortedDictionary.Create<string, Effect>(StringComparer.Ordinal).Add(
            string.Create(CultureInfo.InvariantCulture, $"{ReadName}|{state.Round}"),
            new Effect.ReadKeyBooks(state.Ref, party, state.Next, [.. state.Waiting.Keys], [.. behind.Select(static line => new ChannelRef(line.Key, line.Value.Us))]));
    }

    public static KeyBooksCommand? Resume(KeyBooksState state, string intent, EffectResult result) =>
        result is EffectResult.KeyBooksRead read ? new KeyBooksCommand.RecordReading(EffectId.ResultOf(Kind, state.Ref.ToString(), intent), read.Reading) : null;

    private static Decision<KeyBooksEvent> Note(KeyBooksState state, KeyBooksCommand.NoteSide note)
    {
        if (state.Party is { } party && party != note.Party) return new Rejection(RejectionCode.LegMismatch, $"the key's address {party}", note.Party.ToString());
        var known = state.Line(note.Side.Channel).Side;
        return known is not null && known with { Block = note.Figures.Block } == note.Figures
            ? ImmutableArray<KeyBooksEvent>.Empty
            : new KeyBooksEvent.SideNoted(note.Side, note.Party, note.Figures);
    }

    private static Decision<KeyBooksEvent> Look(KeyBooksState state) =>
        state.Looks || state.Party is null ? ImmutableArray<KeyBooksEvent>.Empty : new KeyBooksEvent.LookWanted();

    private static KeyBooksState Wanted(KeyBooksState state) => state.Looks ? state : state with { Looks = true, Round = state.Round + 1 };

    private static KeyBooksState WithSide(KeyBooksState state, ChannelRef side, SideFigures figures)
    {
        var line = state.Line(side.Channel);
        var isOlder = line.Side is null ? !figures.Credited.IsZero : line.IsOlder;
        return state with { Channels = state.Channels.SetItem(side.Channel, line with { Side = figures, Us = side.Us, IsOlder = isOlder }) };
    }

    private static KeyBooksState Read(KeyBooksState state, KeyBooksReading reading, Instant at)
    {
        if (state.Next == 0) state = state with { From = reading.From };
        state = reading.Entries.Aggregate(state, (next, entry) => Entered(next, entry, at));
        state = reading.Sides.Aggregate(state, static (next, told) => WithSide(next, told.Side, told.Figures));
        state = reading.Moves.Aggregate(state, static (next, moves) => Heard(next, moves)) with { Looks = false, Block = reading.Block.Number, Next = reading.To + 1, Credit = reading.Credit, Pulls = reading.Pulls, At = at };
        state = state.Waiting.Where(move => at >= move.Value.Since + _othersAfter).Aggregate(state, static (next, late) => ByOthers(next, late.Key, late.Value));
        // What is not whole yet, or late, is looked at soon.
        if (!state.IsWhole) return state with { NextLook = at + _atOnce };
        var (credited, pulled) = (state.Sums.Credited, state.Sums.Pulled);
        if (state.Start is null)
            state = state with { Start = new(state.Credit + pulled > credited ? state.Credit + pulled - credited : default, state.Pulls > state.Sums.Pulls ? state.Pulls - state.Sums.Pulls : 0) };
        var isBusy = state.Waiting.Count > 0 || state.Channels.Values.Any(static line => line is { IsKnown: true, Side: { } side } && side.Credited != line.Credited);
        return state with { NextLook = at + (isBusy ? _soon : _rest) };
    }

    private static KeyBooksState Entered(KeyBooksState state, PartyEntry entry, Instant at)
    {
        var (sums, amount) = (state.Sums, entry.Amount);
        switch (entry.Kind)
        {
            case PartyEntryKind.Opened:
                state = WithLine(state, entry, line => line with { IsWhole = true, Deposited = amount, MovedAt = at });
                return amount.IsZero ? state : Wait(state with { Sums = sums with { Deposited = sums.Deposited + amount } }, entry, amount, default, at);
            case PartyEntryKind.Deposited:
                // Of a channel that was opened earlier, or in another token, nobody knows how much of the total is new.
                if (state.Line(entry.Channel!.Value) is not { IsWhole: true } line || amount <= line.Deposited) return state;
                var more = amount - line.Deposited;
                state = WithLine(state, entry, known => known with { Deposited = amount, MovedAt = at });
                return Wait(state with { Sums = sums with { Deposited = sums.Deposited + more } }, entry, more, default, at);
            case PartyEntryKind.Credited:
                state = entry.Channel is null ? state : WithLine(state, entry, known => known with { Credited = known.Credited + amount, MovedAt = at });
                return state with { Sums = sums with { Credited = sums.Credited + amount } };
            case PartyEntryKind.Pulled:
                sums = sums with { Pulled = sums.Pulled + amount, Pulls = sums.Pulls + 1 };
                return entry.IsHome
                    ? Wait(state with { Sums = sums }, entry, default, amount, at)
                    : state with { Sums = sums with { PaidElsewhere = sums.PaidElsewhere + amount } };
            default:
                throw new UnreachableException($"No entry: {entry.Kind}.");
        }
    }

    private static KeyBooksState WithLine(KeyBooksState state, PartyEntry entry, Func<ChannelLine, ChannelLine> change) =>
        state with { Channels = state.Channels.SetItem(entry.Channel!.Value, change(state.Line(entry.Channel.Value))) };

    private static KeyBooksState Wait(KeyBooksState state, PartyEntry entry, UInt256 deposited, UInt256 home, Instant at)
    {
        if (!state.Waiting.TryGetValue(entry.Transaction, out var move))
        {
            if (state.Waiting.Count >= MostWaiting)
            {
                var sums = state.Sums;
                return state with { Sums = sums with { ByOthers = sums.ByOthers + deposited, PaidElsewhere = sums.PaidElsewhere + home } };
            }

            move = new(default, default, at);
        }

        return state with { Waiting = state.Waiting.SetItem(entry.Transaction, move with { Deposited = move.Deposited + deposited, Home = move.Home + home }) };
    }

    /// <summary>
    /// What the account's ledger posted for a transaction. A packet may pay more in it than this key's deposits: for the peer, or for another key. A token may keep a part of what is paid
    /// out, so what arrived may be less; nothing at all is not.
    /// </summary>
    private static KeyBooksState Heard(KeyBooksState state, AssetMoves moves)
    {
        if (!state.Waiting.TryGetValue(moves.Transaction, out var move)) return state;
        var sums = state.Sums;
        if (!moves.Spent.IsZero && !move.Deposited.IsZero)
        {
            var missing = move.Deposited > moves.Spent ? move.Deposited - moves.Spent : UInt256.Zero;
            sums = sums with { ByPackets = sums.ByPackets + move.Deposited, Short = sums.Short + missing };
            move = move with { Deposited = default };
        }

        if (!moves.Received.IsZero && !move.Home.IsZero)
        {
            sums = sums with { PaidHome = sums.PaidHome + move.Home };
            move = move with { Home = default };
        }

        return Kept(state with { Sums = sums }, moves.Transaction, move);
    }

    private static KeyBooksState ByOthers(KeyBooksState state, Bytes32 transaction, WaitingMove move) =>
        Kept(state with { Sums = state.Sums with { ByOthers = state.Sums.ByOthers + move.Deposited } }, transaction, move with { Deposited = default });

    private static KeyBooksState Kept(KeyBooksState state, Bytes32 transaction, WaitingMove move) => state with
    {
        Waiting = move is { Deposited.IsZero: true, Home.IsZero: true } ? state.Waiting.Remove(transaction) : state.Waiting.SetItem(transaction, move),
    };
}
