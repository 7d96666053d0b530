using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>
/// Two totals that only grow; the balance is their signed difference. After an un-post it may be negative: that is a debt to be seen, not a
/// state that must not be.
/// </summary>
public readonly record struct LedgerAccount(UInt256 Debits, UInt256 Credits)
{
    /// <summary>Credits above debits; zero in debt.</summary>
    public UInt256 Balance => Credits > Debits ? Credits - Debits : UInt256.Zero;

    /// <summary>Debits above credits; zero without debt.</summary>
    public UInt256 Deficit => Debits > Credits ? Debits - Credits : UInt256.Zero;

    /// <exception cref="OverflowException">A total would pass 2^256 − 1; deciders ask <see cref="LedgerBook.Refuse"/> first.</exception>
    public LedgerAccount Post(Posting posting) => posting.Side == PostingSide.Debit
        ? this with { Debits = Debits + posting.Amount }
        : this with { Credits = Credits + posting.Amount };
}
