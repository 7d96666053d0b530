using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Towers;

/// <summary>What a side says to its tower. The same hand-over is the same bytes.</summary>
public static class TowerMessages
{
    /// <summary>The messages of a hand-over, in the order in which they are said.</summary>
    /// <param name="key">The side's tower key, <see cref="TowerSeal.KeyLength"/> bytes.</param>
    /// <param name="history">All states that the side has ever signed, where the hand-over has them; otherwise empty.</param>
    public static IEnumerable<TowerHandOver> Of(Effect.HandOver e, byte[] key, IEnumerable<SignedMark> history)
    {
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(history);
        var sealedState = TowerSeal.Seal(SignedState.Of(e.Newest, e.Opening.Terms.LockFloor), key);
        TowerTrap[] traps = [.. FirstOf(e), .. history.Where(mark => mark.Nonce <= e.HistoryTo).Concat(e.Marks).Select(mark => TowerSeal.Trap(mark.State, key))];
        for (var from = 0; from == 0 || from < traps.Length; from += TowerHandOver.MostTraps)
            yield return new(e.Opening.Facts, e.Window, e.Newest.Book.Nonce, sealedState, [.. traps.Skip(from).Take(TowerHandOver.MostTraps)]);

        // The hash of the state before any was signed is known to all, so its trap shows the tower the newest state: it is given only once such a close would take something.
        IEnumerable<TowerTrap> FirstOf(Effect.HandOver over)
        {
            var (book, us) = (over.Newest.Book, over.Side.Us);
            if (book.Balance.Of(us) + book.Withdrawn.Of(us) > book.Deposited.Of(us))
                yield return TowerSeal.Trap(ContractState.Of(ChannelBook.Empty, over.Opening.Terms.LockFloor).Hash(over.Side.Channel), key);
        }
    }
}
