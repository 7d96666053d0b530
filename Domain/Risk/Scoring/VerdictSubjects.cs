using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>What an outside service is asked about: parties and amounts, and neither balances nor devices.</summary>
public static class VerdictSubjects
{
    /// <summary>Of a packet, as it was scored. What goes to the account's own addresses is nobody else's business.</summary>
    public static VerdictSubject Of(RiskPayment payment)
    {
        ImmutableArray<RiskMovement> others = [.. payment.Movements.Where(static movement => movement.Scope != DestinationScope.Own)];
        return new(payment.Account, payment.Id, payment.Direction, others, [.. others.Select(static movement => movement.Party).Distinct()]);
    }

    /// <summary>Of a deposit: every payer that the chain shows. The block is not part of it: a reorg that moves the deposit asks nothing new.</summary>
    public static VerdictSubject Of(Guid id, Deposit deposit, Tier tier, ImmutableArray<Address> sources) => new(
        deposit.Account, id, RiskDirection.In, Inflows.PaymentOf(id, deposit, tier, []).Movements, [.. sources.Select(static source => source.Value)])
    {
        Deposit = deposit.Ref,
    };
}
