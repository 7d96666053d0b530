using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// What one leg is on its chain: the call that realises it. Lane and signer both take it from here, so that what is built and what is
/// demanded are the same bytes.
/// </summary>
/// <param name="From">The own address that sends it.</param>
/// <param name="To">The target: the payee of a native transfer, otherwise the contract.</param>
/// <param name="Value">Native coin sent along, in wei.</param>
public sealed record LegCall(ChainId Chain, Address From, Address To, UInt256 Value, HexBytes Data, UInt256 FeeBudget)
{
    /// <summary>
    /// The call of a leg. Codes: leg.kind (a ledger leg has none), leg.chain (no EVM chain, or an asset of another chain),
    /// leg.zero, leg.nft-amount (an ERC-721 token is one).
    /// </summary>
    public static Decoded<LegCall> Of(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => OfTransfer(transfer),
        Leg.ContractCall call when !call.Chain.IsEvm => new DecodeRefusal("leg.chain", "an EVM chain", call.Chain.Value),
        Leg.ContractCall call => new LegCall(call.Chain, call.From, call.To, call.Value, call.Data, call.Fee.Max),
        _ => new DecodeRefusal("leg.kind", "a leg on a chain", leg.GetType().Name),
    };

    private static Decoded<LegCall> OfTransfer(Leg.ChainTransfer leg)
    {
        var (asset, amount) = (leg.Amount.Asset, leg.Amount.Value);
        if (!asset.Chain.IsEvm) return new DecodeRefusal("leg.chain", "an EVM chain", asset.Chain.Value);
        if (amount.IsZero) return new DecodeRefusal("leg.zero", "an amount above zero", "0");
        if (asset.IsNative) return new LegCall(asset.Chain, leg.From, leg.To, amount, HexBytes.Empty, leg.Fee.Max);
        if (asset.Namespace == "erc721" && amount != UInt256.One) return new DecodeRefusal("leg.nft-amount", "1", amount.ToString());
        var data = asset.Namespace switch
        {
            "erc20" => TokenCalls.Erc20Transfer(leg.To, amount),
            "erc721" => TokenCalls.Erc721Transfer(leg.From, leg.To, asset.TokenId!.Value),
            "erc1155" => TokenCalls.Erc1155Transfer(leg.From, leg.To, asset.TokenId!.Value, amount, HexBytes.Empty),
            _ => throw new UnreachableException($"AssetId lets no namespace {asset.Namespace} through."),
        };
        return new LegCall(asset.Chain, leg.From, asset.Contract!.Value, UInt256.Zero, data, leg.Fee.Max);
    }
}
