using System.Numerics;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// The form of legs on chains of the Bitcoin family. What nodes do not relay is refused before it is reserved; and without room for its no-op a leg could not be closed.
/// </summary>
internal static class CoinForm
{
    internal static Rejection? Check(Leg.ChainTransfer transfer) =>
        CheckPayee(transfer.Id, CoinPayee.OfKeyHash(transfer.To, transfer.Amount.Value)) ?? CheckSums(transfer.Id, transfer.Amount.Value, transfer.Fee);

    internal static Rejection? Check(Leg.CoinPayments leg)
    {
        if (!leg.Chain.IsBitcoin) return new(RejectionCode.WrongChain, "a chain of the Bitcoin family", $"{leg.Chain}");
        if (leg.Payees.Length is 0 or > Leg.CoinPayments.MaxPayees)
            return new(RejectionCode.TooLarge, $"1 to {Leg.CoinPayments.MaxPayees} payees", $"{leg.Payees.Length}");

        // Each output is held against its payee, so two of one payee would be one too many to tell apart; and what comes back to the sender is the change.
        if (leg.Payees.Select(static payee => payee.Script).Distinct().Count() != leg.Payees.Length)
            return new(RejectionCode.Malformed, $"each payee of {leg.Id} once", "a payee that comes twice");
        if (leg.Payees.Any(payee => payee.KeyHash == leg.From)) return new(RejectionCode.Malformed, $"payees of {leg.Id} other than the sender", leg.From.Value);
        foreach (var payee in leg.Payees)
        {
            if (payee.Value.IsZero) return new(RejectionCode.ZeroAmount, "an amount above zero", $"none for {payee.Destination}");
            if (CheckPayee(leg.Id, payee) is { } refusal) return refusal;
        }

        return CheckSums(leg.Id, leg.Payees.Aggregate(BigInteger.Zero, static (sum, payee) => sum + payee.Value), leg.Fee);
    }

    private static Rejection? CheckPayee(Name leg, CoinPayee payee)
    {
        if (payee.Form == CoinPayeeForm.Unknown) return new(RejectionCode.UnsupportedKind, "P2WPKH, P2TR, P2WSH, P2SH or P2PKH", payee.Script.ToString());
        return payee.Value < (ulong)payee.DustSat
            ? new(RejectionCode.EffectOutOfBounds, $"at least {payee.DustSat} satoshis in {leg}", $"{payee.Value}, which is dust")
            : null;
    }

    private static Rejection? CheckSums(Name leg, BigInteger paid, FeeBudget fee)
    {
        if (fee.Max < CoinFees.LeastBudgetSat)
            return new(RejectionCode.FeeBudgetExceeded, $"a fee budget of at least {CoinFees.LeastBudgetSat} satoshis for {leg}", $"{fee.Max}");
        return paid + fee.Max > CoinFees.MaxMoneySat
            ? new(RejectionCode.Overflow, $"at most {CoinFees.MaxMoneySat} satoshis with the fee", $"{paid} and {fee.Max}")
            : null;
    }
}
