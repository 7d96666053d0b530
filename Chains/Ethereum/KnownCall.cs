using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// What call data asks a contract to do, where its form is known. Policy judges these effects; what is not read here, byte for byte
/// canonical, is <see cref="Opaque"/> and needs an explicit rule. The contract behind the address may still do something else: the
/// simulation and the effect bounds see that, not this.
/// </summary>
public abstract record KnownCall
{
    private KnownCall()
    {
    }

    /// <summary>No call data: a plain transfer of the native coin.</summary>
    public sealed record Plain : KnownCall;

    /// <summary>ERC-20 transfer.</summary>
    public sealed record Transfer(Address To, UInt256 Amount) : KnownCall;

    /// <summary>ERC-20 or ERC-721 transferFrom: one selector, the contract decides whether the number is an amount or a token id.</summary>
    public sealed record TransferFrom(Address From, Address To, UInt256 AmountOrId) : KnownCall;

    /// <summary>ERC-20 approve (an amount) or ERC-721 approve (a token id).</summary>
    public sealed record Approve(Address Spender, UInt256 AmountOrId) : KnownCall;

    public sealed record IncreaseAllowance(Address Spender, UInt256 Added) : KnownCall;

    public sealed record DecreaseAllowance(Address Spender, UInt256 Subtracted) : KnownCall;

    /// <summary>ERC-2612 permit: an allowance by signature.</summary>
    public sealed record Permit(Address Owner, Address Spender, UInt256 Amount, UInt256 Deadline) : KnownCall;

    /// <summary>ERC-721 and ERC-1155 setApprovalForAll.</summary>
    public sealed record SetApprovalForAll(Address Operator, bool Approved) : KnownCall;

    /// <summary>ERC-721 safeTransferFrom, with or without data.</summary>
    public sealed record SafeTransferNft(Address From, Address To, UInt256 TokenId, HexBytes Data) : KnownCall;

    /// <summary>ERC-1155 safeTransferFrom and safeBatchTransferFrom.</summary>
    public sealed record SafeTransferMulti(Address From, Address To, Items<(UInt256 Id, UInt256 Amount)> Tokens, HexBytes Data) : KnownCall;

    /// <summary>A change of who owns the contract.</summary>
    public sealed record TransferOwnership(Address NewOwner) : KnownCall;

    /// <summary>Call data that carries further calls (multicall, Safe's execTransaction, delegate calls …); never looked into.</summary>
    public sealed record Batch(string Method, HexBytes Data) : KnownCall;

    /// <summary>Anything else, also a known selector with arguments that are not canonical.</summary>
    public sealed record Opaque(HexBytes Data) : KnownCall;

    /// <summary>Recognises call data. Never refuses: the unknown is <see cref="Opaque"/>.</summary>
    public static KnownCall Decode(ReadOnlySpan<byte> callData)
    {
        if (callData.IsEmpty) return new Plain();
        var known = callData.Length < AbiSignature.SelectorLength ? null : KnownCalls.Find(callData);
        if (known is null) return new Opaque(HexBytes.From(callData));
        if (known.Read is null) return new Batch(known.Signature.Canonical, HexBytes.From(callData));
        return known.Signature.Decode(callData).TryGet(out var arguments, out _)
            ? known.Read(arguments) ?? new Opaque(HexBytes.From(callData))
            : new Opaque(HexBytes.From(callData));
    }
}
