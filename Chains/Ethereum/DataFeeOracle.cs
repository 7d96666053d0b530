using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// The contract by which chains of the OP stack report what they charge beside the gas, for the data that they write to their parent chain and for their operator:
/// GasPriceOracle, at an address that all of them keep for it (OP Stack specification, Predeploys). Elsewhere nothing is there, and a call of it answers nothing.
/// </summary>
public static class DataFeeOracle
{
    private const int Word = 32;

    private static readonly AbiSignature _method = AbiSignature.Known("getL1Fee(bytes data) returns (uint256)");

    private static readonly AbiSignature _operator = AbiSignature.Known("getOperatorFee(uint256 gasUsed) returns (uint256)");

    public static Address At { get; } = Address.Parse("0x420000000000000000000000000000000000000f");

    /// <summary>Asks for the fee of a transaction that is not signed yet.</summary>
    public static HexBytes Ask(LegCall call)
    {
        // Nonce and fees are as long as they get: the fee goes by the length of what is written, and the lane's own are not known yet.
        var like = new EthereumTransaction.DynamicFee(
            call.Chain.EvmNumber, uint.MaxValue, uint.MaxValue, ulong.MaxValue, uint.MaxValue, call.To, call.Value, call.Data, []);
        return _method.Encode((HexBytes)like.UnsignedPayload());
    }

    /// <summary>Asks for the operator's fee of a transaction that uses so much gas. Before Isthmus the contract does not know the question and reverts.</summary>
    public static HexBytes AskOperator(ulong gas) => _operator.Encode((UInt256)gas);

    /// <summary>The fee in wei; null where nobody answered.</summary>
    public static UInt256? Read(HexBytes answer) => answer.Length == Word ? UInt256.FromBigEndian(answer.Span) : null;
}
