using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>What a profile is told of a payment that it waits for, by what became of it. Null: it is still under way.</summary>
public static class PaymentEnds
{
    /// <summary>Of a packet's payment. A packet that was scored anew since, in another revision, does not make this one any more.</summary>
    /// <param name="view">Null: there is no such packet.</param>
    public static RiskProfileCommand? Of(AccountId account, PendingRisk pending, PacketView? view)
    {
        if (view?.Risk?.Score is not { } score || score.Payment.Id != pending.Payment || view.State is "rejected" or "expired" or "invalidated" or "cancelled" or "compensated")
            return Drop(account, pending.Payment);
        return view.State is "settled" or "partially-settled"
            ? new RiskProfileCommand.Settle(Id(account, "settle", pending.Payment), score.Payment) { WantedAt = score.At }
            : null;
    }

    /// <summary>Of a deposit.</summary>
    public static RiskProfileCommand? Of(AccountId account, PendingRisk pending, DepositStanding standing) => standing switch
    {
        DepositStanding.Credited => new RiskProfileCommand.Credit(Id(account, "credit", pending.Payment, pending.At), pending.Payment),
        DepositStanding.Gone => Drop(account, pending.Payment, pending.At),
        DepositStanding.Held => null,
        _ => throw new UnreachableException($"{standing}"),
    };

    /// <summary>It will not happen.</summary>
    public static RiskProfileCommand.Drop Drop(AccountId account, Guid payment) => new(Id(account, "drop", payment), payment);

    /// <summary>A deposit may be gone, come again and be looked at again: each time is another word.</summary>
    private static RiskProfileCommand.Drop Drop(AccountId account, Guid payment, Instant at) => new(Id(account, "drop", payment, at), payment);

    private static Guid Id(AccountId account, string what, Guid payment) => EffectId.Of(RiskProfileDecider.Kind, account, $"{what}/{payment:N}");

    private static Guid Id(AccountId account, string what, Guid payment, Instant at) =>
        EffectId.Of(RiskProfileDecider.Kind, account, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{what}/{payment:N}/{at.UnixMs}"));
}
