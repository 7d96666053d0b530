using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects.Simulation;

/// <summary>
/// What a packet's legs declare: the bounds that a simulation is held against. Built from the content alone, so that two simulations of one packet
/// give one digest; call data that policy must see is named as a special effect.
/// </summary>
internal sealed class DeclaredBounds
{
    private readonly SortedDictionary<(ChainId Chain, Address Address), Sums> _byAddress = [];
    private readonly List<AllowanceBound> _allowances = [];
    private readonly List<SpecialEffect> _special = [];

    public IReadOnlyList<AllowanceBound> Allowances => _allowances;

    public IReadOnlyList<SpecialEffect> Special => _special;

    public ImmutableArray<AddressBounds> Addresses =>
        [.. _byAddress.Select(a => new AddressBounds(a.Key.Chain, a.Key.Address, a.Value.Out(), a.Value.In()))];

    public static DeclaredBounds Of(PacketContent packet)
    {
        var bounds = new DeclaredBounds();
        foreach (var leg in packet.Legs)
        {
            switch (leg)
            {
                case Leg.ChainTransfer transfer:
                    bounds.At(transfer.Amount.Asset.Chain, transfer.From).AddOut(transfer.Amount);
                    break;
                case Leg.ContractCall call:
                    bounds.Add(call);
                    break;
                case Leg.CoinPayments payments:
                    bounds.At(payments.Chain, payments.From).AddOut(payments.Total);
                    break;
                case Leg.LedgerTransfer or Leg.ChannelPayment:
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        return bounds;
    }

    private Sums At(ChainId chain, Address address)
    {
        if (!_byAddress.TryGetValue((chain, address), out var sums)) _byAddress[(chain, address)] = sums = new();
        return sums;
    }

    private void Add(Leg.ContractCall call)
    {
        var sums = At(call.Chain, call.From);
        foreach (var spent in call.MaxSpent) sums.AddOut(spent);

        // Outflows are the worst case, so compensations count; what they bring is no promise of the packet.
        foreach (var received in call.Compensates is null ? call.MinReceived : []) sums.AddIn(received);
        switch (KnownCall.Decode(call.Data.Span))
        {
            case KnownCall.Opaque when MultiSend.IsCall(call.Data):
                // Its payments are read by policy itself, and its code is demanded.
                break;
            case KnownCall.Approve approve:
                _allowances.Add(new(AssetId.Erc20(call.Chain, call.To), call.From, approve.Spender, approve.AmountOrId));
                break;
            case KnownCall.IncreaseAllowance increase:
                _special.Add(new(EffectKind.AllowanceAboveLeg, call.Id, $"{increase.Spender} +{increase.Added}"));
                break;
            case KnownCall.SetApprovalForAll { Approved: true } all:
                _special.Add(new(EffectKind.OperatorForAll, call.Id, all.Operator.ToString()));
                break;
            case KnownCall.Permit permit:
                _special.Add(new(EffectKind.Permit, call.Id, permit.Spender.ToString()));
                break;
            case KnownCall.TransferOwnership owner:
                _special.Add(new(EffectKind.OwnershipChange, call.Id, owner.NewOwner.ToString()));
                break;
            case KnownCall.Batch batch:
                _special.Add(new(EffectKind.DelegatecallBatch, call.Id, batch.Method));
                break;
            case KnownCall.Opaque:
                _special.Add(new(EffectKind.OpaqueCall, call.Id, call.Data.Length >= 4 ? Convert.ToHexStringLower(call.Data.Span[..4]) : "short"));
                break;
            default:
                break;
        }
    }

    /// <summary>Sums per asset at one address.</summary>
    private sealed class Sums
    {
        private readonly SortedDictionary<AssetId, UInt256> _out = [];
        private readonly SortedDictionary<AssetId, UInt256> _in = [];

        public void AddOut(Amount amount) => _out[amount.Asset] = _out.GetValueOrDefault(amount.Asset) + amount.Value;

        public void AddIn(Amount amount) => _in[amount.Asset] = _in.GetValueOrDefault(amount.Asset) + amount.Value;

        public ImmutableArray<Amount> Out() => [.. _out.Select(o => new Amount(o.Key, o.Value))];

        public ImmutableArray<Amount> In() => [.. _in.Select(i => new Amount(i.Key, i.Value))];
    }
}
