using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels.Three;
using ContractChain = TPWallet.Tests.Domain.Channels.Three.ModelChain;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The contract of a world's channels, on a chain of its own: blocks come with the world's, and none of them is taken back. What sides do there is no packet: a call is simulated,
/// sent, and final some blocks later.
/// </summary>
internal sealed class ModelManager
{
    private readonly SimulatedTime _time;
    private readonly Chance _chance;
    private readonly Action<string> _tell;
    private readonly ContractChain _chain;
    private readonly ContractLook _look;
    private readonly SortedDictionary<string, Act> _acts = new(StringComparer.Ordinal);
    private ulong _opened;

    public ModelManager(SimulatedTime time, Chance chance, Action<string> tell)
    {
        (_time, _chance, _tell) = (time, chance, tell);
        _chain = new(Second);
        _look = new(_chain);
        _chain.Finalised = _look.Finalise;
    }

    public static Address Address { get; } = Domain.People.AddressOf("channels");

    public static ChannelTerms Terms { get; } = new(LockFloor: 100, TrimCap: 1_000, MostLocked: 1_000_000, LongestLock: 1_000_000, ShortestLock: 1_000);

    /// <summary>What the newest final block has of a channel, as the contract's getter gives it.</summary>
    /// <param name="call">Of the getter.</param>
    public HexBytes Record(HexBytes call)
    {
        var record = _chain.Final.Contract.Find(Bytes32.From(call.Span[4..36]));
        UInt256[] words =
        [
            record.Funds.A, record.Funds.B, UInt256.Zero, record.Withdrawn.A, record.Withdrawn.B, record.Nonce, record.ClosesAt, record.Limit,
            record.IsSettled ? 1ul : 0ul, record.Resolved, record.State.Number,
        ];
        return HexBytes.From([.. words.SelectMany(static word => new Bytes32(word).ToArray())]);
    }

    private Instant Now => new(_time.GetUtcNow().ToUnixTimeMilliseconds());

    private ulong Second => (ulong)(Now.UnixMs / 1_000);

    /// <summary>Opens a channel by deposits of both.</summary>
    public ChannelFacts Open(Address one, Address two, UInt256 ofOne, UInt256 ofTwo)
    {
        var (a, b) = one.CompareTo(two) < 0 ? (one, two) : (two, one);
        var facts = new ChannelFacts(Domain.People.Chain, Address, a, b, ModelMachine.Token, ++_opened);
        Deposit(facts, a == one ? ChannelSide.A : ChannelSide.B, ofOne, opens: true);
        Deposit(facts, a == one ? ChannelSide.B : ChannelSide.A, ofTwo, opens: false);
        return facts;
    }

    /// <summary>A block, with what was sent.</summary>
    public void Advance()
    {
        _chain.Mine(Second - Math.Max(_chain.Second, _chain.Latest.Second));
        foreach (var act in _acts.Values) Serve(act);
    }

    public EffectResult Look(Effect.LookAtChannel e)
    {
        var act = e.Act is { } name ? _acts.GetValueOrDefault(name.ToString()) : null;
        return _look.Of(e, e.Act is { } asked ? new(asked, act?.End ?? ChannelActEnd.None, act?.Trouble) : null, static truth => truth);
    }

    /// <summary>An act becomes a call, once for its name.</summary>
    public EffectResult Take(Effect.ActOnChannel e)
    {
        if (_acts.TryAdd(e.Act.Packet.ToString(), new(e))) _tell($"{e.Call.Kind} of {ChannelDomain.Id(e.Opening.Facts)} by {e.Opening.Account}");
        return new EffectResult.Replied(new CommandReply.Accepted(1, []));
    }

    private void Deposit(ChannelFacts facts, ChannelSide side, UInt256 amount, bool opens) =>
        _chain.Send(new($"deposit {facts.Counter} {side}", (contract, _) => contract.Deposit(facts, side, amount, opens), ulong.MaxValue, true), 0);

    private void Serve(Act act)
    {
        if (act.End != ChannelActEnd.None) return;
        if (_chain.RanFinally(act.Name) is { } ran) act.Finish(ran ? null : RejectionCode.WrongState);
        else if (!act.IsSent) Send(act);
        else if (Now > act.Asked.Act.SettleBefore && !_chain.IsPending(act.Name)) act.Finish(RejectionCode.DeadlinePassed);
    }

    private void Send(Act act)
    {
        if (Now >= act.Asked.Act.OpenBefore)
        {
            act.Finish(RejectionCode.DeadlinePassed);
            return;
        }

        try
        {
            Run(act, _chain.Latest.Contract, _chain.Second);
            _chain.Send(new(act.Name, (contract, second) => Run(act, contract, second), (ulong)(act.Asked.Act.SettleBefore.UnixMs / 1_000), true), _chance.Below(3));
            act.IsSent = true;
        }
        catch (RevertException)
        {
            act.Finish(RejectionCode.SimulationFailed);
        }
    }

    private static ModelContract Run(Act act, ModelContract contract, ulong second) =>
        contract.Apply(act.Asked.Opening.Facts, Terms.LockFloor, Terms.TrimCap, act.Asked.Call, second);

    private sealed class Act(Effect.ActOnChannel asked)
    {
        public Effect.ActOnChannel Asked => asked;

        public string Name => asked.Act.Packet.ToString();

        public bool IsSent { get; set; }

        public ChannelActEnd End { get; private set; }

        public Rejection? Trouble { get; private set; }

        public void Finish(RejectionCode? why)
        {
            End = why is null ? ChannelActEnd.Done : ChannelActEnd.Failed;
            Trouble = why is { } code ? new(code, "a call that settles", Name) : null;
        }
    }
}
