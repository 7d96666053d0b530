using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// How a book becomes the next one. Both parties compute it by themselves, from the updates alone; what does not conserve, overdraws or breaks the terms is refused.
/// </summary>
/// <param name="Terms">What both hold each other to.</param>
/// <param name="Deposits">The parties' totals that are final on the chain, as far as this side knows.</param>
/// <param name="Second">The contract's clock.</param>
public sealed record BookRules(ChannelTerms Terms, SidePair Deposits, ulong Second)
{
    /// <summary>Most updates of one proposal.</summary>
    public const int MaxUpdates = 64;

    /// <summary>Bits of a deposit on chain.</summary>
    private const int DepositBits = 120;

    /// <summary>Most that a party can have deposited.</summary>
    public static UInt256 MostDeposited { get; } = (UInt256)((System.Numerics.BigInteger.One << DepositBits) - 1);

    /// <summary>Totals of withdrawals are below it.</summary>
    public static UInt256 MostWithdrawn { get; } = (UInt256)(System.Numerics.BigInteger.One << 128);

    /// <summary>The next book, or why there is none.</summary>
    /// <param name="nonce">What it shall have unless it is the last.</param>
    public (ChannelBook? Book, Rejection? Refusal) Apply(ChannelBook book, ChannelSide proposer, ulong nonce, ImmutableArray<ChannelUpdate> updates)
    {
        if (updates.IsDefaultOrEmpty || updates.Length > MaxUpdates)
            return (null, new(RejectionCode.Malformed, $"1 to {MaxUpdates} updates", updates.IsDefault ? "none" : $"{updates.Length}"));
        if (book.Nonce == ChannelBook.FinalNonce) return (null, new(RejectionCode.WrongState, "a state that is not the last", "the last state"));
        foreach (var update in updates)
            if (Change(ref book, proposer, update) is { } refusal) return (null, refusal);
        return book.Nonce == ChannelBook.FinalNonce && updates is not [.., ChannelUpdate.End]
            ? (null, new(RejectionCode.Malformed, "nothing after the end", "more updates"))
            : (book.Nonce == ChannelBook.FinalNonce ? book : book with { Nonce = nonce }, null);
    }

    /// <summary>Whether a secret opens a lock.</summary>
    public static bool Opens(Bytes32 secret, LockKind kind, Bytes32 target)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        secret.CopyTo(bytes);
        if (kind == LockKind.Hash) return Bytes32.From(SHA256.HashData(bytes)) == target;
        if (!Secp256k1.IsValidPrivateKey(bytes)) return false;
        Span<byte> key = stackalloc byte[Secp256k1.UncompressedLength];
        Secp256k1.CreatePublicKey(bytes, key);
        Span<byte> hash = stackalloc byte[Keccak256.DigestLength];
        Keccak256.Hash(key[1..], hash);
        hash[..12].Clear();
        return Bytes32.From(hash) == target;
    }

    private Rejection? Change(ref ChannelBook book, ChannelSide proposer, ChannelUpdate update)
    {
        switch (update)
        {
            case ChannelUpdate.Pay pay:
                if (Free(book, proposer, pay.Amount) is { } poor) return poor;
                book = book with { Balance = book.Balance.Minus(proposer, pay.Amount).Plus(proposer.Other(), pay.Amount) };
                return null;
            case ChannelUpdate.Offer { Lock: var open }:
                return Offer(ref book, proposer, open);
            case ChannelUpdate.Fulfil fulfil:
                return Fulfil(ref book, proposer, fulfil);
            case ChannelUpdate.Fail fail:
                if (book.Find(proposer.Other(), fail.Number) is not { } failed) return NoLock(fail.Number);
                book = Without(book, failed, failed.Offerer);
                return null;
            case ChannelUpdate.Count count:
                return Count(ref book, count);
            case ChannelUpdate.Withdraw withdraw:
                if (Free(book, proposer, withdraw.Amount) is { } less) return less;
                // The contract pays the last of it by a close alone.
                if (book.Locks.IsEmpty && book.Balance.Sum == withdraw.Amount) return new(RejectionCode.HardLimit, "something that stays in the channel", "nothing is left");
                book = book with { Balance = book.Balance.Minus(proposer, withdraw.Amount), Withdrawn = book.Withdrawn.Plus(proposer, withdraw.Amount) };
                return null;
            case ChannelUpdate.End:
                if (!book.Locks.IsEmpty) return new(RejectionCode.WrongState, "no lock", $"{book.Locks.Length}");
                book = book with { Nonce = ChannelBook.FinalNonce };
                return null;
            default:
                return new(RejectionCode.UnsupportedKind, "a known update", update.GetType().Name);
        }
    }

    private Rejection? Offer(ref ChannelBook book, ChannelSide proposer, ChannelLock open)
    {
        if (open.Offerer != proposer) return new(RejectionCode.Malformed, $"a lock of {proposer}", open.Offerer.ToString());
        if (!Enum.IsDefined(open.Kind)) return new(RejectionCode.UnsupportedKind, "a known kind of lock", $"{open.Kind}");
        if (Free(book, proposer, open.Amount) is { } poor) return poor;
        var own = book.Locks.Where(other => other.Offerer == proposer).ToArray();
        if (own.Length >= LockLeaf.Most) return new(RejectionCode.HardLimit, $"at most {LockLeaf.Most} locks of one party", $"{own.Length + 1}");
        if (own.Any(other => other.Number >= open.Number)) return new(RejectionCode.AlreadyExists, "a number above its offerer's others", $"{open.Number}");
        if (open.Expiry < Second + Terms.ShortestLock || open.Expiry > Second + Terms.LongestLock)
            return new(RejectionCode.DeadlinePassed, $"an expiry of {Second + Terms.ShortestLock} to {Second + Terms.LongestLock} s", $"{open.Expiry}");
        var at = proposer == ChannelSide.A ? own.Length : book.Locks.Length;
        book = book with { Balance = book.Balance.Minus(proposer, open.Amount), Locks = book.Locks.Insert(at, open) };
        var (mine, all) = (LockSums.Of(book, proposer, Terms.LockFloor), LockSums.Of(book, proposer.Other(), Terms.LockFloor));
        if (mine.Trimmed + mine.Locked > Terms.MostLocked)
            return new(RejectionCode.HardLimit, $"at most {Terms.MostLocked} locked by one party", $"{mine.Trimmed + mine.Locked}");
        return mine.Trimmed + all.Trimmed > Terms.TrimCap
            ? new(RejectionCode.HardLimit, $"at most {Terms.TrimCap} in locks too small to claim", $"{mine.Trimmed + all.Trimmed}")
            : null;
    }

    private Rejection? Fulfil(ref ChannelBook book, ChannelSide proposer, ChannelUpdate.Fulfil fulfil)
    {
        if (book.Find(proposer.Other(), fulfil.Number) is not { } open) return NoLock(fulfil.Number);
        if (!Opens(fulfil.Secret, open.Kind, open.Target)) return new(RejectionCode.ProofInvalid, $"the secret of {open.Target}", fulfil.Secret.ToString());
        // What is late here is judged by the contract: a secret that it has in time pays there.
        if (Second > open.Expiry) return new(RejectionCode.DeadlinePassed, $"at most {open.Expiry} s", $"{Second}");
        book = Without(book, open, open.Payee);
        return null;
    }

    private Rejection? Count(ref ChannelBook book, ChannelUpdate.Count count)
    {
        if (!Enum.IsDefined(count.Side)) return new(RejectionCode.Malformed, "a side of the channel", $"{count.Side}");
        var before = book.Deposited.Of(count.Side);
        if (count.Total <= before) return new(RejectionCode.StaleVersion, $"a total above {before}", count.Total.ToString());
        if (count.Total > Deposits.Of(count.Side)) return new(RejectionCode.NotFinal, $"a total of at most {Deposits.Of(count.Side)}, which is final", count.Total.ToString());
        book = book with { Deposited = book.Deposited.With(count.Side, count.Total), Balance = book.Balance.Plus(count.Side, count.Total - before) };
        return null;
    }

    private static Rejection? Free(ChannelBook book, ChannelSide payer, UInt256 amount)
    {
        if (amount.IsZero) return new(RejectionCode.ZeroAmount, "an amount above zero", "0");
        var free = book.Balance.Of(payer);
        return amount > free ? new(RejectionCode.InsufficientFunds, $"at most {free}", amount.ToString()) : null;
    }

    private static ChannelBook Without(ChannelBook book, ChannelLock open, ChannelSide to) =>
        book with { Balance = book.Balance.Plus(to, open.Amount), Locks = book.Locks.Remove(open) };

    private static Rejection NoLock(long number) => new(RejectionCode.NotFound, "an open lock of the other party", $"{number}");
}
