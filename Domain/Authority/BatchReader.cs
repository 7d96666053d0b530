using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// Reads a leg that makes several payments (<see cref="MultiSend"/>). What it pays is what its data says only where the contract is the one we know, so its code
/// is demanded by hash: from the bounds, which the nodes were asked for and the votes bind.
/// </summary>
internal static class BatchReader
{
    /// <summary>The payments, or why they cannot be believed.</summary>
    internal static (ImmutableArray<BatchPayment> Payments, Rejection? Refusal) Read(Leg.ContractCall leg, EffectBounds bounds)
    {
        if (MultiSend.Read(leg) is not { } payments)
            return Refuse(new(RejectionCode.Malformed, $"{leg.Id} to be 1 to {MultiSend.MaxPayments} payments above zero, in their one encoding", "other data"));
        var target = bounds.Targets.FirstOrDefault(target => target.Chain == leg.Chain && target.Address == leg.To);
        if (target is not { Implementation: null, Delegate: null } || target.CodeHash != MultiSend.CodeHash)
            return Refuse(new(RejectionCode.EffectOutOfBounds, $"the code {MultiSend.CodeHash} at {leg.To}", $"{target?.CodeHash.ToString() ?? "none"}"));
        if (!leg.MinReceived.IsEmpty) return Refuse(new(RejectionCode.LegMismatch, $"{leg.Id} to ask for nothing", "assets that it is to receive"));

        var paid = Sums(payments.Select(static payment => payment.Amount));
        var named = Sums(leg.MaxSpent);
        if (!paid.SequenceEqual(named)) return Refuse(new(RejectionCode.LegMismatch, $"{leg.Id} to name {Text(paid)} as spent", Text(named)));
        var native = paid.GetValueOrDefault(AssetId.Native(leg.Chain));
        return leg.Value == native ? (payments, null) : Refuse(new(RejectionCode.LegMismatch, $"{leg.Id} to send {native} wei along", $"{leg.Value}"));
    }

    /// <summary>
    /// Whether a call only lets the contract take what batches after it pay: then the allowance is part of the packet. The contract takes from nobody but its
    /// caller, so what a batch that never runs leaves of it is no use to anybody else; that it is the contract, each batch proves for itself.
    /// </summary>
    internal static bool IsAllowanceFor(Leg.ContractCall leg, PacketContent packet, Amount allowed)
    {
        if (CallMethods.SpenderOf(leg) is not { } spender) return false;
        var batches = packet.Legs.OfType<Leg.ContractCall>().Where(batch =>
            (batch.Chain, batch.From, batch.To) == (leg.Chain, leg.From, spender) && batch.Compensates is null && batch.After.Contains(leg.Id) && MultiSend.IsCall(batch.Data));
        return allowed.Value <= Sums(batches.SelectMany(static batch => batch.MaxSpent)).GetValueOrDefault(allowed.Asset);
    }

    private static SortedDictionary<AssetId, UInt256> Sums(IEnumerable<Amount> amounts)
    {
        var sums = new SortedDictionary<AssetId, UInt256>();
        foreach (var amount in amounts) sums[amount.Asset] = sums.GetValueOrDefault(amount.Asset) + amount.Value;
        return sums;
    }

    private static string Text(SortedDictionary<AssetId, UInt256> sums) => string.Join(", ", sums.Select(static sum => $"{sum.Value} {sum.Key}"));

    private static (ImmutableArray<BatchPayment> Payments, Rejection? Refusal) Refuse(Rejection rejection) => ([], rejection);
}
