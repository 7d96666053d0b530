using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Towers;

/// <summary>
/// Guards a side of a channel for another operator, whose word it need not trust and whose states it cannot read. It looks at the channel on chain, and when that is being
/// closed by a state that a trap is for, it has the newest one said to the contract, by packets of the account that this deployment serves as a tower with. Any node's word that it is
/// being closed suffices for that; no node's word that it was answered does. It can neither close a channel nor harm anybody by a state that is old: the contract takes what is newer alone.
/// </summary>
public sealed class TowerDecider : IMachine<TowerState, TowerCommand, TowerEvent>
{
    private const string Go = "act";
    private const string See = "see";

    private static readonly Span _actLasts = Span.Seconds(1_800);
    private static readonly Span _leastLasts = Span.Seconds(120);
    private static readonly Span _firstPause = Span.Seconds(10);
    private static readonly Span _longestPause = Span.Seconds(600);

    private static readonly Rejection _noAnswer = new(RejectionCode.ProofInvalid, "a trap for what it is being closed by, and a newer state of both parties in it", "none");

    private TowerDecider()
    {
    }

    public static string Kind => "tower";

    public static int CodeVersion => 2;

    public static TowerState Empty(string key) => new(
        TowerRef.Parse(key), null, 0, 0, HexBytes.Empty, ImmutableSortedDictionary<Bytes32, HexBytes>.Empty, false, 0, ChannelStage.Open, 0, null, null, null, 0, 0, null, null, null);

    public static TowerCommand Tick(Guid commandId) => new TowerCommand.Tick(commandId);

    public static Instant? NextWake(TowerState state) => state.Looks || state.IsOver ? null : state.NextLook;

    public static TowerView? View(TowerState state, long version) => state.Facts is { } facts
        ? new(
            state.Ref, facts, state.Nonce, state.Traps.Count, state.Stage, state.Second, state.Closing,
            state.Act is { } act ? new(act.Kind, act.Nonce, act.Packet, act.Trouble) : null, state.Trouble, version)
        : null;

    public static Decision<TowerEvent> Decide(TowerState state, TowerCommand command, Stamp stamp)
    {
        var draft = new Draft(state, stamp.Latest);
        var refusal = command switch
        {
            TowerCommand.Keep keep => Keep(draft, keep.HandOver),
            _ when state.Facts is null => new(RejectionCode.NotFound, "a side that is guarded here", state.Ref.Key),
            TowerCommand.RecordSight sight => RecordSight(draft, sight.Sight),
            TowerCommand.RecordAct act => RecordAct(draft, act),
            TowerCommand.Tick => LookIfDue(draft, stamp),
            _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a tower", command.GetType().Name),
        };
        if (refusal is not null) return refusal;
        Answer(draft);
        Act(draft, stamp);
        return draft.Events;
    }

    public static TowerState Evolve(TowerState state, TowerEvent @event, Instant at) => @event switch
    {
        TowerEvent.GuardBegun e => state with { Facts = e.Facts, Window = e.Window, NextLook = at },
        TowerEvent.TrapsKept e => state with
        {
            Nonce = Math.Max(state.Nonce, e.Nonce),
            Sealed = e.Sealed ?? state.Sealed,
            Traps = state.Traps.AddRange(e.Traps.Select(static trap => KeyValuePair.Create(trap.Hint, trap.Key))),
        },
        TowerEvent.LookWanted => state with { Looks = true, Round = state.Round + 1 },
        TowerEvent.ChannelSeen { Sight: var sight } => Seen(state, sight, at),
        TowerEvent.AnswerFound e => state with { Answer = e.State, Trouble = null },
        TowerEvent.AnswerMissed e => state with { Trouble = e.Reason },
        TowerEvent.ActBegun e => state with { Act = e.Act, Acts = e.Act.Number },
        TowerEvent.ActProposed => state with { Act = state.Act! with { IsProposed = true } },
        TowerEvent.ActEnded { Trouble: null } => state with { Act = null, Failures = 0, TryAfter = null, Trouble = null },
        TowerEvent.ActEnded e => state with
        {
            Act = null,
            Failures = state.Failures + 1,
            TryAfter = at + new Span(Math.Min(_firstPause.Ms << Math.Min(state.Failures, 16), _longestPause.Ms)),
            Trouble = e.Trouble,
        },
        _ => throw new UnreachableException($"No event of a tower: {@event}"),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(TowerState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Facts is not { } facts) return owed.ToImmutable();
        if (state.Looks) owed.Add(See, new Effect.OfTower(facts, new TowerEffect.Look(state.Packet, state.Second > 0)));
        if (state is { Act: { IsProposed: false } act, Answer: { } answer })
            owed.Add(string.Create(CultureInfo.InvariantCulture, $"{Go}|{act.Number}"), new Effect.OfTower(facts, new TowerEffect.Challenge(act, answer)));
        return owed.ToImmutable();
    }

    public static TowerCommand? Resume(TowerState state, string intent, EffectResult result) => result switch
    {
        EffectResult.TowerSeen seen when intent == See =>
            new TowerCommand.RecordSight(EffectId.ResultOf(Kind, state.Ref.Key, string.Create(CultureInfo.InvariantCulture, $"{intent}#{state.Round}")), seen.Sight),
        EffectResult.Replied { Reply: CommandReply.Accepted } when intent != See => new TowerCommand.RecordAct(EffectId.ResultOf(Kind, state.Ref.Key, intent), NumberOf(intent), null),
        EffectResult.Replied { Reply: CommandReply.Refused { Rejection: var refusal } } when intent != See =>
            new TowerCommand.RecordAct(EffectId.ResultOf(Kind, state.Ref.Key, intent), NumberOf(intent), refusal),
        EffectResult.Failed { Rejection: var refusal } when intent != See => new TowerCommand.RecordAct(EffectId.ResultOf(Kind, state.Ref.Key, intent), NumberOf(intent), refusal),
        _ => null,
    };

    private static int NumberOf(string intent) => int.Parse(intent.AsSpan(Go.Length + 1), CultureInfo.InvariantCulture);

    private static Rejection? Keep(Draft draft, TowerHandOver over)
    {
        var (state, facts) = (draft.State, over.Facts);
        if (state.Facts is { } known && known != facts) return new(RejectionCode.IntentConflict, "the channel's facts as they were said first", "others");
        if (ChannelDomain.Id(facts) is var id && id != state.Ref.Side.Channel) return new(RejectionCode.PayloadMismatch, state.Ref.Side.Channel.ToString(), id.ToString());
        if (over.Window is 0 or > int.MaxValue) return new(RejectionCode.Malformed, $"a window of 1 to {int.MaxValue} s", $"{over.Window}");
        if (over.Sealed.Length != TowerSeal.SealedLength) return new(RejectionCode.Malformed, $"a sealed state of {TowerSeal.SealedLength} bytes", $"{over.Sealed.Length}");
        if (over.Traps.IsDefault || over.Traps.Length > TowerHandOver.MostTraps)
            return new(RejectionCode.Malformed, $"at most {TowerHandOver.MostTraps} traps", over.Traps.IsDefault ? "none said" : $"{over.Traps.Length}");
        if (over.Traps.FirstOrDefault(static trap => trap.Key.Length != TowerSeal.TrapLength) is { Key.Length: not 0 } wrong)
            return new(RejectionCode.Malformed, $"traps of {TowerSeal.TrapLength} bytes", $"{wrong.Key.Length}");
        if (state.IsOver) return new(RejectionCode.WrongState, "a channel that is not settled", state.Stage.ToString());
        ImmutableArray<TowerTrap> traps = [.. over.Traps.Where(trap => !state.Traps.ContainsKey(trap.Hint)).DistinctBy(static trap => trap.Hint)];
        if (state.Traps.Count + traps.Length > TowerState.MostTraps)
            return new(RejectionCode.QuotaReached, $"at most {TowerState.MostTraps} states", $"{state.Traps.Count + traps.Length}");
        var isNewer = over.Nonce > state.Nonce;
        if (state.Facts is null) draft.Add(new TowerEvent.GuardBegun(facts, over.Window));
        if (isNewer || !traps.IsEmpty) draft.Add(new TowerEvent.TrapsKept(over.Nonce, isNewer ? over.Sealed : default(HexBytes?), traps));
        return null;
    }

    private static Rejection? LookIfDue(Draft draft, Stamp stamp)
    {
        if (!draft.State.Looks && !draft.State.IsOver && draft.State.NextLook is { } due && due <= stamp.Latest) draft.Add(new TowerEvent.LookWanted());
        return null;
    }

    private static Rejection? RecordSight(Draft draft, TowerSight sight)
    {
        if (!draft.State.Looks) return null;
        draft.Add(new TowerEvent.ChannelSeen(sight));
        if (sight.Act is { End: not ChannelActEnd.None } ended && draft.State.Act is { } act && act.Packet == ended.Packet)
        {
            var trouble = ended.End == ChannelActEnd.Failed ? ended.Trouble ?? new(RejectionCode.WrongState, "a packet that settles", "it ended otherwise") : null;
            draft.Add(new TowerEvent.ActEnded(act.Number, trouble));
        }

        return null;
    }

    private static Rejection? RecordAct(Draft draft, TowerCommand.RecordAct command)
    {
        if (draft.State.Act is not { IsProposed: false } act || act.Number != command.Number) return null;
        draft.Add(command.Refusal is { } refusal ? new TowerEvent.ActEnded(act.Number, refusal) : new TowerEvent.ActProposed(act.Number));
        return null;
    }

    /// <summary>What the channel is being closed by opens the newest state, if it is an older one.</summary>
    private static void Answer(Draft draft)
    {
        var state = draft.State;
        if (state.Closing is not { } closing || closing.Nonce >= state.Nonce || state.Answer?.State.Nonce == state.Nonce) return;
        if (Found(state, closing) is { } answer) draft.Add(new TowerEvent.AnswerFound(answer));
        else if (state.Trouble != _noAnswer) draft.Add(new TowerEvent.AnswerMissed(_noAnswer));
    }

    private static SignedState? Found(TowerState state, TowerClosing closing)
    {
        var hint = TowerSeal.HintOf(closing.State);
        if (!state.Traps.TryGetValue(hint, out var key) || TowerSeal.Spring(new(hint, key), closing.State) is not { } tower) return null;
        var answer = TowerSeal.Open(state.Sealed, tower);
        CryptographicOperations.ZeroMemory(tower);
        return answer is not null && answer.State.Nonce == state.Nonce && answer.IsOf(state.Facts!) ? answer : null;
    }

    /// <summary>Ends the act that is of no more use or too late, and begins the one that is wanted.</summary>
    private static void Act(Draft draft, Stamp stamp)
    {
        var wanted = Wanted(draft.State);
        if (draft.State.Act is { } act)
        {
            if (wanted is null ? !IsAnswering(draft.State, act) : wanted.State.Nonce != act.Nonce) draft.Add(new TowerEvent.ActEnded(act.Number, null));
            else if (stamp.Latest >= act.SettleBefore)
                draft.Add(new TowerEvent.ActEnded(act.Number, new(RejectionCode.DeadlinePassed, $"on chain before {act.SettleBefore}", $"{stamp.Latest}")));
            else return;
        }

        if (wanted is null || (draft.State.TryAfter is { } after && stamp.Latest < after)) return;
        draft.Add(new TowerEvent.ActBegun(Begin(draft.State, wanted, stamp.Latest)));
    }

    private static SignedState? Wanted(TowerState state) =>
        !state.IsOver && state is { Answer: { } answer, Closing: { } closing } && answer.State.Nonce > closing.Nonce && state.Second < closing.ClosesAt ? answer : null;

    /// <summary>The newest block seems to have it: until a final one has, its packet is left to say how it ended.</summary>
    private static bool IsAnswering(TowerState state, ChannelAct act) =>
        act.IsProposed && state is { Stage: ChannelStage.Open, Closing: not null } && state.Answer?.State.Nonce == act.Nonce;

    /// <summary>Three quarters of the time that is left are for it, the rest for one more.</summary>
    private static ChannelAct Begin(TowerState state, SignedState answer, Instant now)
    {
        // A close that is not final ends no sooner than a window after the newest block that is.
        var end = state.Stage == ChannelStage.Open ? Math.Min(state.Closing!.ClosesAt, state.Second + state.Window) : state.Closing!.ClosesAt;
        var left = end - state.Second;
        var lasts = new Span(Math.Max(Math.Min((long)Math.Min(left, int.MaxValue) * 750, _actLasts.Ms), _leastLasts.Ms));
        var number = state.Acts + 1;
        var side = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(state.Ref.Key)).AsSpan(0, 10));
        Name packet = string.Create(CultureInfo.InvariantCulture, $"tower-{side}-{number}");
        return new(number, ChannelActKind.Challenge, answer.State.Nonce, packet, now + new Span(lasts.Ms * 2 / 3), now + lasts, false, state.Trouble);
    }

    private static TowerState Seen(TowerState state, TowerSight sight, Instant at)
    {
        // What failed on one node's word of a close holds up nothing once it is final.
        if (sight.Stage != state.Stage) state = state with { Failures = 0, TryAfter = null };
        state = state with { Looks = false, Stage = sight.Stage, Second = Math.Max(state.Second, sight.Second), Closing = sight.Closing, Trouble = sight.Closing is null ? null : state.Trouble };
        return state with { NextLook = state.IsOver ? null : at + PauseOf(state) };
    }

    /// <summary>Some 32 times in a window, and twice as often while it is being closed.</summary>
    private static Span PauseOf(TowerState state)
    {
        var ms = (long)Math.Min(state.Window, int.MaxValue) * 1000;
        return state.Closing is null ? new(Math.Clamp(ms / 32, 5_000, 600_000)) : new(Math.Clamp(ms / 64, 2_000, 60_000));
    }

    /// <summary>Events, and the state that they lead to.</summary>
    private sealed class Draft(TowerState state, Instant at)
    {
        private ImmutableArray<TowerEvent> _events = [];

        public TowerState State { get; private set; } = state;

        public ImmutableArray<TowerEvent> Events => _events;

        public void Add(TowerEvent @event)
        {
            _events = _events.Add(@event);
            State = Evolve(State, @event, at);
        }
    }
}
