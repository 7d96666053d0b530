using TPWallet.Chains.Nodes;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;

namespace TPWallet.Grains.Effects.Simulation;

/// <summary>
/// What can be known of legs of the Bitcoin family before they are voted on and reserved. They run no code, so what they declare is what happens; whether nodes
/// would relay them at the fee that is offered is asked.
/// </summary>
internal static class CoinLook
{
    /// <summary>Null if nothing speaks against them.</summary>
    public static async Task<EffectResult?> RefuseAsync(ServedBitcoin? chain, ImmutableArray<Leg> legs, CancellationToken cancellationToken)
    {
        if (chain is null) return PacketSimulator.Refused(RejectionCode.WrongChain, "a chain of this deployment", $"{PacketSimulator.ChainOf(legs[0])}");
        if (PacketSimulator.Finality(legs, chain.Profile) is { } weak) return weak;
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.PoolTermsAsync(ct), cancellationToken);
        if (!answer.TryGet(out var terms, out var error)) return new EffectResult.NoAnswer($"{error}");
        foreach (var leg in legs)
        {
            // One coin, the payments and their change: the smallest that it is.
            if (CoinLegs.SenderOf(leg) is not { Fee.Max: var budget }) continue;
            var least = CoinFees.Fee(terms.Least.SatPerKvb, CoinFees.VirtualBytes(1, CoinLegs.PayeesOf(leg)));
            var most = CoinFees.SpendCeiling(budget, 1, terms.Increment.SatPerKvb);
            if (least > most)
                return PacketSimulator.Refused(RejectionCode.FeeBudgetExceeded, $"a fee budget of at least {budget + (ulong)(least - most)} satoshis for {leg.Id}", $"{budget}");
        }

        return null;
    }
}
