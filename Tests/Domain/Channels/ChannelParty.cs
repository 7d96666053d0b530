using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>
/// One side of a channel with its key, driven by hand: decide, evolve. Its key keeps what it signed and fails the test that has it sign two books for one nonce. All
/// events are kept, so that it can be replayed, or put back to an older copy.
/// </summary>
internal sealed class ChannelParty
{
    internal static readonly ChannelTerms Terms = new(LockFloor: 100, TrimCap: 250, MostLocked: 1_000_000, LongestLock: 100_000, ShortestLock: 1_000);

    private static readonly byte[][] _keys = [.. new[] { "one", "two" }.Select(static name => SHA256.HashData(Encoding.UTF8.GetBytes(name))).OrderBy(AddressOf)];

    private readonly Dictionary<ulong, Bytes32> _signed = [];
    private readonly List<ChannelEvent> _events = [];
    private int _commands;

    internal ChannelParty(ChannelSide side)
    {
        Side = side;
        State = ChannelDecider.Empty(new ChannelRef(Id, Side).ToString());
    }

    /// <summary>What was asked for here and is in a full state.</summary>
    internal List<ChannelUpdate> Done { get; } = [];

    /// <summary>What is beside the channel: answers effects that go to neither key nor peer.</summary>
    internal Func<Effect, EffectResult> Beside { get; set; } = static effect => throw new InvalidOperationException(effect.ToString());

    /// <summary>What <see cref="Beside"/> was asked.</summary>
    internal List<Effect> Asked { get; } = [];

    /// <summary>What it told of its peer.</summary>
    internal List<Effect.ReportDealings> Reported { get; } = [];

    /// <summary>Books that this side signed as a proposal.</summary>
    internal List<ChannelBook> Said { get; } = [];

    /// <summary>What was asked for here and has not ended.</summary>
    internal Dictionary<Guid, ChannelUpdate> Waiting { get; } = [];

    internal static ChannelFacts Facts { get; } = new(
        ChainId.Evm(31337), Address.Parse("0x00000000000000000000000000000000000000c0"), AddressOf(_keys[0]), AddressOf(_keys[1]),
        Address.Parse("0x00000000000000000000000000000000000000ee"), 7);

    internal static Bytes32 Id { get; } = ChannelDomain.Id(Facts);

    internal ChannelSide Side { get; }

    /// <summary>What its clock says; a replay knows only the first.</summary>
    internal Instant Now { get; set; } = People.Start;

    internal ChannelState State { get; private set; }

    internal IReadOnlyList<ChannelEvent> Events => _events;

    internal ImmutableSortedDictionary<string, Effect> Owed => ChannelDecider.Owed(State);

    internal static ChannelOpening OpeningOf(ChannelSide side) => new(new(new Bytes32((UInt256)(ulong)(7 + (int)side))), "channels", Facts, Terms, null);

    internal static ChannelSight Sight(ulong second, ulong depositA, ulong depositB) =>
        new(new(second, new Bytes32((UInt256)second)), second, new(depositA, depositB), default, 0, 0, Terms.LockFloor, Terms.TrimCap);

    internal static Bytes32 DigestOf(ChannelBook book) => ChannelDomain.Of(Facts).State(Id, ContractState.Of(book, Terms.LockFloor));

    internal static HexBytes Sign(ChannelSide side, ChannelBook book) => Sign(side, DigestOf(book));

    internal static HexBytes Sign(ChannelSide side, Bytes32 digest)
    {
        using var key = PrivateKey.From(_keys[(int)side]);
        return ChannelSignature.Sign(key, digest);
    }

    /// <summary>An open channel of two sides that know each other's deposits. A has the turn, since it was the last to pay: 1, which it had deposited more.</summary>
    /// <param name="peer">The operator of the other side; null: it is here.</param>
    internal static (ChannelParty A, ChannelParty B) Pair(ulong balanceA = 10_000, ulong balanceB = 5_000, Name? peer = null)
    {
        var (depositA, depositB) = (balanceA + 1, balanceB - 1);
        var (a, b) = (new ChannelParty(ChannelSide.A), new ChannelParty(ChannelSide.B));
        foreach (var party in new[] { a, b })
        {
            party.Accept(new ChannelCommand.Open(party.NewId(), OpeningOf(party.Side) with { Peer = peer }));
            party.Accept(new ChannelCommand.RecordSight(party.NewId(), Sight(1_000_000, depositA, depositB)));
            party.Accept(new ChannelCommand.RecordTaken(party.NewId(), 0));
        }

        Settle(a, b);
        a.Pay(1);
        Settle(a, b);
        return (a, b);
    }

    /// <summary>Runs what both owe until neither owes anything.</summary>
    internal static void Settle(ChannelParty a, ChannelParty b)
    {
        // Both in turn: what one says may have to wait for what the other owes.
        for (var steps = 0; a.Step(b) | b.Step(a); steps++)
            if (steps > 10_000) throw new InvalidOperationException($"They do not come to rest: {string.Join(", ", a.Owed.Keys.Concat(b.Owed.Keys))}");
    }

    /// <summary>Runs the first effect that is owed; false when there is none but what is to be done on chain.</summary>
    internal bool Step(ChannelParty peer)
    {
        if (Owed.FirstOrDefault(static owed => owed.Value is not (Effect.ActOnChannel or Effect.SignChannelOrder)).Key is not { } intent) return false;
        Run(peer, intent);
        return true;
    }

    /// <summary>Its key signs what it is asked for the contract, if it is.</summary>
    internal bool SignOrder()
    {
        if (Owed.FirstOrDefault(static owed => owed.Value is Effect.SignChannelOrder) is not { Key: { } intent, Value: Effect.SignChannelOrder sign }) return false;
        var domain = ChannelDomain.Of(Facts);
        var digest = sign.Order switch
        {
            ChannelOrder.Demand demand => domain.Close(ContractState.Of(demand.Book, Terms.LockFloor).Hash(Id), demand.Expiry),
            ChannelOrder.Pull pull => domain.Pull(Facts.Token, Facts.PartyOf(Side), pull.Amount, pull.Pulls, pull.Expiry),
            ChannelOrder.Withdrawal of => domain.Withdrawal(Id, Facts.PartyOf(of.Party), of.Total, of.Expiry),
            _ => throw new UnreachableException(),
        };
        Accept(ChannelDecider.Resume(State, intent, new EffectResult.ChannelSigned(Sign(Side, digest)))!);
        return true;
    }

    /// <summary>Runs one owed effect: a signature, or a message to the peer and its answer.</summary>
    internal void Run(ChannelParty peer, string intent)
    {
        EffectResult result = Owed[intent] switch
        {
            Effect.SignChannelState sign => new EffectResult.ChannelSigned(SignOnce(sign)),
            Effect.TakeChannel => new EffectResult.ChannelTaken(_signed.Keys.DefaultIfEmpty(0UL).Max()),
            Effect.TellPeer tell => new EffectResult.Replied(peer.Hear(tell.Message)),
            Effect.ReportDealings told => Report(told),
            Effect.AnnounceSide said => new EffectResult.SideTold(said.IsOpen, said.Capacity, said.IsPublic),
            var other => Ask(other),
        };
        if (ChannelDecider.Resume(State, intent, result) is { } command) Accept(command);
    }

    private EffectResult.Replied Report(Effect.ReportDealings told)
    {
        Reported.Add(told);
        return new(new CommandReply.Accepted(0, []));
    }

    private EffectResult Ask(Effect effect)
    {
        Asked.Add(effect);
        return Beside(effect);
    }

    internal CommandReply Hear(ChannelMessage message)
    {
        // As it goes over the wire.
        var json = JsonSerializer.Serialize(message, ChannelJson.Default.ChannelMessage);
        return Do(new ChannelCommand.Hear(NewId(), JsonSerializer.Deserialize(json, ChannelJson.Default.ChannelMessage)!)) is Decision<ChannelEvent>.Refuse refuse
            ? new CommandReply.Refused(refuse.Rejection)
            : new CommandReply.Accepted(0, []);
    }

    internal Decision<ChannelEvent> Do(ChannelCommand command)
    {
        var decision = ChannelDecider.Decide(State, command, Stamp.At(Now));
        if (decision is not Decision<ChannelEvent>.Accept accept) return decision;
        foreach (var @event in accept.Events)
        {
            _events.Add(@event);
            Follow(@event);
            State = ChannelDecider.Evolve(State, @event, Now);
        }

        return decision;
    }

    internal ImmutableArray<ChannelEvent> Accept(ChannelCommand command) =>
        Do(command).Should().BeOfType<Decision<ChannelEvent>.Accept>("{0} is fine here", command).Which.Events;

    internal Rejection Refuse(ChannelCommand command) =>
        Do(command).Should().BeOfType<Decision<ChannelEvent>.Refuse>("{0} is not fine here", command).Which.Rejection;

    /// <summary>Sees its channel at a final block.</summary>
    /// <param name="deposits">All that each has deposited; null: as it knows.</param>
    internal void See(ulong second, SidePair? deposits = null)
    {
        var known = deposits ?? State.Deposits;
        Do(new ChannelCommand.Look(NewId()));
        Do(new ChannelCommand.RecordSight(NewId(), Sight(second, 0, 0) with { Deposited = known }));
    }

    internal ImmutableArray<ChannelEvent> Pay(ulong amount) => Accept(new ChannelCommand.Pay(NewId(), amount));

    /// <summary>Dies and is loaded again from what is stored.</summary>
    internal void Reload()
    {
        var state = ChannelDecider.Empty(new ChannelRef(Id, Side).ToString());
        for (var i = 0; i < _events.Count; i++)
        {
            var json = JsonSerializer.Serialize(_events[i], ChannelJson.Default.ChannelEvent);
            state = ChannelDecider.Evolve(state, JsonSerializer.Deserialize(json, ChannelJson.Default.ChannelEvent)!, People.Start);
        }

        Snapshot(state).Should().Be(Snapshot(State), "a replay leads where the run led");
        State = JsonSerializer.Deserialize(Snapshot(state), ChannelJson.Default.ChannelState)!;
        Snapshot(State).Should().Be(Snapshot(state), "a snapshot holds the whole state");
    }

    /// <summary>Is put back to a copy of its store that knows only the first events.</summary>
    internal void Restore(int events)
    {
        _events.RemoveRange(events, _events.Count - events);
        State = _events.Aggregate(ChannelDecider.Empty(new ChannelRef(Id, Side).ToString()), static (state, @event) => ChannelDecider.Evolve(state, @event, People.Start));
    }

    internal Guid NewId() => People.Id($"{Side} {_commands++}");

    /// <summary>Each wish ends once: done, or refused.</summary>
    private void Follow(ChannelEvent @event)
    {
        switch (@event)
        {
            case ChannelEvent.UpdateWanted wanted:
                Waiting.Add(wanted.Wish.Id, wanted.Wish.Update);
                break;
            case ChannelEvent.UpdateRefused refused:
                Waiting.Remove(refused.Wish).Should().BeTrue("it waited");
                break;
            case ChannelEvent.ProposalSigned signed:
                Said.Add(State.Ours.Single(own => own.Nonce == signed.Nonce).Book);
                break;
            case ChannelEvent.StateAcknowledged acknowledged:
                foreach (var wish in State.Ours.TakeWhile(own => own.Nonce <= acknowledged.Nonce).SelectMany(static own => own.Wishes))
                {
                    Waiting.Remove(wish.Id).Should().BeTrue("it is done once");
                    Done.Add(wish.Update);
                }

                break;
            case ChannelEvent.SignatureRefused refused when State.Ours.FirstOrDefault(own => own.Nonce == refused.Nonce) is { } first:
                foreach (var wish in first.Wishes) Waiting.Remove(wish.Id).Should().BeTrue("it waited");
                break;
            case ChannelEvent.ProposalBurnt { Reason.Code: RejectionCode.NonceConflict }:
                break;
            case ChannelEvent.ProposalBurnt burnt when State.Ours.FirstOrDefault(own => own.Nonce == burnt.Nonce) is { } first:
                foreach (var wish in first.Wishes) Waiting.Remove(wish.Id).Should().BeTrue("it waited");
                break;
            default:
                break;
        }
    }

    private HexBytes SignOnce(Effect.SignChannelState sign)
    {
        var digest = ChannelDomain.Of(sign.Opening.Facts).State(sign.Side.Channel, ContractState.Of(sign.Book, sign.Opening.Terms.LockFloor));
        if (!_signed.TryAdd(sign.Book.Nonce, digest)) _signed[sign.Book.Nonce].Should().Be(digest, "one book is signed for nonce {0}", sign.Book.Nonce);
        return Sign(Side, sign.Book);
    }

    internal static string Snapshot(ChannelState state) => JsonSerializer.Serialize(state, ChannelJson.Default.ChannelState);

    private static Address AddressOf(byte[] key)
    {
        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        Secp256k1.CreatePublicKey(key, point);
        return Address.From(Keccak256.Hash(point[1..]).AsSpan(12));
    }
}
