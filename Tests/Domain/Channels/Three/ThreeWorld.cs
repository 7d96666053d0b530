using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>How bad a world is.</summary>
internal enum Manner
{
    /// <summary>Messages come late and twice, sides die and chains reorganise, but nobody is silent for long: nobody has a reason to close.</summary>
    Kind,

    /// <summary>Peers are silent for as long as it takes.</summary>
    Rough,

    /// <summary>And some sleep through a window, lose their journal, or close by an old state.</summary>
    Hostile,
}

/// <summary>
/// Three nodes, two channels in one contract, and numbers that choose what happens, as in LDK's chanmon_consistency: payments over both channels in both directions, a network that loses,
/// doubles, delays and reorders, appends that fail, deaths, a chain with its blocks, waits and reorgs, and peers that are silent, lose their journal or cheat.
/// </summary>
internal sealed partial class ThreeWorld
{
    internal static readonly ChannelTerms Terms = new(LockFloor: 100, TrimCap: 250, MostLocked: 1_000_000, LongestLock: 100_000, ShortestLock: 1_000);

    /// <summary>Seconds by which a lock that is carried outlives the one that it is carried for: what a claim needs, twice.</summary>
    private const ulong Delta = 2_000;

    /// <summary>Most seconds between two blocks.</summary>
    private const ulong BlockTime = 24;

    /// <summary>A node that runs again within so many seconds has lost nothing by it.</summary>
    private const int ShortDown = 500;

    private const string Lost = "lost its journal";

    private readonly List<(ThreeSide To, ChannelMessage Message)> _wire = [];
    private readonly ModelChain _chain = new(1_000_000);
    private readonly ContractLook _look;
    private readonly ThreeNode[] _nodes = [new("payer"), new("carrier"), new("payee")];
    private readonly ThreeSide[] _sides;
    private readonly Manner _manner;
    private readonly Action<string>? _tell;

    internal ThreeWorld(Manner manner, Action<string>? tell = null)
    {
        (_manner, _tell) = (manner, tell);
        _sides = [.. Pair(_nodes[0], _nodes[1], 1), .. Pair(_nodes[1], _nodes[2], 2)];
        foreach (var side in _sides) side.Stored = @event => Follow(side, @event);
        _look = new(_chain);
        _chain.Finalised = OnFinal;
        Open();
    }

    internal ThreeFigures Figures { get; } = new();

    internal int Reorgs => _chain.Reorgs;

    private ThreeNode Carrier => _nodes[1];

    /// <summary>One action: what, by whom, and with which figures, all from one number.</summary>
    internal void Do(int choice)
    {
        var (kind, pick) = (choice % 32, choice / 32);
        var side = _sides[pick % _sides.Length];
        pick /= _sides.Length;
        _tell?.Invoke($"{choice}: kind {kind}, {side.Name}, pick {pick}, second {_chain.Second}");
        switch (kind)
        {
            case 0 or 1:
                Route(pick);
                break;
            case 2:
                Pay(side, pick);
                break;
            case 3 or 4:
                Answer(pick);
                break;
            case 5 or 6 or 7:
                Pass(1 + (ulong)(pick % 40));
                break;
            case 8 or 14:
                Rare(side, pick);
                break;
            case 9:
                Fault(side, pick);
                break;
            case 10 when _wire.Count > 0:
                var (to, message) = _wire[pick % _wire.Count];
                if (IsUp(to)) to.Do(new ChannelCommand.Hear(TPWallet.Grains.Channels.PeerMessages.IdOf(to.Ref, message), message));
                break;
            case 11:
                Reorder(side, pick);
                break;
            case 12 or 13:
                Finish(side, pick);
                break;
            case 15 when pick % 2 == 0:
                SetTower(side, pick / 2);
                break;
            case 15:
                RefuseToSign(side, pick / 2);
                break;
            default:
                Step(side, pick);
                break;
        }
    }

    /// <summary>What happens now and then.</summary>
    private void Rare(ThreeSide side, int pick)
    {
        var (kind, more) = (pick % 16, pick / 16);
        switch (kind)
        {
            case 0 or 1:
                if (_chain.Reorg(more % ModelChain.Depth, more / ModelChain.Depth)) Note("reorg");
                break;
            case 2:
                Pass((ulong)(more % 400));
                break;
            case 3 when _manner != Manner.Kind:
                // Longer than an order is good for, now and then.
                Pass(more % 32 == 0 ? 90_000 : (ulong)(more % 2_500));
                break;
            case 4:
                side.Does(new ChannelCommand.SetFrozen(side.NewId(), more % 3 == 0));
                break;
            case 5 or 6:
                TopUp(side, more);
                break;
            case 7 when _manner != Manner.Kind:
                Register(side, more);
                break;
            case 8 or 13 when more % 3 == 0:
                side.Does(new ChannelCommand.End(side.NewId()));
                break;
            case 14 or 15:
                Withdraw(side, more);
                break;
            case 9 when _manner != Manner.Kind && more % 2 == 0 && !side.State.Book.Locks.IsEmpty:
                AskClose(side);
                break;
            case 10 when _manner == Manner.Hostile && more % 2 == 0:
                CloseByOld(side, more / 2);
                break;
            case 11 when _manner == Manner.Hostile && more % 3 == 0:
                Restore(side, more / 3);
                break;
            case 12 when _manner == Manner.Hostile && more % 3 == 0:
                Oversleep(side.Node, more / 3);
                break;
            default:
                RefuseToSign(side, more);
                break;
        }
    }

    /// <summary>A store, a process or a node of the chain fails.</summary>
    private void Fault(ThreeSide side, int pick)
    {
        var more = pick / 8;
        switch (pick % 8)
        {
            case 0 or 1 or 2:
                side.NextAppend = (Append)(1 + (more % 3));
                Figures.Appends++;
                break;
            case 3 or 4:
                foreach (var own in side.Node.Sides) own.Reload();
                Figures.Crashes++;
                break;
            case 5 when _manner != Manner.Kind:
                Down(side.Node, more % ShortDown);
                break;
            case 6:
                side.Node.Lie = (NewestLie)(more % 5);
                if (side.Node.Lie != NewestLie.None) Note("lying node");
                break;
            default:
                side.ChainTrouble = more % 4;
                break;
        }
    }

    /// <summary>A node does not run for a while. Twice in a row would be once for long.</summary>
    private void Down(ThreeNode node, int seconds)
    {
        if (_chain.Second < node.UpSince + (3 * ShortDown)) return;
        foreach (var side in node.Sides) side.Reload();
        node.DownUntil = _chain.Second + (ulong)seconds;
        node.UpSince = node.DownUntil;
        Figures.Crashes++;
    }

    private void Oversleep(ThreeNode node, int pick)
    {
        Excuse(node, "slept");
        foreach (var side in node.Sides) side.Reload();
        node.DownUntil = _chain.Second + (2 * ModelContract.Window) + (ulong)(pick % 4_000);
        Note("overslept");
    }

    /// <summary>A side's journal is put back, and says so or does not; with it what the account's other channel knew.</summary>
    private void Restore(ThreeSide side, int pick)
    {
        // Where both lost it, a state that nobody knows any more may be closed by: documented.
        if (_nodes.Any(node => node != side.Node && node.Excuse == Lost)) return;
        Excuse(side.Node, Lost);
        foreach (var own in side.Node.Sides)
        {
            own.Restore(own.Events - Math.Min(own.Events - 8, pick % 60));
            if (pick % 2 == 0 && ChannelDecider.Recover(own.State, own.NewId(), 1 + own.State.Recovery) is { } recover) own.Do(recover);
        }

        Note("restored");
    }

    private void Excuse(ThreeNode node, string why)
    {
        node.Excuse = node.Excuse == Lost ? Lost : why;
        // What it does not know it cannot hand on: whoever is paid by it still has what the chain gives.
        _tell?.Invoke($"{node.Name} {why}");
    }

    private void Note(string what)
    {
        Figures.Count(what);
        _tell?.Invoke(what);
    }

    private bool IsUp(ThreeSide side) => side.Node.DownUntil <= _chain.Second;

    private IEnumerable<ThreeSide> Pair(ThreeNode left, ThreeNode right, ulong counter)
    {
        var (a, b) = left.Signer.Address.CompareTo(right.Signer.Address) < 0 ? (left, right) : (right, left);
        var facts = new ChannelFacts(
            ChainId.Evm(31337), Address.Parse("0x00000000000000000000000000000000000000c0"), a.Signer.Address, b.Signer.Address, Address.Parse("0x00000000000000000000000000000000000000ee"), counter);
        var (one, two) = (new ThreeSide(left, facts, Terms, $"{left.Name}{counter}", () => _chain.Second), new ThreeSide(right, facts, Terms, $"{right.Name}{counter}", () => _chain.Second));
        (one.Peer, two.Peer) = (two, one);
        return [one, two];
    }

    /// <summary>Each channel is opened by one and topped up by the other; the sides are told at once, and are open when it is final.</summary>
    private void Open()
    {
        foreach (var side in _sides)
        {
            var isFirst = side == _sides[0] || side == _sides[2];
            Deposit(side, isFirst ? 40_000UL : 9_000UL, isFirst, isFirst ? 0 : 1);
            side.Does(new ChannelCommand.Open(side.NewId(), side.Opening));
        }

        for (var i = 0; i < 2 * ModelChain.Depth; i++) Pass(BlockTime);
        foreach (var side in _sides) side.Does(new ChannelCommand.Look(side.NewId()));
        Settle();
    }
}
