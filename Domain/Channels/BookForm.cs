using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What every book must be, however it came to be: what the contract would accept, and no lock that it could not pay.</summary>
public static class BookForm
{
    /// <summary>Null if it is: amounts in range, locks whole and in order, and all that was deposited given out, no more and no less.</summary>
    public static Rejection? Check(ChannelBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        if (book.Locks.IsDefault) return new(RejectionCode.Malformed, "a list of locks", "none");
        foreach (var pair in new[] { book.Deposited, book.Withdrawn, book.Balance })
        {
            foreach (var amount in new[] { pair.A, pair.B })
                if (amount > BookRules.MostDeposited + BookRules.MostDeposited) return new(RejectionCode.Overflow, "a sum of two deposits at most", amount.ToString());
        }

        if (book.Deposited.A > BookRules.MostDeposited || book.Deposited.B > BookRules.MostDeposited)
            return new(RejectionCode.Overflow, $"deposits of at most {BookRules.MostDeposited}", $"{book.Deposited}");
        if (CheckLocks(book) is { } refusal) return refusal;
        var held = book.Withdrawn.A + book.Withdrawn.B + book.Balance.A + book.Balance.B;
        foreach (var open in book.Locks) held += open.Amount;
        var deposited = book.Deposited.A + book.Deposited.B;
        return held == deposited ? null : new(RejectionCode.PayloadMismatch, $"{deposited}, as deposited", $"{held} given out");
    }

    private static Rejection? CheckLocks(ChannelBook book)
    {
        if (book.Locks.Length > 2 * LockLeaf.Most) return new(RejectionCode.HardLimit, $"at most {LockLeaf.Most} locks of one party", $"{book.Locks.Length} of both");
        ChannelLock? before = null;
        var sideCount = 0;
        foreach (var open in book.Locks)
        {
            if (open is null || !Enum.IsDefined(open.Offerer) || !Enum.IsDefined(open.Kind)) return new(RejectionCode.Malformed, "a lock of a known kind and side", $"{open}");
            if (open.Amount.IsZero || open.Amount > BookRules.MostDeposited) return new(RejectionCode.Malformed, $"a lock of 1 to {BookRules.MostDeposited}", open.Amount.ToString());
            var follows = before is null || before.Offerer < open.Offerer || (before.Offerer == open.Offerer && before.Number < open.Number);
            if (!follows) return new(RejectionCode.Malformed, "locks of A and then of B, by number", $"{open.Offerer} {open.Number} after {before!.Offerer} {before.Number}");
            sideCount = before?.Offerer == open.Offerer ? sideCount + 1 : 1;
            if (sideCount > LockLeaf.Most) return new(RejectionCode.HardLimit, $"at most {LockLeaf.Most} locks of one party", $"{sideCount}");
            before = open;
        }

        return null;
    }
}
