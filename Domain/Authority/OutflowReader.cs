using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Reads a packet's effects leg by leg, then holds the bounds against them.</summary>
internal sealed class OutflowReader(PacketContent packet, EffectBounds bounds, ImmutableArray<OwnAddress> own, Governance governance)
{
    private readonly ImmutableArray<PacketEffect>.Builder _effects = ImmutableArray.CreateBuilder<PacketEffect>();
    private readonly ImmutableArray<LegOutflow>.Builder _legs = ImmutableArray.CreateBuilder<LegOutflow>();
    private readonly ChannelMandate? _mandate = MandatedCalls.MandateOf(packet, governance);

    internal Outflow? Read(out Rejection? rejection)
    {
        rejection = null;
        foreach (var leg in packet.Legs)
        {
            rejection = leg switch
            {
                Leg.ChainTransfer transfer => Transfer(transfer),
                Leg.ContractCall call => Call(call),
                Leg.LedgerTransfer transfer => Ledger(transfer),
                Leg.CoinPayments payments => Payments(payments),
                Leg.ChannelPayment payment => Channel(payment),
                _ => throw new UnreachableException(),
            };
            if (rejection is not null) return null;
        }

        var fees = OperatorFees();
        rejection = BoundsCheck.Check(bounds, packet, _legs, own) ?? LeftAllowances() ?? Special();
        return new(_effects.ToImmutable(), _legs.ToImmutable(), fees);
    }

    private Rejection? Transfer(Leg.ChainTransfer leg)
    {
        var chain = leg.Amount.Asset.Chain;
        if (Find(chain, leg.From) is not { } from) return NotOwn(leg.Id, chain, leg.From);
        var scope = Scope(chain, leg.To);
        if (leg.Returns is not null && scope == DestinationScope.Own)
            return new(RejectionCode.LegMismatch, $"a payee of {leg.Id} other than this account, whose reviewers rejected the deposit", $"{leg.To}");
        if (leg.InsteadOf is not null && scope == DestinationScope.Own) return new(RejectionCode.LegMismatch, $"the payee's address in {leg.Id}, not one of this account", $"{leg.To}");
        var kind = leg.Amount.Asset.IsNative ? EffectKind.NativeOut : leg.Amount.Asset.IsNft ? EffectKind.NftOut : EffectKind.TokenOut;
        _effects.Add(new(kind, leg.Id, chain, leg.Amount.Asset, leg.Amount.Value, leg.To.Value, scope, from.Tier));
        _legs.Add(new(leg.Id, null, [leg.Amount], Fee(chain, leg.Fee), from.Tier, scope == DestinationScope.Own, []));
        return null;
    }

    private Rejection? Call(Leg.ContractCall leg)
    {
        if (Find(leg.Chain, leg.From) is not { } from) return NotOwn(leg.Id, leg.Chain, leg.From);
        if (MultiSend.IsCall(leg.Data)) return Batch(leg, from);
        var scope = Scope(leg.Chain, leg.To);
        var amounts = PacketForm.AmountsOf(leg);
        var meaning = CallMethods.Of(leg);
        if (meaning is { Special: EffectKind.AllowanceAboveLeg, Spends: { } allowed } && BatchReader.IsAllowanceFor(leg, packet, allowed))
            meaning = meaning with { Special = null, Spends = null };
        if (meaning.Special is null && meaning.Spends is { } plain && plain.Value > amounts.FirstOrDefault(amount => amount.Asset == plain.Asset).Value)
            return new(RejectionCode.EffectOutOfBounds, $"{leg.Id} to name {plain} as spent", $"{meaning.Method} without it");
        var party = meaning.Party ?? leg.To;
        var partyScope = meaning.Party is { } named && Scope(leg.Chain, named) is var own and not DestinationScope.Own ? own : scope;
        _effects.Add(new(EffectKind.ContractCall, leg.Id, leg.Chain, null, UInt256.Zero, leg.To.Value, scope, from.Tier));
        foreach (var amount in amounts)
        {
            var kind = amount.Asset.IsNative ? EffectKind.NativeOut : amount.Asset.IsNft ? EffectKind.NftOut : EffectKind.TokenOut;
            var isTheirs = amount.Asset.Contract == leg.To;
            _effects.Add(new(kind, leg.Id, leg.Chain, amount.Asset, amount.Value, (isTheirs ? party : leg.To).Value, isTheirs ? partyScope : scope, from.Tier));
        }

        var allowance = meaning.Special == EffectKind.AllowanceAboveLeg ? meaning.Spends : null;
        if (meaning.Special is { } special)
            _effects.Add(new(special, leg.Id, leg.Chain, allowance?.Asset, allowance?.Value ?? UInt256.Zero, party.Value, partyScope, from.Tier));

        // A contract of the account's own address list would still run code that pays others: never an exempt move.
        _legs.Add(new(leg.Id, null, amounts, Fee(leg.Chain, leg.Fee), from.Tier, OwnMove: false, allowance is { } later ? [later] : []) { Mandate = _mandate?.Key });
        return null;
    }

    /// <summary>Each payment is judged by itself; that it is made by a call is judged beside them.</summary>
    private Rejection? Batch(Leg.ContractCall leg, OwnAddress from)
    {
        var (payments, refusal) = BatchReader.Read(leg, bounds);
        if (refusal is not null) return refusal;
        _effects.Add(new(EffectKind.ContractCall, leg.Id, leg.Chain, null, UInt256.Zero, leg.To.Value, Scope(leg.Chain, leg.To), from.Tier));
        foreach (var (to, (asset, value)) in payments)
        {
            var kind = asset.IsNative ? EffectKind.NativeOut : EffectKind.TokenOut;
            _effects.Add(new(kind, leg.Id, leg.Chain, asset, value, to.Value, Scope(leg.Chain, to), from.Tier));
        }

        _legs.Add(new(leg.Id, null, PacketForm.AmountsOf(leg), Fee(leg.Chain, leg.Fee), from.Tier, OwnMove: false, []));
        return null;
    }

    /// <summary>Each payee is judged by itself; the sum is what the leg takes.</summary>
    private Rejection? Payments(Leg.CoinPayments leg)
    {
        if (Find(leg.Chain, leg.From) is not { } from) return NotOwn(leg.Id, leg.Chain, leg.From);
        foreach (var payee in leg.Payees)
        {
            if (payee.KeyHash is { } hash && Find(leg.Chain, hash) is not null)
                return new(RejectionCode.LegMismatch, $"payees of {leg.Id} that are not of this account: such a move is a transfer of its own", hash.Value);
            var scope = governance.IsAllowed(leg.Chain, payee.Destination) ? DestinationScope.Allowed : DestinationScope.New;
            _effects.Add(new(EffectKind.NativeOut, leg.Id, leg.Chain, leg.Total.Asset, payee.Value, payee.Destination, scope, from.Tier));
        }

        _legs.Add(new(leg.Id, null, [leg.Total], Fee(leg.Chain, leg.Fee), from.Tier, OwnMove: false, []));
        return null;
    }

    private Rejection? Ledger(Leg.LedgerTransfer leg)
    {
        var payee = leg.To.ToString();
        var scope = governance.IsAllowed(ChainId.Ledger, payee) ? DestinationScope.Allowed : DestinationScope.New;
        _effects.Add(new(EffectKind.LedgerOut, leg.Id, ChainId.Ledger, leg.Amount.Asset, leg.Amount.Value, payee, scope, Outflow.LedgerTier));
        _legs.Add(new(leg.Id, leg.To, [leg.Amount], null, Outflow.LedgerTier, OwnMove: false, []));
        return null;
    }

    /// <summary>
    /// A spend of the token like one on chain, fees of those on the way included, to the payee's channel key. Where it may be made on chain instead, both payees are judged, and
    /// windows count the amount once.
    /// </summary>
    private Rejection? Channel(Leg.ChannelPayment leg)
    {
        var place = leg.Invoice.Place;
        if (governance.Channels.GetValueOrDefault(Governance.ChannelKey(leg.Key)) is not { } mandate)
            return new(RejectionCode.KeyUnknown, $"a channel key with a mandate to pay {leg.Id} by", $"{leg.Key}");
        if ((mandate.Chain, mandate.Manager, mandate.Token) != (place.Chain, place.Manager, place.Token))
            return new(RejectionCode.AssetMismatch, $"an invoice of {leg.Id} for {mandate.Token} by {mandate.Manager} on {mandate.Chain}, as {leg.Key} has it", $"{place.Token} by {place.Manager} on {place.Chain}");
        var most = leg.Amount with { Value = leg.Amount.Value + leg.MostFee };
        var payee = leg.Invoice.Terms.Node!.Value;
        _effects.Add(new(EffectKind.TokenOut, leg.Id, place.Chain, most.Asset, most.Value, payee.Value, Scope(place.Chain, payee), Outflow.LedgerTier));
        var instead = LegPlan.MadeInstead(packet, leg.Id)?.Id;
        var counted = instead is null ? UInt256.Zero : leg.Amount.Value;
        _legs.Add(new(leg.Id, null, [most], null, Outflow.LedgerTier, OwnMove: false, []) { Channels = new(counted, leg.Invoice.Terms.Hash, instead) });
        return null;
    }

    /// <summary>A fee is judged like the leg that takes the remainder: so no fee hides from the thresholds that the payment itself meets.</summary>
    private ImmutableArray<OperatorFee> OperatorFees()
    {
        var fees = ImmutableArray.CreateBuilder<OperatorFee>();
        for (var index = 0; index < packet.Allocations.Length; index++)
        {
            var allocation = packet.Allocations[index];
            if (allocation.OperatorFee.IsZero) continue;
            var onLedger = allocation.Shares.All(share => packet.Legs.First(leg => leg.Id == share.Leg) is Leg.LedgerTransfer);
            var like = _effects.First(effect => effect.Leg == allocation.Remainder && effect.Asset == allocation.Input.Asset);
            fees.Add(new(index, onLedger ? FeeKind.Transfer : FeeKind.Packing, new(allocation.Input.Asset, allocation.OperatorFee)));
            _effects.Add(like with
            {
                Amount = allocation.OperatorFee,
                Destination = "operator",
                Scope = like.Scope == DestinationScope.Own ? DestinationScope.New : like.Scope,
            });
        }

        return fees.ToImmutable();
    }

    /// <summary>An allowance that stays behind is an effect unless the calls' own named amounts cover it.</summary>
    private Rejection? LeftAllowances()
    {
        foreach (var left in bounds.Allowances)
        {
            var chain = left.Asset.Chain;
            if (Find(chain, left.Owner) is not { } owner) return NotOwn("bounds", chain, left.Owner);
            var calls = packet.Legs.OfType<Leg.ContractCall>().Where(leg => leg.Chain == chain && leg.From == left.Owner).ToArray();
            if (calls is not [var first, ..])
                return new(RejectionCode.EffectOutOfBounds, $"a call from {left.Owner} beside its allowance", $"{left.Max} {left.Asset} to {left.Spender}");

            // A compensation may never run: what it would spend covers nothing.
            var covered = calls.Where(call => call.Compensates is null).Aggregate(UInt256.Zero, (sum, call) => sum + call.MaxSpent.FirstOrDefault(amount => amount.Asset == left.Asset).Value);
            if (left.Max <= covered || _effects.Any(effect => effect.Kind == EffectKind.AllowanceAboveLeg && effect.Asset == left.Asset && effect.Amount >= left.Max && effect.Destination == left.Spender.Value))
                continue;
            var spender = Scope(chain, left.Spender);
            _effects.Add(new(EffectKind.AllowanceAboveLeg, first.Id, chain, left.Asset, left.Max, left.Spender.Value, spender, owner.Tier));
            var at = packet.Legs.IndexOf(first);
            _legs[at] = _legs[at] with { Allowances = _legs[at].Allowances.Add(new(left.Asset, left.Max)) };
        }

        return null;
    }

    private Rejection? Special()
    {
        foreach (var special in bounds.Special)
        {
            if (special.Kind < EffectKind.AllowanceAboveLeg || !Enum.IsDefined(special.Kind))
                return new(RejectionCode.UnsupportedKind, "a special effect", $"{special.Kind}");
            if (_effects.FirstOrDefault(effect => effect.Leg == special.Leg) is not { } like)
                return new(RejectionCode.EffectOutOfBounds, "a leg of this packet", $"{special.Kind} of {special.Leg}");
            if (_effects.All(effect => effect.Leg != special.Leg || effect.Kind != special.Kind))
                _effects.Add(like with { Kind = special.Kind, Asset = null, Amount = UInt256.Zero });
        }

        return null;
    }

    private OwnAddress? Find(ChainId chain, Address address) => own.FirstOrDefault(entry => entry.Chain == chain && entry.Address == address);

    private DestinationScope Scope(ChainId chain, Address to) => Find(chain, to) is not null ? DestinationScope.Own
        : governance.IsAllowed(chain, to.Value) ? DestinationScope.Allowed : DestinationScope.New;

    private static Amount Fee(ChainId chain, FeeBudget budget) => new(AssetId.Native(chain), budget.Max);

    private static Rejection NotOwn(Name leg, ChainId chain, Address address) =>
        new(RejectionCode.LegMismatch, $"{leg} from an address of this account on {chain}", $"{address}");
}

/// <summary>Whether simulated bounds stay inside what the legs say. Less is fine; anything more was not agreed to.</summary>
internal static class BoundsCheck
{
    /// <summary>Most entries of one list of bounds.</summary>
    internal const int MaxEntries = 256;

    internal static Rejection? Check(EffectBounds bounds, PacketContent packet, IReadOnlyList<LegOutflow> legs, ImmutableArray<OwnAddress> own)
    {
        if (Math.Max(Math.Max(bounds.Addresses.Length, bounds.Allowances.Length), Math.Max(bounds.Targets.Length, bounds.Special.Length)) > MaxEntries)
            return new(RejectionCode.TooLarge, $"{MaxEntries} entries in a list of bounds", "more");
        foreach (var entry in Bounds.Normalise(bounds).Addresses)
        {
            if (entry.MaxOut.Length > MaxEntries || entry.MinIn.Length > MaxEntries) return new(RejectionCode.TooLarge, $"{MaxEntries} assets", "more");
            if (!own.Any(address => address.Chain == entry.Chain && address.Address == entry.Address))
                return Out($"only addresses of this account on {entry.Chain}", $"{entry.Address}");
            foreach (var amount in entry.MaxOut)
            {
                var said = Sum(packet, legs, entry, amount.Asset);
                if (amount.Value > said) return Out($"at most {said} {amount.Asset} out of {entry.Address}", $"{amount.Value}");
            }
        }

        foreach (var call in Wanted(packet))
            if (CheckReceived(bounds, packet, call) is { } rejection) return rejection;
        return null;
    }

    private static UInt256 Sum(PacketContent packet, IReadOnlyList<LegOutflow> legs, AddressBounds entry, AssetId asset)
    {
        var sum = UInt256.Zero;
        for (var index = 0; index < packet.Legs.Length; index++)
        {
            if (From(packet.Legs[index]) != (entry.Chain, entry.Address)) continue;
            foreach (var amount in legs[index].Amounts)
                if (amount.Asset == asset) sum += amount.Value;
        }

        return sum;
    }

    /// <summary>What the calls of an address ask for together must be what the simulation saw arrive there at least.</summary>
    private static Rejection? CheckReceived(EffectBounds bounds, PacketContent packet, Leg.ContractCall call)
    {
        foreach (var wanted in call.MinReceived)
        {
            var sum = UInt256.Zero;
            foreach (var other in Wanted(packet))
                if (other.Chain == call.Chain && other.From == call.From)
                    foreach (var amount in other.MinReceived)
                        if (amount.Asset == wanted.Asset) sum += amount.Value;
            var seen = bounds.Addresses.Where(entry => entry.Chain == call.Chain && entry.Address == call.From)
                .SelectMany(entry => entry.MinIn).Where(amount => amount.Asset == wanted.Asset)
                .Aggregate(UInt256.Zero, (least, amount) => least.IsZero ? amount.Value : UInt256.Min(least, amount.Value));
            if (seen < sum) return Out($"at least {sum} {wanted.Asset} into {call.From}", $"{seen}");
        }

        return null;
    }

    /// <summary>The calls that a packet makes when all goes well: what a compensation would bring is held against its own simulation.</summary>
    private static IEnumerable<Leg.ContractCall> Wanted(PacketContent packet) =>
        packet.Legs.OfType<Leg.ContractCall>().Where(call => call.Compensates is null);

    private static (ChainId Chain, Address Address)? From(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => (transfer.Amount.Asset.Chain, transfer.From),
        Leg.ContractCall call => (call.Chain, call.From),
        Leg.CoinPayments payments => (payments.Chain, payments.From),
        _ => null,
    };

    private static Rejection Out(string expected, string actual) => new(RejectionCode.EffectOutOfBounds, expected, actual);
}
