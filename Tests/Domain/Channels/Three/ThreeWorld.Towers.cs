using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>Towers of other operators: what they are handed, and what they do with it.</summary>
internal sealed partial class ThreeWorld
{
    private static readonly Name _guard = "guard";

    /// <summary>A side names a tower, or does without; and towers fail.</summary>
    private void SetTower(ThreeSide side, int pick)
    {
        var more = pick / 8;
        switch (pick % 8)
        {
            case 0:
                side.Does(new ChannelCommand.SetTower(side.NewId(), null));
                break;
            case 1 or 2:
                side.Does(new ChannelCommand.SetTower(side.NewId(), _guard));
                break;
            case 3 or 4 or 5:
                if (side.Does(new ChannelCommand.SetTower(side.NewId(), _guard, Waits: true))) Note("waits for its tower");
                break;
            case 6 when side.Tower is { } tower:
                tower.Lie = (NewestLie)(more % 5);
                tower.Reload();
                break;
            case 7 when side.Tower is { } tower && _manner != Manner.Kind:
                tower.AwayUntil = _chain.Second + (ulong)(more % 2_000);
                break;
            default:
                break;
        }
    }

    /// <summary>As TowerHandOvers says it; null: the tower does not answer.</summary>
    private EffectResult.Replied? HandOver(ThreeSide side, Effect.HandOver e)
    {
        var tower = side.Tower ??= new(side, () => _chain.Second);
        if (!tower.IsUp) return null;
        EffectResult.Replied? said = null;
        foreach (var message in TowerMessages.Of(e, tower.Key, e.HistoryTo > 0 ? side.History() : []))
        {
            said = Replied(tower.Keep(message));
            if (said is not { Reply: CommandReply.Accepted }) break;
        }

        return said;
    }

    private void Guard(ThreeSide side)
    {
        if (side.Tower is not { IsUp: true, State.Facts: not null } tower) return;
        foreach (var packet in tower.Packets.Values) Serve(side, packet);
        tower.Wake();
        for (var i = 0; i < 2; i++)
            foreach (var (intent, effect) in tower.Owed) tower.Resume(intent, Answer(side, tower, ((Effect.OfTower)effect).Wanted));
    }

    /// <summary>As TowerRunner does it.</summary>
    private EffectResult Answer(ThreeSide side, ThreeTower tower, TowerEffect wanted)
    {
        if (wanted is TowerEffect.Challenge challenge)
        {
            tower.Packets.TryAdd(challenge.Act.Packet, new(challenge.Act.Packet, challenge.Act, new ChannelCall.Challenge(challenge.State)));
            Note("tower answers");
            return new EffectResult.Replied(new CommandReply.Accepted(1, []));
        }

        var look = (TowerEffect.Look)wanted;
        var (record, newest) = (_chain.Final.Contract.Find(side.Ref.Channel), _chain.Latest.Contract.Find(side.Ref.Channel));
        if (record.Stage == ChannelStage.Gone && !look.WasSeen) return new EffectResult.NoAnswer("no such channel");
        var said = Said(tower.Lie, newest.ClosesAt == 0 ? null : new(newest.Nonce, newest.ClosesAt));
        var closing = record.ClosesAt != 0 ? new TowerClosing(record.Nonce, record.ClosesAt, record.State)
            : said is null ? null : new(said.Nonce, said.ClosesAt, newest.State);
        var act = look.Packet is { } name ? tower.Packets.GetValueOrDefault(name) : null;
        return new EffectResult.TowerSeen(new(_chain.Final.Second, record.Stage, closing, act is null ? null : new(act.Id, act.End, act.Trouble)));
    }

    /// <summary>What a side that waits has acknowledged, its tower has.</summary>
    private static void CheckGuarded(ThreeSide side, ulong nonce)
    {
        if (side.WaitsAbove is not { } above || nonce <= above || nonce == ChannelBook.FinalNonce || side.Node.Excuse == Lost) return;
        if ((side.Tower?.State.Nonce ?? 0) < nonce) throw new InvalidOperationException($"{side.Name} acknowledged {nonce}, and its tower has {side.Tower?.State.Nonce}");
    }

    /// <summary>Nothing older than what a tower had in time has won, whatever its side slept through.</summary>
    private static void CheckTower(ThreeSide side, ModelEnd end)
    {
        if (side.Tower is not { State: { Facts: not null } state } tower || side.Node.Excuse == Lost || state.Nonce <= end.Book.Nonce) return;
        if (Math.Max(tower.Since, tower.AwayUntil) + Terms.ShortestLock >= end.ClosesAt) return;
        // Where the first state takes nothing from the side, there is no trap for it.
        if (end.Book.Nonce == 0 && !state.Traps.ContainsKey(TowerSeal.HintOf(ContractState.Of(ChannelBook.Empty, Terms.LockFloor).Hash(side.Ref.Channel)))) return;
        throw new InvalidOperationException($"{side.Name}'s tower held {state.Nonce} since {tower.Since}, and {end.Book.Nonce} won at {end.ClosesAt}");
    }
}
