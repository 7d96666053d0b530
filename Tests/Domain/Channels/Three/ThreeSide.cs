using System.Text.Json;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>What becomes of the next append.</summary>
internal enum Append
{
    Stored,

    /// <summary>Provably not written: whoever asked is told to ask again.</summary>
    Refused,

    /// <summary>Written, and nobody hears of it; the side is loaded again.</summary>
    StoredUnheard,

    /// <summary>Not written, and nobody hears of it; the side is loaded again.</summary>
    Lost,
}

/// <summary>
/// One side of a channel as the shell runs it: decides, stores, evolves; an id that was accepted is answered again; a Carry is refused for ever. What it runs is lost when it dies, what it
/// stored is not, unless it is put back to an older copy.
/// </summary>
internal sealed class ThreeSide
{
    private readonly List<(ChannelEvent Event, Instant At)> _events = [];
    private readonly Dictionary<Guid, (int Events, CommandReply Reply)> _replies = [];
    private readonly Func<ulong> _second;
    private int _commands;

    internal ThreeSide(ThreeNode node, ChannelFacts facts, ChannelTerms terms, string name, Func<ulong> second)
    {
        (Node, Name, _second) = (node, name, second);
        Side = node.Signer.Address == facts.A ? ChannelSide.A : ChannelSide.B;
        Ref = new(ChannelDomain.Id(facts), Side);
        Opening = new(new(new Bytes32((UInt256)(ulong)(7 + name[0]))), "channels", facts, terms, null);
        State = ChannelDecider.Empty(Ref.ToString());
        node.Sides.Add(this);
    }

    internal ThreeNode Node { get; }

    internal string Name { get; }

    internal ChannelSide Side { get; }

    internal ChannelRef Ref { get; }

    internal ChannelOpening Opening { get; }

    internal ChannelState State { get; private set; }

    /// <summary>Called with each event that was stored.</summary>
    internal Action<ChannelEvent> Stored { get; set; } = static _ => { };

    internal int Events => _events.Count;

    /// <summary>The chain's second when its newest full state came to be.</summary>
    internal ulong FullSince { get; private set; }

    /// <summary>States with both signatures that it ever held, oldest first: what it can close by in bad faith.</summary>
    internal List<CoSigned> Held { get; } = [];

    /// <summary>Effects that were run and whose results have not come back.</summary>
    internal SortedDictionary<string, EffectResult> Running { get; } = new(StringComparer.Ordinal);

    internal Dictionary<Name, ThreePacket> Packets { get; } = [];

    internal Append NextAppend { get; set; }

    /// <summary>How often its nodes of the chain do not answer from now on.</summary>
    internal int ChainTrouble { get; set; }

    internal ThreeSide Peer { get; set; } = null!;

    /// <summary>What another operator keeps for it; null: it was never given anything.</summary>
    internal ThreeTower? Tower { get; set; }

    /// <summary>States above this are acknowledged only when its tower has them; null: it does not wait.</summary>
    internal ulong? WaitsAbove { get; set; }

    internal Instant Now => People.Start + Span.Seconds((long)_second());

    internal ImmutableSortedDictionary<string, Effect> Owed => ChannelDecider.Owed(State);

    internal static string Snapshot(ChannelState state) => JsonSerializer.Serialize(state, ChannelJson.Default.ChannelState);

    internal Guid NewId() => People.Id($"{Name} {_commands++}");

    internal bool Does(ChannelCommand command) => Do(command) is CommandReply.Accepted;

    /// <summary>The answer; null: none came.</summary>
    internal CommandReply? Do(ChannelCommand command)
    {
        if (_replies.TryGetValue(command.CommandId, out var known)) return known.Reply;
        var decision = ChannelDecider.Decide(State, command, Stamp.At(Now));
        if (decision is Decision<ChannelEvent>.Refuse { Rejection: var refusal })
        {
            var refused = new CommandReply.Refused(refusal);
            if (Answers.IsTooLate(refusal) || (command is IDecidedOnce && Answers.IsDefinite(refusal))) _replies.Add(command.CommandId, (_events.Count, refused));
            return refused;
        }

        var events = ((Decision<ChannelEvent>.Accept)decision).Events;
        if (events.IsEmpty) return new CommandReply.Accepted(_events.Count, []);
        var append = NextAppend;
        NextAppend = Append.Stored;
        if (append is Append.Stored or Append.StoredUnheard) Store(command, events);
        if (append is Append.Lost or Append.StoredUnheard) Reload();
        return append switch
        {
            Append.Stored => _replies[command.CommandId].Reply,
            Append.Refused => new CommandReply.Refused(new(RejectionCode.Overloaded, "a journal that takes it", "none")),
            _ => null,
        };
    }

    /// <summary>Dies and is loaded again from what is stored: where the run led, a replay leads too.</summary>
    internal void Reload()
    {
        Running.Clear();
        var state = ChannelDecider.Empty(Ref.ToString());
        foreach (var (@event, at) in _events)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(@event, ChannelJson.Default.ChannelEvent);
            state = ChannelDecider.Evolve(state, JsonSerializer.Deserialize(json, ChannelJson.Default.ChannelEvent)!, at);
        }

        var snapshot = Snapshot(state);
        if (snapshot != Snapshot(State)) throw new InvalidOperationException($"{Name}: a replay leads to {snapshot} and not to {Snapshot(State)}");
        State = JsonSerializer.Deserialize(snapshot, ChannelJson.Default.ChannelState)!;
        if (Snapshot(State) != snapshot) throw new InvalidOperationException($"{Name}: a snapshot does not hold {snapshot}");
    }

    /// <summary>The book of a state, out of all that is stored; null: it is not there.</summary>
    internal ChannelBook? Recall(ulong nonce, Bytes32 state)
    {
        var recall = new BookRecall(Ref, nonce, state);
        foreach (var (@event, at) in _events)
            if (recall.Take(@event, at)) break;
        return recall.Found;
    }

    /// <summary>All states that it has signed, out of all that is stored.</summary>
    internal IEnumerable<SignedMark> History()
    {
        var history = new SignedHistory(Ref);
        foreach (var (@event, at) in _events)
            if (history.Take(@event, at) is { } mark) yield return mark;
    }

    /// <summary>Is put back to a copy of its journal that knows only the first events.</summary>
    internal void Restore(int events)
    {
        Running.Clear();
        _events.RemoveRange(events, _events.Count - events);
        foreach (var (id, _) in _replies.Where(entry => entry.Value.Events > events).ToArray()) _replies.Remove(id);
        State = _events.Aggregate(ChannelDecider.Empty(Ref.ToString()), static (state, entry) => ChannelDecider.Evolve(state, entry.Event, entry.At));
        foreach (var packet in Packets.Values.Where(packet => packet.Act.Number > State.Acts).ToArray()) Packets.Remove(packet.Id);
    }

    private void Store(ChannelCommand command, ImmutableArray<ChannelEvent> events)
    {
        foreach (var @event in events)
        {
            var full = State.Full;
            _events.Add((@event, Now));
            State = ChannelDecider.Evolve(State, @event, Now);
            if (!ReferenceEquals(State.Full, full) && State.Full is { } newer)
            {
                FullSince = _second();
                Held.Add(newer);
            }

            Stored(@event);
        }

        _replies.Add(command.CommandId, (_events.Count, new CommandReply.Accepted(_events.Count, [])));
    }
}
