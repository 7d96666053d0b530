using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>What the call data itself says.</summary>
/// <param name="Special">A special effect, or null.</param>
/// <param name="Spends">An amount that the call plainly moves or lets another move, or null.</param>
public sealed record CallMeaning(EffectKind? Special, Amount? Spends, string Method);

/// <summary>
/// Reads the methods whose meaning a standard fixes, by their selectors. It is the guard that no simulation can talk away: a node that hides an
/// approval from the simulation does not hide it here.
/// </summary>
public static class CallMethods
{
    private const int Word = 32;
    private const int SelectorLength = 4;

    private static readonly ImmutableSortedDictionary<uint, (string Method, EffectKind Kind)> _known = Table(
        ("approve(address,uint256)", EffectKind.AllowanceAboveLeg),
        ("increaseAllowance(address,uint256)", EffectKind.AllowanceAboveLeg),
        ("transfer(address,uint256)", EffectKind.TokenOut),
        ("transferFrom(address,address,uint256)", EffectKind.TokenOut),
        ("safeTransferFrom(address,address,uint256)", EffectKind.NftOut),
        ("safeTransferFrom(address,address,uint256,bytes)", EffectKind.NftOut),
        ("safeTransferFrom(address,address,uint256,uint256,bytes)", EffectKind.NftOut),
        ("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", EffectKind.OpaqueCall),
        ("setApprovalForAll(address,bool)", EffectKind.OperatorForAll),
        ("authorizeOperator(address)", EffectKind.OperatorForAll),
        ("approve(address,address,uint160,uint48)", EffectKind.Permit),
        ("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", EffectKind.Permit),
        ("permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)", EffectKind.Permit),
        ("delegate(address)", EffectKind.Delegation),
        ("delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)", EffectKind.Delegation),
        ("transferOwnership(address)", EffectKind.OwnershipChange),
        ("renounceOwnership()", EffectKind.OwnershipChange),
        ("acceptOwnership()", EffectKind.OwnershipChange),
        ("grantRole(bytes32,address)", EffectKind.OwnershipChange),
        ("changeAdmin(address)", EffectKind.OwnershipChange),
        ("addOwnerWithThreshold(address,uint256)", EffectKind.OwnershipChange),
        ("swapOwner(address,address,address)", EffectKind.OwnershipChange),
        ("upgradeTo(address)", EffectKind.CodeChange),
        ("upgradeToAndCall(address,bytes)", EffectKind.CodeChange),
        ("enableModule(address)", EffectKind.CodeChange),
        ("multiSend(bytes)", EffectKind.DelegatecallBatch),
        ("multicall(bytes[])", EffectKind.DelegatecallBatch),
        ("multicall(uint256,bytes[])", EffectKind.DelegatecallBatch),
        ("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)", EffectKind.OpaqueCall),
        ("execute(bytes32,bytes)", EffectKind.OpaqueCall));

    /// <summary>The meaning of a call's data; null special and null amount for a method that no standard fixes (its simulated bounds judge it).</summary>
    public static CallMeaning Of(Leg.ContractCall call)
    {
        var data = call.Data.Span;
        if (data.IsEmpty) return new(null, null, "a plain payment");
        if (data.Length < SelectorLength) return new(EffectKind.OpaqueCall, null, "call data without a method");
        if (!_known.TryGetValue(Selector(data), out var known)) return new(null, null, $"method 0x{Convert.ToHexStringLower(data[..SelectorLength])}");
        return known.Kind switch
        {
            EffectKind.AllowanceAboveLeg => Allowance(call, known.Method),
            EffectKind.TokenOut => Transfer(call, known.Method),
            EffectKind.NftOut => new(null, null, known.Method),
            _ => new(known.Kind, null, known.Method),
        };
    }

    /// <summary>Whom an ERC-20 approval allows to take tokens; null for every other call, and for an address that is not written as one.</summary>
    public static Address? SpenderOf(Leg.ContractCall call)
    {
        const string approve = "approve(address,uint256)";
        var data = call.Data.Span;
        if (data.Length != SelectorLength + (2 * Word) || !_known.TryGetValue(Selector(data), out var known) || known.Method != approve) return null;
        var word = data.Slice(SelectorLength, Word);
        return word[..^20].IndexOfAnyExcept((byte)0) >= 0 ? null : Address.From(word[^20..]);
    }

    /// <summary>An allowance up to what the leg may spend anyway is part of the leg; above it, it is an effect of its own.</summary>
    private static CallMeaning Allowance(Leg.ContractCall call, string method)
    {
        if (Argument(call.Data.Span, 1) is not { } value) return new(EffectKind.OpaqueCall, null, $"{method} cut short");
        var asset = AssetId.Erc20(call.Chain, call.To);
        var spent = call.MaxSpent.FirstOrDefault(amount => amount.Asset == asset).Value;
        return value <= spent ? new(null, null, method) : new(EffectKind.AllowanceAboveLeg, new(asset, value), $"{method} of {value} where the leg spends {spent}");
    }

    private static CallMeaning Transfer(Leg.ContractCall call, string method)
    {
        var from = method.StartsWith("transferFrom", StringComparison.Ordinal);
        if (Argument(call.Data.Span, from ? 2 : 1) is not { } value) return new(EffectKind.OpaqueCall, null, $"{method} cut short");
        if (from && Argument(call.Data.Span, 0) != UInt256.FromBigEndian(call.From.ToArray())) return new(null, null, method);
        return new(null, new(AssetId.Erc20(call.Chain, call.To), value), method);
    }

    private static UInt256? Argument(ReadOnlySpan<byte> data, int index)
    {
        var at = SelectorLength + (Word * index);
        return data.Length >= at + Word ? UInt256.FromBigEndian(data.Slice(at, Word)) : null;
    }

    private static uint Selector(ReadOnlySpan<byte> data) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(data);

    private static ImmutableSortedDictionary<uint, (string Method, EffectKind Kind)> Table(params ReadOnlySpan<(string Method, EffectKind Kind)> methods)
    {
        var table = ImmutableSortedDictionary.CreateBuilder<uint, (string Method, EffectKind Kind)>();
        foreach (var method in methods) table.Add(Selector(Keccak256.Hash(Encoding.ASCII.GetBytes(method.Method))), method);
        return table.ToImmutable();
    }
}
