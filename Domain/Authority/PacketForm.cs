using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Whether a packet's content is well formed by itself: sizes, amounts, chains, order of legs, allocations that add up.</summary>
public static class PacketForm
{
    /// <summary>Most assets that one call names as spent or received.</summary>
    public const int MaxAssets = 16;

    public static Rejection? Check(PacketContent packet)
    {
        if (packet.Revision < 1) return Bad("a revision from 1", $"{packet.Revision}");
        if (packet.Legs.Length is 0 or > PacketContent.MaxLegs)
            return new(RejectionCode.TooLarge, $"1 to {PacketContent.MaxLegs} legs", $"{packet.Legs.Length}");
        if (packet.SettleBefore < packet.OpenBefore) return Bad("open-before no later than settle-before", "later");
        if (packet.Legs.Select(leg => leg.Id).Distinct().Count() != packet.Legs.Length) return Bad("distinct legs", "a leg that comes twice");
        foreach (var leg in packet.Legs)
            if ((CheckLeg(packet, leg) ?? CheckReturn(packet, leg) ?? ChannelForm.CheckInstead(packet, leg)) is { } rejection) return rejection;
        return LegPlan.Check(packet) ?? CheckAllocations(packet);
    }

    /// <summary>What a leg moves at most, without fees.</summary>
    public static ImmutableArray<Amount> AmountsOf(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => [transfer.Amount],
        Leg.LedgerTransfer transfer => [transfer.Amount],
        Leg.ContractCall call => CallAmounts(call),
        Leg.CoinPayments payments => [payments.Total],
        Leg.ChannelPayment payment => [payment.Amount],
        _ => throw new UnreachableException($"No such leg: {leg.GetType().Name}."),
    };

    private static ImmutableArray<Amount> CallAmounts(Leg.ContractCall call)
    {
        // The native value is spent whether or not it is named; named, it may be more (a call can draw on what it was sent earlier).
        var native = AssetId.Native(call.Chain);
        var named = call.MaxSpent.FirstOrDefault(amount => amount.Asset == native).Value;
        var value = UInt256.Max(call.Value, named);
        var others = call.MaxSpent.Where(amount => amount.Asset != native);
        return value.IsZero ? [.. others] : [new Amount(native, value), .. others];
    }

    private static Rejection? CheckLeg(PacketContent packet, Leg leg) => leg switch
    {
        Leg.ChainTransfer { Amount.Asset.Chain.IsBitcoin: true } transfer => CheckAmount(transfer.Amount, transfer.Amount.Asset.Chain) ?? CoinForm.Check(transfer),
        Leg.ChainTransfer transfer => CheckAmount(transfer.Amount, transfer.Amount.Asset.Chain),
        Leg.LedgerTransfer transfer when transfer.To == packet.Ref.Owner => Bad("a payee other than the owner", $"{transfer.To}"),
        Leg.LedgerTransfer transfer => CheckAmount(transfer.Amount, transfer.Amount.Asset.Chain),
        Leg.ContractCall call => CheckCall(call),
        Leg.CoinPayments payments => CoinForm.Check(payments),
        Leg.ChannelPayment payment => CheckAmount(payment.Amount, payment.Amount.Asset.Chain) ?? ChannelForm.Check(packet, payment),
        _ => new(RejectionCode.UnsupportedKind, "a known kind of leg", leg.GetType().Name),
    };

    private static Rejection? CheckCall(Leg.ContractCall call)
    {
        if (!call.Chain.IsEvm) return new(RejectionCode.WrongChain, "an EVM chain", $"{call.Chain}");
        foreach (var amounts in new[] { call.MaxSpent, call.MinReceived })
        {
            if (amounts.Length > MaxAssets) return new(RejectionCode.TooLarge, $"{MaxAssets} assets", $"{amounts.Length}");
            if (amounts.Select(amount => amount.Asset).Distinct().Count() != amounts.Length) return Bad("each asset once", "an asset that comes twice");
            foreach (var amount in amounts)
                if (CheckAmount(amount, call.Chain) is { } rejection) return rejection;
        }

        return null;
    }

    private static Rejection? CheckAmount(Amount amount, ChainId chain)
    {
        if (amount.Value.IsZero) return new(RejectionCode.ZeroAmount, "an amount above zero", $"{amount}");
        if (amount.Asset.Chain != chain || !chain.HasNodes) return new(RejectionCode.WrongChain, $"an asset of a chain with nodes, {chain}", $"{amount.Asset}");
        if ((amount.Asset.IsNative || chain.IsBitcoin) && amount.Asset != AssetId.Native(chain))
            return new(RejectionCode.AssetMismatch, $"{AssetId.Native(chain)}", $"{amount.Asset}");
        return amount.Asset.Namespace == "erc721" && amount.Value != UInt256.One
            ? new(RejectionCode.AssetMismatch, "amount 1 of an ERC-721 token", $"{amount.Value}")
            : null;
    }

    /// <summary>A packet that gives deposits back does nothing else, so that its reviewers and its score are about that alone.</summary>
    private static Rejection? CheckReturn(PacketContent packet, Leg leg)
    {
        if (!packet.IsReturn) return null;
        if (leg is not Leg.ChainTransfer { Returns: { } deposit } transfer || leg is not { Group: null, Compensates: null, Replaces: null })
            return Bad("legs that each give a deposit back, and nothing else", $"{leg.Id}");
        if (!deposit.Chain.IsEvm && !(deposit.Chain.IsBitcoin && deposit.LogIndex >= 0))
            return new(RejectionCode.UnsupportedKind, "a deposit on an EVM chain, or an output of a Bitcoin transaction", $"{deposit}");
        return deposit.Chain == transfer.Amount.Asset.Chain ? null : new(RejectionCode.WrongChain, $"{deposit.Chain}", $"{transfer.Amount.Asset.Chain}");
    }

    private static Rejection? CheckAllocations(PacketContent packet)
    {
        if (packet.Allocations.Length > PacketContent.MaxLegs)
            return new(RejectionCode.TooLarge, $"{PacketContent.MaxLegs} allocations", $"{packet.Allocations.Length}");
        var taken = packet.Allocations.SelectMany(allocation => allocation.Shares.Select(share => (allocation.Input.Asset, share.Leg))).ToArray();
        if (taken.Distinct().Count() != taken.Length) return Mismatch("each leg in one allocation of an asset", "a leg in two");
        foreach (var allocation in packet.Allocations)
            if (CheckAllocation(packet, allocation) is { } rejection) return rejection;
        return null;
    }

    private static Rejection? CheckAllocation(PacketContent packet, Allocation allocation)
    {
        if (allocation.Shares.Length is 0 or > PacketContent.MaxLegs) return Mismatch($"1 to {PacketContent.MaxLegs} shares", $"{allocation.Shares.Length}");
        if (allocation.Shares.All(share => share.Leg != allocation.Remainder)) return Mismatch("a remainder that is one of the shares", $"{allocation.Remainder}");
        var rest = allocation.Input.Value;
        foreach (var part in allocation.Shares.Select(share => share.Value).Append(allocation.OperatorFee))
        {
            if (part > rest) return Mismatch($"shares and fee of {allocation.Input.Value}", "more than the input");
            rest -= part;
        }

        if (!rest.IsZero) return Mismatch($"shares and fee of {allocation.Input.Value}", $"{rest} less");
        foreach (var share in allocation.Shares)
        {
            if (packet.Legs.FirstOrDefault(leg => leg.Id == share.Leg) is not { } leg) return Mismatch("a share of a leg of this packet", $"{share.Leg}");
            var moved = AmountsOf(leg).FirstOrDefault(amount => amount.Asset == allocation.Input.Asset).Value;
            if (moved != share.Value) return Mismatch($"{share.Value} {allocation.Input.Asset} moved by {share.Leg}", $"{moved}");
        }

        return null;
    }

    private static Rejection Mismatch(string expected, string actual) => new(RejectionCode.AllocationMismatch, expected, actual);

    private static Rejection Bad(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
