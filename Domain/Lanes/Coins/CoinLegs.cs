using System.Numerics;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>What legs on chains of the Bitcoin family pay. Lane, previews and signer all take it from here, so that what is built and what is demanded are the same outputs.</summary>
public static class CoinLegs
{
    /// <summary>The outputs before the change, in their order; empty for a leg that a lane of coins cannot pay.</summary>
    public static ImmutableArray<CoinPayee> PayeesOf(Leg leg) => leg switch
    {
        Leg.ChainTransfer { Amount.Asset: { IsNative: true, Chain.IsBitcoin: true } } transfer => [CoinPayee.OfKeyHash(transfer.To, transfer.Amount.Value)],
        Leg.CoinPayments payments => payments.Payees,
        _ => [],
    };

    /// <summary>Whence it pays; null for a leg that a lane of coins cannot pay.</summary>
    public static (ChainId Chain, Address From, FeeBudget Fee)? SenderOf(Leg leg) => leg switch
    {
        Leg.ChainTransfer { Amount.Asset: { IsNative: true, Chain: { IsBitcoin: true } chain } } transfer => (chain, transfer.From, transfer.Fee),
        Leg.CoinPayments payments => (payments.Chain, payments.From, payments.Fee),
        _ => null,
    };

    /// <summary>The rejected deposit that a leg gives back, by the very coin that came in; null for most.</summary>
    public static DepositRef? ReturnedBy(Leg leg) => leg is Leg.ChainTransfer { Returns: { Chain.IsBitcoin: true } deposit } ? deposit : null;

    /// <summary>Outputs of the no-op that closes a leg: a deposit stays apart from the account's own money.</summary>
    public static int ClosingOutputsOf(Leg leg) => ReturnedBy(leg) is null ? 1 : 2;

    /// <summary>What they are paid together, in satoshis: PacketForm holds it below all that there can be.</summary>
    public static BigInteger PaidSat(ImmutableArray<CoinPayee> payees) => payees.Aggregate(BigInteger.Zero, static (sum, payee) => sum + payee.Value);
}
