using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>Time, the chain, and what sides do there.</summary>
internal sealed partial class ThreeWorld
{
    private int _sent;

    /// <summary>Time goes on, block by block; who runs looks when it wants to, and does on chain what it owes there.</summary>
    private void Pass(ulong seconds)
    {
        while (seconds > 0)
        {
            var step = Math.Min(seconds, BlockTime);
            seconds -= step;
            _chain.Mine(step);
            foreach (var side in _sides.Where(IsUp)) Serve(side);
            foreach (var side in _sides) Guard(side);
            if (_manner == Manner.Kind && _chain.Latest.Number % 8 == 0) Settle();
        }
    }

    private void Serve(ThreeSide side)
    {
        foreach (var packet in side.Packets.Values) Serve(side, packet);
        if (ChannelDecider.NextWake(side.State) is { } wake && wake <= side.Now) side.Do(ChannelDecider.Tick(side.NewId()));
        if (side.ChainTrouble > 0)
        {
            side.ChainTrouble--;
            return;
        }

        // A look may bring an order to sign, and that an act.
        for (var i = 0; i < 4; i++)
        {
            foreach (var (intent, effect) in side.Owed)
                if (IsInner(effect) && side.Owed.ContainsKey(intent)) Run(side, intent);
        }
    }

    /// <summary>What a node does without another node.</summary>
    private static bool IsInner(Effect effect) => effect is Effect.LookAtChannel or Effect.SignChannelOrder or Effect.ActOnChannel or Effect.TellOrigin or Effect.TakeChannel
        or Effect.AnnounceSide or Effect.RecallBook;

    /// <summary>A packet is simulated, signed in time, and sent; then it is final, or replaced at its deadline.</summary>
    private void Serve(ThreeSide side, ThreePacket packet)
    {
        if (packet.End != ChannelActEnd.None) return;
        var name = packet.Id.ToString();
        if (!packet.IsSent)
        {
            if (side.Now >= packet.Act.OpenBefore) Fail(packet, RejectionCode.DeadlinePassed);
            else if (TryRun(side, packet.Call)) Send(side, packet);
            else Fail(packet, RejectionCode.SimulationFailed);
        }
        else if (_chain.RanFinally(name) is { } ran)
        {
            packet.End = ran ? ChannelActEnd.Done : ChannelActEnd.Failed;
            if (ran) Note($"{packet.Act.Kind}");
            else Fail(packet, RejectionCode.WrongState);
        }
        else if (side.Now > packet.Act.SettleBefore && !_chain.IsPending(name))
        {
            Fail(packet, RejectionCode.DeadlinePassed);
        }
    }

    private static void Fail(ThreePacket packet, RejectionCode code) => (packet.End, packet.Trouble) = (ChannelActEnd.Failed, new(code, "a packet that settles", packet.Id.ToString()));

    private bool TryRun(ThreeSide side, ChannelCall call)
    {
        try
        {
            _chain.Latest.Contract.Apply(side.Opening.Facts, Terms.LockFloor, Terms.TrimCap, call, _chain.Second);
            return true;
        }
        catch (RevertException)
        {
            return false;
        }
    }

    private void Send(ThreeSide side, ThreePacket packet)
    {
        packet.IsSent = true;
        var last = (ulong)((packet.Act.SettleBefore - People.Start).Ms / 1_000);
        if (packet.Call is ChannelCall.Register { Known.Secret: var secret }) Reveal(secret);
        Send(packet.Id.ToString(), side.Opening.Facts, packet.Call, last, true, packet.Act.Number + (int)_chain.Latest.Number);
    }

    private void Send(string name, ChannelFacts facts, ChannelCall call, ulong last, bool returns, int wait) =>
        _chain.Send(new(name, (contract, second) => contract.Apply(facts, Terms.LockFloor, Terms.TrimCap, call, second), last, returns), wait);

    private void Deposit(ThreeSide side, UInt256 amount, bool opens, int wait)
    {
        var (facts, us) = (side.Opening.Facts, side.Side);
        _chain.Send(new($"deposit {_sent++}", (contract, _) => contract.Deposit(facts, us, amount, opens), ulong.MaxValue, true), wait);
    }

    private void TopUp(ThreeSide side, int pick)
    {
        Deposit(side, (UInt256)(ulong)(1 + (pick % 3_000)), false, pick);
        if (pick % 4 != 0) side.Does(new ChannelCommand.Look(side.NewId()));
    }

    /// <summary>Takes some or nearly all of what is free out of the open channel.</summary>
    private void Withdraw(ThreeSide side, int pick)
    {
        if (!IsUp(side)) return;
        var free = side.State.Newest.Balance.Of(side.Side);
        var amount = pick % 5 == 0 ? free : pick % 5 == 1 && free > 10 ? free - (UInt256)(ulong)(pick % 10) : (UInt256)(ulong)(1 + (pick % 2_000));
        if (side.Does(new ChannelCommand.Withdraw(side.NewId(), amount))) Note("withdrawal asked for");
    }

    /// <summary>An act becomes a packet, once for its name.</summary>
    private static EffectResult.Replied Act(ThreeSide side, Effect.ActOnChannel e)
    {
        side.Packets.TryAdd(e.Act.Packet, new(e.Act.Packet, e.Act, e.Call));
        return new(new CommandReply.Accepted(1, []));
    }

    /// <summary>As ChannelRunner reads it, by a node that may lie.</summary>
    private EffectResult Look(ThreeSide side, Effect.LookAtChannel e)
    {
        var act = e.Act is { } name ? new ActSight(name, side.Packets.GetValueOrDefault(name)?.End ?? ChannelActEnd.None, side.Packets.GetValueOrDefault(name)?.Trouble) : null;
        return _look.Of(e, act, truth => Said(side.Node.Lie, truth));
    }

    /// <summary>What a node says of a close that is not final.</summary>
    private ClosingSight? Said(NewestLie lie, ClosingSight? truth) => lie switch
    {
        NewestLie.Hides => null,
        NewestLie.Answered => new(ChannelBook.FinalNonce - 1, ulong.MaxValue),
        NewestLie.Stale => new(0, _chain.Second + ModelContract.Window),
        NewestLie.Changing => Said((NewestLie)(_chain.Latest.Number / 3 % 4), truth),
        _ => truth,
    };

    /// <summary>A payee says a secret to the contract and to nobody else.</summary>
    private void Register(ThreeSide side, int pick)
    {
        var open = side.State.Book.Locks.Where(other => other.Payee == side.Side && _payments.TryGetValue(other.Target, out var payment) && payment.To == side.Node).ToArray();
        if (open.Length == 0) return;
        var payment = _payments[open[pick % open.Length].Target];
        Reveal(payment.Secret);
        Send($"register {_sent++}", side.Opening.Facts, new ChannelCall.Register(new(0, LockKind.Hash, payment.Secret)), ulong.MaxValue, pick % 2 == 0, pick);
        Note("registered only");
    }

    private void AskClose(ThreeSide side)
    {
        // One that cheated may have been asked for nothing: a reorg took its close back.
        var isFirst = _asked.Add(side);
        if (side.State.WantsClose) return;
        if (side.Do(new ChannelCommand.Close(side.NewId())) is CommandReply.Accepted) Note("close asked for");
        else if (isFirst && !side.State.WantsClose) _asked.Remove(side);
    }

    /// <summary>A node closes by a state that it held once, or by one that the peer proposed and it has never acknowledged, and goes to sleep or defends what is newer after all.</summary>
    private void CloseByOld(ThreeSide side, int pick)
    {
        var offered = side.Peer.State.Ours.Concat(side.Peer.State.Burnt).Where(static own => own.Signature is not null)
            .Select(own => side.Node.Signer.Complete(side.Opening.Facts, Terms.LockFloor, own, side.Side)).ToArray();
        var states = (pick % 3 == 0 && offered.Length > 0 ? offered : side.Held.Append(null)).Where(static state => state?.Book.Nonce != ChannelBook.FinalNonce).ToArray();
        if (states.Length == 0) return;
        pick /= 3;
        var state = states[pick % states.Length];
        var demand = new ChannelOrder.Demand(state?.Book ?? ChannelBook.Empty, _chain.Second + 1_000);
        var peer = side.Side == ChannelSide.A ? state?.SignatureB : state?.SignatureA;
        var call = new ChannelCall.Close(demand, side.Node.Signer.Order(side.Opening.Facts, Terms.LockFloor, demand), side.Side, peer);
        if (!TryRun(side, call)) return;
        Excuse(side.Node, "cheated");
        _asked.Add(side);
        Send($"cheat {_sent++}", side.Opening.Facts, call, demand.Expiry, pick % 2 == 0, pick);
        if (pick % 2 == 0) side.Node.DownUntil = _chain.Second + (3 * ModelContract.Window);
        // Whoever is cheated may be asleep, and have a tower.
        if (pick % 4 < 3 && side.Peer.Tower is { IsUp: true }) Oversleep(side.Peer.Node, pick);
        Note(demand.Book.Nonce < side.State.Book.Nonce ? "close by an old state" : "close by the newest state");
    }
}
