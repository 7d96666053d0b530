using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.CoinChannels;

namespace TPWallet.Tests.Domain.CoinChannels;

/// <summary>
/// One side of a channel, driven by hand, with the signer's own rules and keys behind it. All events are kept, so that it can be replayed, or put back to an older
/// copy; what its signer keeps is never put back.
/// </summary>
internal sealed class CoinParty : IDisposable
{
    private readonly CoinKeys _keys;
    private readonly CoinSigning _signing;
    private readonly List<(CoinEvent Event, Instant At)> _events = [];
    private readonly HashSet<long> _given = [];
    private int _commands;

    internal CoinParty(CoinSide side, string seed = "seed")
    {
        Side = side;
        _keys = new(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {side}")));
        _signing = new(_keys);
        State = CoinChannelDecider.Empty(SideRef);
        Payout = OutputScript.WitnessPubKeyHash(Secp256k1.CreatePublicKey(_keys.DelayedPayment));
    }

    internal CoinSide Side { get; }

    internal CoinState State { get; private set; }

    internal Script Payout { get; }

    internal CoinFloor Floor { get; private set; } = CoinFloor.None;

    /// <summary>What claims pay for their transactions.</summary>
    internal FeeRate Rate { get; set; }

    internal IReadOnlyList<CoinEvent> Events => [.. _events.Select(static stored => stored.Event)];

    /// <summary>A minute for each command: nothing here comes too fast for the other.</summary>
    private Instant Now => People.Start + Span.Seconds(60 * _commands);

    private CoinChannelRef SideRef => new(CoinPair.Parties.Id, Side);

    /// <summary>What is owed, without the looks that are taken all the time.</summary>
    internal ImmutableSortedDictionary<string, CoinEffect> Owed =>
        CoinChannelDecider.Wanted(State).RemoveRange(CoinChannelDecider.Wanted(State).Where(wanted => wanted.Value is CoinEffect.Look && !State.Looks).Select(static wanted => wanted.Key));

    /// <summary>What was asked for here and both hold to.</summary>
    internal List<CoinUpdate> Done { get; } = [];

    internal Dictionary<Guid, CoinUpdate> Waiting { get; } = [];

    /// <summary>Every commitment that this side's signer ever signed for the peer, by number, as the peer could send it.</summary>
    internal SortedDictionary<long, (PeerCommitment Commitment, CoinSignatures Signatures)> Signed { get; } = [];

    /// <summary>The keys of the peer's, for tests in which it cheats.</summary>
    internal CoinKeys Keys => _keys;

    internal Guid NewId() => People.Id($"{Side} {_commands++}");

    internal Decision<CoinEvent> Do(CoinCommand command)
    {
        var decision = CoinChannelDecider.Decide(State, command, Stamp.At(Now));
        if (decision is not Decision<CoinEvent>.Accept accept) return decision;
        foreach (var @event in accept.Events)
        {
            _events.Add((@event, Now));
            Follow(@event);
            State = CoinChannelDecider.Evolve(State, @event, Now);
        }

        return decision;
    }

    internal ImmutableArray<CoinEvent> Accept(CoinCommand command) =>
        Do(command).Should().BeOfType<Decision<CoinEvent>.Accept>("{0} is fine here", command).Which.Events;

    internal Rejection Refuse(CoinCommand command) =>
        Do(command).Should().BeOfType<Decision<CoinEvent>.Refuse>("{0} is not fine here", command).Which.Rejection;

    internal void Want(CoinUpdate update) => Accept(new CoinCommand.Update(NewId(), update));

    /// <summary>True where it is durable here, and need not be said again.</summary>
    internal bool Hear(CoinMessage message)
    {
        var json = JsonSerializer.Serialize(message, CoinJson.Default.CoinMessage);
        return Do(new CoinCommand.Hear(NewId(), JsonSerializer.Deserialize(json, CoinJson.Default.CoinMessage)!)) is Decision<CoinEvent>.Accept;
    }

    /// <summary>Runs an effect that goes to the signer or the peer.</summary>
    /// <returns>False where it goes to the chain, or the peer did not take it.</returns>
    internal bool Run(CoinParty peer, string intent)
    {
        switch (Owed[intent])
        {
            case CoinEffect.MakeKeys:
                Accept(new CoinCommand.RecordKeys(NewId(), _keys.Basepoints, _keys.PointOf(0), _keys.PointOf(1)));
                return true;
            case CoinEffect.SignPeer sign:
                var signed = Step(intent, _signing.SignPeer(Floor, sign.Facts, sign.Us, sign.Commitment));
                if (signed is null) return true;
                Signed[sign.Commitment.Book.Number] = (sign.Commitment, signed);
                Accept(new CoinCommand.RecordSigned(NewId(), sign.Commitment.Book.Number, signed));
                return true;
            case CoinEffect.TakeOwn take:
                if (Step(intent, _signing.TakeOwn(Floor, take.Facts, take.Us, take.Book, take.Signatures)) is not { } revocation) return true;
                _given.Add(take.Book.Number - 1);
                Accept(new CoinCommand.RecordTaken(NewId(), take.Book.Number, revocation));
                return true;
            case CoinEffect.SignEnd end:
                if (Step(intent, _signing.SignEnd(Floor, end.Facts, end.Us, end.Book, end.Theirs)) is { } ended)
                    Accept(new CoinCommand.RecordEnd(NewId(), ended.Commitment));
                return true;
            case CoinEffect.Tell tell:
                if (!peer.Hear(tell.Message)) return false;
                Told(intent, tell.Message);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The peer has it.</summary>
    internal void Told(string intent, CoinMessage message) =>
        Accept(message.Number > 0 ? new CoinCommand.RecordHeard(NewId(), message.Number) : new CoinCommand.RecordSent(NewId(), intent, true));

    /// <summary>The transaction of an effect that goes to the chain; null: the signer does not sign it, or it is not worth its fee.</summary>
    internal BitcoinTransaction? Make(string intent, Items<BitcoinInput> inputs = default, Items<BitcoinOutput> outputs = default)
    {
        switch (Owed[intent])
        {
            case CoinEffect.SendOwn send:
                var own = Step(intent, _signing.SignOwn(Floor, send.Facts, send.Us, send.Commitment))?.Transaction;
                if (own is not null) _given.Contains(send.Commitment.Book.Number).Should().BeFalse("{0} never sends what it gave up", Side);
                return own;
            case CoinEffect.SendEnd end:
                var (opener, accepter) = Side == CoinSide.Opener ? (end.End.Ours, end.End.Theirs) : (end.End.Theirs, end.End.Ours);
                if (CoinTransactions.Ending(end.Facts, end.End.Book).Value.Complete(opener!.Value, accepter!.Value).TryGet(out var ending, out var wrong)) return ending;
                Accept(new CoinCommand.RecordRefused(NewId(), intent, new(RejectionCode.BadSignature, wrong.Expected, wrong.Actual)));
                return null;
            case CoinEffect.Take { Claim.Way: CoinWay.Success or CoinWay.Timeout, Origin: CoinOrigin.Own from } second:
                return _signing.SignSecond(second.Facts, second.Us, second.Claim, from.Commitment, inputs, outputs).Value;
            case CoinEffect.Take take:
                if (_signing.Sweep(take.Facts, take.Us, take.Claim, take.Origin, Payout, Rate).TryGet(out var sweep, out var refusal)) return sweep;
                refusal.Code.Should().Be("sweep.not-worth", "{0}", refusal);
                Accept(new CoinCommand.RecordSent(NewId(), intent, false));
                return null;
            default:
                throw new InvalidOperationException(intent);
        }
    }

    internal static bool IsForChain(CoinEffect effect) => effect is CoinEffect.SendOwn or CoinEffect.SendEnd or CoinEffect.Take;

    internal CoinSight Sight(uint height, SeenTransaction? funding, Func<OutPoint, SeenTransaction?> spenderOf) =>
        new CoinSightReader(new(State.Facts!, Side, State.Own, State.Peer, State.SecretOf, State.Past)).Read(height, funding, spenderOf);

    internal void See(ToyChain chain)
    {
        if (State.Facts is not { } facts) return;
        var sight = Sight(chain.Height, chain.Find(BitcoinHash.FromShown(facts.Funding.TxHash)), chain.SpenderOf);
        Do(new CoinCommand.RecordSight(NewId(), sight));
    }

    /// <summary>Dies and is loaded again from what is stored.</summary>
    internal void Reload()
    {
        var state = CoinChannelDecider.Empty(SideRef);
        foreach (var (@event, at) in _events)
        {
            var json = JsonSerializer.Serialize(@event, CoinJson.Default.CoinEvent);
            state = CoinChannelDecider.Evolve(state, JsonSerializer.Deserialize(json, CoinJson.Default.CoinEvent)!, at);
        }

        Snapshot(state).Should().Be(Snapshot(State), "a replay leads where the run led");
        State = JsonSerializer.Deserialize(Snapshot(state), CoinJson.Default.CoinState)!;
        Snapshot(State).Should().Be(Snapshot(state), "a snapshot holds the whole state");
    }

    /// <summary>Is put back to a copy of its store that knows only the first events.</summary>
    internal void Restore(int events)
    {
        _events.RemoveRange(events, _events.Count - events);
        State = _events.Aggregate(CoinChannelDecider.Empty(SideRef), static (state, stored) => CoinChannelDecider.Evolve(state, stored.Event, stored.At));
    }

    public void Dispose() => _keys.Dispose();

    private T? Step<T>(string intent, CoinStep<T> step)
        where T : class
    {
        if (step.Refusal is { } refusal)
        {
            Accept(new CoinCommand.RecordRefused(NewId(), intent, refusal));
            return null;
        }

        Floor = step.Floor;
        return step.Given;
    }

    private static string Snapshot(CoinState state) => JsonSerializer.Serialize(state, CoinJson.Default.CoinState);

    /// <summary>Each wish ends once: done, or refused.</summary>
    private void Follow(CoinEvent @event)
    {
        switch (@event)
        {
            case CoinEvent.UpdateWanted wanted:
                Waiting.Add(wanted.Wish.Id, wanted.Wish.Update);
                break;
            case CoinEvent.UpdateRefused refused:
                Waiting.Remove(refused.Wish).Should().BeTrue("it waited");
                break;
            case CoinEvent.OwnTaken when State.Round is CoinRound.Taking taking:
                foreach (var wish in taking.Wishes)
                {
                    Waiting.Remove(wish.Id).Should().BeTrue("it is done once");
                    Done.Add(wish.Update);
                }

                break;
            case CoinEvent.SigningRefused when State.Round is CoinRound.Signing signing:
                foreach (var wish in signing.Wishes) Waiting.Remove(wish.Id).Should().BeTrue("it waited");
                break;
            default:
                break;
        }
    }
}
