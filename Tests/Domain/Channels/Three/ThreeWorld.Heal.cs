using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>All wake up, all is delivered and all time passes: nothing may be under way for ever, and everybody has what is theirs.</summary>
internal sealed partial class ThreeWorld
{
    private const int Rounds = 12;
    private const ulong RoundSeconds = 600;

    internal void Heal()
    {
        foreach (var side in _sides)
        {
            (side.NextAppend, side.ChainTrouble, side.Node.DownUntil) = (Append.Stored, 0, 0);
            if (side.Tower is { } tower) tower.AwayUntil = 0;
            side.Reload();
            side.Do(new ChannelCommand.SetFrozen(side.NewId(), false));
        }

        Rest(Rounds);
        // Who knows that the peer has lost its state, or can propose nothing more, closes: that is for its account to say.
        foreach (var side in _sides.Where(IsStuck)) AskClose(side);
        if (_sides.Any(static side => side.State.Phase is not (ChannelPhase.Open or ChannelPhase.Closed))) Rest(3 * Rounds);
        Check();
        foreach (var side in _sides) CheckRest(side);
        CheckMoney();
    }

    private static bool IsStuck(ThreeSide side) => side.State.Phase == ChannelPhase.PeerLost
        || (side.State.Phase == ChannelPhase.Open && (side.Peer.State.Phase == ChannelPhase.LostState || side.State.Burnt.Length >= ChannelLimits.Burnt
            || side.Peer.State.Burnt.Length >= ChannelLimits.Burnt || side.State.Burnt.Any(static burnt => burnt.Nonce == ChannelBook.FinalNonce) || HasLostUnseen(side)));

    /// <summary>A loss shows by the next thing that either says; where nobody says anything, by what hangs.</summary>
    private static bool HasLostUnseen(ThreeSide side) => side.Peer.Node.Excuse == Lost && (!side.State.Book.Equals(side.Peer.State.Book) || !IsAtRest(side.State) || !IsAtRest(side.Peer.State));

    private static bool IsAtRest(ChannelState state) => state.Wishes.IsEmpty && state.Ours.IsEmpty && state.Theirs.IsEmpty && state.Outbox.IsEmpty && state.Book.Locks.IsEmpty;

    private void Rest(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            Pass(RoundSeconds);
            Settle();
        }
    }

    /// <summary>All that is owed is run, until nobody owes anything but to the chain.</summary>
    private void Settle()
    {
        for (var steps = 0; ; steps++)
        {
            if (steps > 2_000) throw new InvalidOperationException($"They do not come to rest: {string.Join(", ", _sides.SelectMany(static side => side.Owed.Keys.Select(key => side.Name + " " + key)))}");
            var ran = false;
            foreach (var side in _sides.Where(IsUp))
            {
                while (side.Running.Count > 0) Finish(side, 0);
                var before = side.Events;
                foreach (var intent in side.Owed.Where(static owed => !IsInner(owed.Value) || owed.Value is Effect.TellOrigin).Select(static owed => owed.Key).Take(1)) Run(side, intent);
                ran |= side.Events > before;
            }

            if (!ran) return;
        }
    }

    private void CheckRest(ThreeSide side)
    {
        var (state, peer) = (side.State, side.Peer.State);
        if (state.Phase == ChannelPhase.LostState || peer.Phase == ChannelPhase.LostState)
        {
            Note("left with a lost state");
            return;
        }

        if (state.Phase != ChannelPhase.Open && state.Phase != ChannelPhase.Closed)
            throw new InvalidOperationException($"{side.Name} is left {state.Phase} ({state.Stage}, act {state.Act}, {state.ActTrouble}, latest {state.Latest}, credit {state.Credit})");
        if (state.Phase != peer.Phase) throw new InvalidOperationException($"{side.Name} is {state.Phase}, its peer {peer.Phase}");
        if ((state.Carries ?? ImmutableSortedDictionary<long, LockCarry>.Empty).Values.FirstOrDefault(static carry => carry.Origin is not null) is { } carry)
            throw new InvalidOperationException($"{side.Name}: {carry} never came to its end");
        if (state.Phase != ChannelPhase.Open) return;
        if (!state.Book.Equals(peer.Book)) throw new InvalidOperationException($"{side.Name}: states {state.Book.Nonce} and {peer.Book.Nonce} at rest");
        if (!state.Book.Locks.IsEmpty) throw new InvalidOperationException($"{side.Name}: {state.Book.Locks[0]} is held at second {state.Second}");
        if (!IsAtRest(state)) throw new InvalidOperationException($"{side.Name} has not come to rest");
        var withdrawn = _chain.Final.Contract.Find(side.Ref.Channel).Withdrawn.Of(side.Side);
        if (state.Book.Withdrawn.Of(side.Side) != withdrawn || state.Leaves is { Own: not null } or { Peer: not null } or { IsUnpulled: true })
            throw new InvalidOperationException($"{side.Name}: {state.Book.Withdrawn.Of(side.Side)} was to be withdrawn, {withdrawn} was ({state.Leaves}, {state.ActTrouble})");
        if (state.Relays is not null || state.Onions is not null || state.Drops is not null || !state.Secrets.IsDefault) throw new InvalidOperationException($"{side.Name} keeps what is over");
    }

    private void CheckMoney()
    {
        var contract = _chain.Final.Contract;
        var all = _nodes.Aggregate(UInt256.Zero, (sum, node) => sum + PaidInBy(node));
        var held = _sides.Select(side => contract.Find(side.Ref.Channel)).Where(static record => record.Stage is ChannelStage.Closing or ChannelStage.Settled).Distinct()
            .Aggregate(UInt256.Zero, static (sum, record) => sum + record.Funds.Sum - record.Withdrawn.Sum);
        var had = _nodes.Aggregate(held, (sum, node) => sum + ValueOf(node));
        if (_sides.All(static side => side.State.Phase is ChannelPhase.Open or ChannelPhase.Closed) && had != all) throw new InvalidOperationException($"{all} came in and {had} is there");
        foreach (var node in _nodes)
        {
            if (node.Excuse is not null)
            {
                Note($"excused: {node.Excuse}");
                continue;
            }

            if (node.Sides.Any(static side => side.State.Phase is not (ChannelPhase.Open or ChannelPhase.Closed))) continue;
            if (ValueOf(node) < LeastOf(node)) throw new InvalidOperationException($"{node.Name} has {ValueOf(node)} and should have {LeastOf(node)}");
        }

        Figures.Counts["paid"] = Figures.Counts.GetValueOrDefault("paid") + _payments.Values.Count(static payment => !payment.Due.IsZero);
    }
}
