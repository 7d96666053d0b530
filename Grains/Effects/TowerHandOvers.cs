using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Effects;

/// <summary>Hands to another operator's tower what guards a side of a channel. The same hand-over is the same bytes.</summary>
public sealed class TowerHandOvers(PeerSet peers, SideHistory history, MasterKey keys)
{
    public async Task<EffectResult> RunAsync(Effect.HandOver e, CancellationToken cancellationToken)
    {
        if (!peers.Knows(e.Tower)) return new EffectResult.Failed(new(RejectionCode.NotFound, "an operator of Peers:Operators", e.Tower.Value));
        var key = keys.TowerKey(e.Side).ToArray();
        var sealedState = TowerSeal.Seal(SignedState.Of(e.Newest, e.Opening.Terms.LockFloor), key);
        var traps = new List<TowerTrap>();
        foreach (var state in await StatesAsync(e, cancellationToken)) traps.Add(TowerSeal.Trap(state, key));
        for (var from = 0; ; from += TowerHandOver.MostTraps)
        {
            var some = traps.Skip(from).Take(TowerHandOver.MostTraps);
            var said = await peers.TellAsync(e.Tower, e.Side, new TowerHandOver(e.Opening.Facts, e.Window, e.Newest.Book.Nonce, sealedState, [.. some]), cancellationToken);
            if (said is not EffectResult.Replied { Reply: CommandReply.Accepted } || from + TowerHandOver.MostTraps >= traps.Count) return said;
        }
    }

    /// <summary>
    /// Hashes of the states that the peer may close by. That of the state before any was signed is known to all, so its trap shows the tower the newest state: it is given only
    /// once such a close would take something.
    /// </summary>
    private async Task<List<Bytes32>> StatesAsync(Effect.HandOver e, CancellationToken cancellationToken)
    {
        var states = new List<Bytes32>();
        var (book, us) = (e.Newest.Book, e.Side.Us);
        if (book.Balance.Of(us) + book.Withdrawn.Of(us) > book.Deposited.Of(us))
            states.Add(ContractState.Of(ChannelBook.Empty, e.Opening.Terms.LockFloor).Hash(e.Side.Channel));
        if (e.HistoryTo > 0)
        {
            var signed = new SignedHistory(e.Side);
            await foreach (var (@event, at) in history.ReadAsync(e.Side, cancellationToken))
                if (signed.Take(@event, at) is { } mark && mark.Nonce <= e.HistoryTo) states.Add(mark.State);
        }

        states.AddRange(e.Marks.Select(static mark => mark.State));
        return states;
    }
}
