using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// A state of a channel as both parties sign it: the struct State of ChannelManager. Amounts are base units of the channel's token, below 2^128. It
/// names the totals of deposits and withdrawals that it was built on, so that it still settles after others.
/// </summary>
/// <param name="Nonce">Rises with every state; 0 is the state before any was signed, <see cref="ChannelBook.FinalNonce"/> the agreed last one.</param>
/// <param name="DepositedA">All that A had deposited, ever.</param>
/// <param name="DepositedB">All that B had deposited, ever.</param>
/// <param name="WithdrawnA">All that A had withdrawn or was signed to withdraw.</param>
/// <param name="WithdrawnB">All that B had withdrawn or was signed to withdraw.</param>
/// <param name="BalanceA">What is A's.</param>
/// <param name="BalanceB">What is B's.</param>
/// <param name="TrimmedA">Sum of A's locks too small for the chain; on chain they are A's.</param>
/// <param name="TrimmedB">Sum of B's locks too small for the chain; on chain they are B's.</param>
/// <param name="LockedA">Sum of the locks that A offers.</param>
/// <param name="LockedB">Sum of the locks that B offers.</param>
/// <param name="LocksA">Root over A's locks, see <see cref="LockTree"/>.</param>
/// <param name="LocksB">Root over B's locks.</param>
public sealed record ContractState(
    ulong Nonce,
    UInt256 DepositedA,
    UInt256 DepositedB,
    UInt256 WithdrawnA,
    UInt256 WithdrawnB,
    UInt256 BalanceA,
    UInt256 BalanceB,
    UInt256 TrimmedA,
    UInt256 TrimmedB,
    UInt256 LockedA,
    UInt256 LockedB,
    Bytes32 LocksA,
    Bytes32 LocksB)
{
    private static readonly Bytes32 Type = ChannelWords.TypeHash(
        "State(bytes32 channel,uint64 nonce,uint256 depositedA,uint256 depositedB,uint256 withdrawnA,uint256 withdrawnB,uint256 balanceA,"u8 +
        "uint256 balanceB,uint256 trimmedA,uint256 trimmedB,uint256 lockedA,uint256 lockedB,bytes32 locksA,bytes32 locksB)"u8);

    /// <summary>What a book is on chain.</summary>
    /// <param name="floor">Locks below it are trimmed: they stand in no tree.</param>
    public static ContractState Of(ChannelBook book, UInt256 floor)
    {
        ArgumentNullException.ThrowIfNull(book);
        var (a, b) = (LockSums.Of(book, ChannelSide.A, floor), LockSums.Of(book, ChannelSide.B, floor));
        return new(
            book.Nonce, book.Deposited.A, book.Deposited.B, book.Withdrawn.A, book.Withdrawn.B, book.Balance.A, book.Balance.B, a.Trimmed, b.Trimmed, a.Locked, b.Locked,
            a.Root, b.Root);
    }

    /// <summary>The struct hash of the state of a channel: ChannelManager.stateHash.</summary>
    /// <param name="channel">The channel's id.</param>
    public Bytes32 Hash(Bytes32 channel)
    {
        Span<byte> buffer = stackalloc byte[15 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(Type);
        words.Add(channel);
        words.Add(Nonce);
        words.Add(DepositedA);
        words.Add(DepositedB);
        words.Add(WithdrawnA);
        words.Add(WithdrawnB);
        words.Add(BalanceA);
        words.Add(BalanceB);
        words.Add(TrimmedA);
        words.Add(TrimmedB);
        words.Add(LockedA);
        words.Add(LockedB);
        words.Add(LocksA);
        words.Add(LocksB);
        return words.Hash();
    }
}
