using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>An address of the account, as its key's attestation says.</summary>
public sealed record OwnAddress(ChainId Chain, Address Address, Tier Tier);

/// <summary>One effect of a packet, as rules and single limits see it.</summary>
/// <param name="Asset">Null where the effect moves no asset by itself.</param>
/// <param name="Amount">Base units; zero without an asset.</param>
public sealed record PacketEffect(
    EffectKind Kind, Name Leg, ChainId Chain, AssetId? Asset, UInt256 Amount, string Destination, DestinationScope Scope, Tier Tier)
{
    /// <summary>Denied unless a rule names the kind.</summary>
    public bool IsSpecial => Kind >= EffectKind.AllowanceAboveLeg;
}

/// <summary>What one leg takes at most, to be reserved.</summary>
/// <param name="Payee">The payee of a ledger leg; null for a leg on a chain.</param>
/// <param name="Fee">The whole fee budget in the chain's native coin; null for a ledger leg.</param>
/// <param name="OwnMove">To an address of the same account: exempt from limits, its fee is not.</param>
/// <param name="Allowances">What others may take later: counted by limits, not reserved in the ledger.</param>
public sealed record LegOutflow(
    Name Leg, AccountId? Payee, ImmutableArray<Amount> Amounts, Amount? Fee, Tier Tier, bool OwnMove, ImmutableArray<Amount> Allowances)
{
    /// <summary>The channel key under whose mandate it is made without votes; null for all that is voted on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Name? Mandate { get; init; }

    /// <summary>Paid over channels: nothing of it is in the account's ledger, which posted the deposit; the channels' own books have it. Null for other legs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelOutflow? Channels { get; init; }
}

/// <summary>What a leg takes out of channels.</summary>
/// <param name="CountedElsewhere">What windows count by the leg that is made instead, as long as both may happen: only one of them will.</param>
/// <param name="Invoice">The hash of the invoice that it pays.</param>
/// <param name="Instead">The leg that is made instead; null: none.</param>
public sealed record ChannelOutflow(UInt256 CountedElsewhere, Bytes32 Invoice, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Name? Instead = null);

/// <summary>The effects of a packet and what each leg takes.</summary>
/// <param name="OperatorFees">One for each allocation that has a fee.</param>
public sealed record Outflow(ImmutableArray<PacketEffect> Effects, ImmutableArray<LegOutflow> Legs, ImmutableArray<OperatorFee> OperatorFees)
{
    /// <summary>Ledger legs leave no address; they are judged as the hottest tier.</summary>
    public const Tier LedgerTier = Tier.Hot;

    /// <summary>
    /// The effects of a packet, from its legs, its call data and its simulated bounds. Null with the reason where the packet is malformed, pays from
    /// an address that is not the account's, or has bounds that exceed what its legs say.
    /// </summary>
    public static Outflow? Of(
        PacketContent packet, EffectBounds bounds, ImmutableArray<OwnAddress> own, Governance governance, out Rejection? rejection)
    {
        rejection = PacketForm.Check(packet);
        if (rejection is not null) return null;
        try
        {
            var outflow = new OutflowReader(packet, bounds, own, governance).Read(out rejection);
            return rejection is null ? outflow : null;
        }
        catch (OverflowException)
        {
            rejection = new(RejectionCode.Overflow, "sums below 2^256", "more");
            return null;
        }
    }

    /// <summary>Gross outflow by asset and tier, as windows count it: amounts that leave the account, fee budgets, allowances, operator fees.</summary>
    public ImmutableArray<WindowShare> Gross() =>
        [.. Legs.SelectMany(WindowShare.Of), .. OperatorFees.Select(fee => new WindowShare(fee.Amount.Asset, LedgerTier, fee.Amount.Value))];
}

/// <summary>The operator's fee of one allocation.</summary>
public sealed record OperatorFee(int Allocation, Grains.Interfaces.Ledger.FeeKind Kind, Amount Amount);
