using System.Numerics;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>Call data of the token standards ERC-20, ERC-2612, ERC-721 and ERC-1155, and the events they log.</summary>
public static class TokenCalls
{
    internal static readonly AbiSignature Transfer = AbiSignature.Known("transfer(address to, uint256 amount) returns (bool)");
    internal static readonly AbiSignature TransferFrom = AbiSignature.Known("transferFrom(address from, address to, uint256 amount)");
    internal static readonly AbiSignature Approve = AbiSignature.Known("approve(address spender, uint256 amount)");
    internal static readonly AbiSignature Permit =
        AbiSignature.Known("permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)");

    internal static readonly AbiSignature SetApprovalForAll = AbiSignature.Known("setApprovalForAll(address operator, bool approved)");
    internal static readonly AbiSignature SafeTransferNft = AbiSignature.Known("safeTransferFrom(address from, address to, uint256 id)");
    internal static readonly AbiSignature SafeTransferMulti =
        AbiSignature.Known("safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)");

    internal static readonly AbiSignature SafeBatchTransfer =
        AbiSignature.Known("safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] amounts, bytes data)");

    /// <summary>ERC-20: Transfer(from, to, amount). ERC-721 has the same topic with the id indexed.</summary>
    public static AbiSignature Erc20TransferEvent { get; } =
        AbiSignature.Known("event Transfer(address indexed from, address indexed to, uint256 amount)");

    public static AbiSignature Erc721TransferEvent { get; } =
        AbiSignature.Known("event Transfer(address indexed from, address indexed to, uint256 indexed id)");

    public static AbiSignature Erc20ApprovalEvent { get; } =
        AbiSignature.Known("event Approval(address indexed owner, address indexed spender, uint256 amount)");

    public static AbiSignature ApprovalForAllEvent { get; } =
        AbiSignature.Known("event ApprovalForAll(address indexed owner, address indexed operator, bool approved)");

    public static AbiSignature Erc1155SingleEvent { get; } = AbiSignature.Known(
        "event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 amount)");

    public static AbiSignature Erc1155BatchEvent { get; } = AbiSignature.Known(
        "event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] amounts)");

    public static AbiSignature BalanceOf { get; } = AbiSignature.Known("balanceOf(address owner) view returns (uint256)");

    public static AbiSignature Allowance { get; } = AbiSignature.Known("allowance(address owner, address spender) view returns (uint256)");

    public static AbiSignature OwnerOf { get; } = AbiSignature.Known("ownerOf(uint256 id) view returns (address)");

    public static AbiSignature BalanceOfId { get; } = AbiSignature.Known("balanceOf(address owner, uint256 id) view returns (uint256)");

    public static HexBytes Erc20Transfer(Address to, UInt256 amount) => Transfer.Encode(to, amount);

    /// <summary>Payee and amount of call data that asks for an ERC-20 transfer; null for any other.</summary>
    public static (Address To, UInt256 Amount)? ReadErc20Transfer(HexBytes data) =>
        Transfer.Decode(data.Span).TryGet(out var values, out _) ? (values[0].AsAddress(), values[1].AsUInt256()) : null;

    public static HexBytes Erc20TransferFrom(Address from, Address to, UInt256 amount) => TransferFrom.Encode(from, to, amount);

    public static HexBytes Erc20Approve(Address spender, UInt256 amount) => Approve.Encode(spender, amount);

    /// <summary>ERC-2612: hands in an allowance that the owner signed as <see cref="PermitTypedData"/>.</summary>
    public static HexBytes Erc20Permit(Address owner, Address spender, UInt256 amount, UInt256 deadline, EthereumSignature signature)
    {
        UInt256 v = (ulong)(TransactionWriter.LegacyOffset + signature.YParity);
        return Permit.Encode(owner, spender, amount, deadline, v, new Bytes32(signature.R), new Bytes32(signature.S));
    }

    public static HexBytes Erc721Transfer(Address from, Address to, UInt256 id) => SafeTransferNft.Encode(from, to, id);

    public static HexBytes Erc1155Transfer(Address from, Address to, UInt256 id, UInt256 amount, HexBytes data) =>
        SafeTransferMulti.Encode(from, to, id, amount, data);

    public static HexBytes Erc1155BatchTransfer(Address from, Address to, Items<(UInt256 Id, UInt256 Amount)> tokens, HexBytes data) =>
        SafeBatchTransfer.Encode(
            from,
            to,
            new AbiValue.Sequence([.. tokens.Select(static token => new AbiValue.Number(token.Id))]),
            new AbiValue.Sequence([.. tokens.Select(static token => new AbiValue.Number(token.Amount))]),
            data);

    public static HexBytes ApproveForAll(Address @operator, bool approved) => SetApprovalForAll.Encode(@operator, approved);
}
