using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>What arrives at own addresses, once it is final; and what a reorg takes away again, even when it was spent since.</summary>
internal static class Deposits
{
    internal static Decision<AccountEvent> Credit(AccountState.Open open, AccountCommand.CreditDeposit command, Stamp stamp)
    {
        var deposit = command.Deposit;
        if (deposit.Account != open.Id) return new Rejection(RejectionCode.NotAllowedCaller, $"a deposit of {open.Id}", $"{deposit.Account}");
        if (deposit.Amount.Value.IsZero) return new Rejection(RejectionCode.ZeroAmount, "an amount above zero", $"{deposit.Amount}");
        if (deposit.Amount.Asset.Chain != deposit.Chain) return new Rejection(RejectionCode.WrongChain, $"an asset of {deposit.Chain}", $"{deposit.Amount.Asset}");
        if (!open.Own.Any(own => own.Chain == deposit.Chain && own.Address == deposit.To))
            return new Rejection(RejectionCode.NotFound, $"an address of this account on {deposit.Chain}", $"{deposit.To}");
        if (Find(open, deposit) is { } known)
        {
            if (known.Amount != deposit.Amount || known.To != deposit.To)
                return new Rejection(RejectionCode.IdempotencyMismatch, $"{known.Amount} to {known.To}", $"{deposit.Amount} to {deposit.To}");
            return known.Block == deposit.Block ? AccountDecider.Nothing : new AccountEvent.DepositMoved(deposit);
        }

        if (open.Floors.TryGetValue(deposit.Chain, out var floor) && deposit.Block.Number <= floor)
            return new Rejection(RejectionCode.StaleVersion, $"a deposit above block {floor}, to where all are settled", $"{deposit.Block}");

        // What an own call received was posted with its leg.
        if (open.OwnReceipts.TryGetValue(Key(deposit.Chain, deposit.TxHash), out var assets) && assets.Contains(deposit.Amount.Asset))
            return AccountDecider.Nothing;

        // Brought again by a reorg while it is given back, or after: it covers what was taken when it went.
        if (command.Sources is { } sources && !Returning.Has(open, deposit)) return Screenings.Hold(open, deposit, sources, stamp);
        var postings = Postings.Move(deposit.Amount, Book.World, Book.Available);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.DepositCredited(deposit, postings)).AddRange(Forgetting.Due(open, stamp));
    }

    internal static Decision<AccountEvent> Reverse(AccountState.Open open, AccountCommand.ReverseDeposit command)
    {
        // Never credited, reversed already, or credited from another block since: nothing stands on the lost one.
        if (Find(open, command.Deposit) is not { } known || known.Block.Hash != command.LostBlock) return AccountDecider.Nothing;
        var postings = Postings.Move(known.Amount, Screenings.BookOf(open, known), Book.World);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        return Deficits.With(open, new AccountEvent.DepositReversed(known, command.LostBlock, postings, command.WasChange), $"deposit {known.TxHash} lost its block");
    }

    /// <summary>Where a deposit stands.</summary>
    internal static DepositStanding StandingOf(AccountState.Open open, DepositRef deposit) =>
        Of(open, deposit.Chain, deposit.TxHash).FirstOrDefault(known => known.LogIndex == deposit.LogIndex) is not { } known || Returning.Has(open, known) ? DepositStanding.Gone
        : Screenings.BookOf(open, known) == Book.Held ? DepositStanding.Held : DepositStanding.Credited;

    /// <summary>Deposits that one transaction made and that stand.</summary>
    internal static ImmutableArray<Deposit> Of(AccountState.Open open, ChainId chain, Bytes32 txHash) =>
        open.Deposits.TryGetValue(Key(chain, txHash), out var deposits) ? deposits : [];

    internal static StateKey Key(ChainId chain, Bytes32 txHash) => StateKey.Of(chain.Value, txHash.ToString());

    private static Deposit? Find(AccountState.Open open, Deposit deposit) =>
        Of(open, deposit.Chain, deposit.TxHash).FirstOrDefault(known => known.LogIndex == deposit.LogIndex);
}
