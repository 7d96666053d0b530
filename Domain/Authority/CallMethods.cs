using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>What the call data itself says.</summary>
/// <param name="Special">A special effect, or null.</param>
/// <param name="Spends">An amount that the call plainly moves or lets another move, or null.</param>
/// <param name="Party">Whom it pays or gives power, which is what a rule about destinations means; null where the data names nobody.</param>
public sealed record CallMeaning(EffectKind? Special, Amount? Spends, string Method, Address? Party = null);

/// <summary>
/// Reads the methods whose meaning a standard fixes, by their selectors. It is the guard that no simulation can talk away: a node that hides an
/// approval from the simulation does not hide it here.
/// </summary>
public static class CallMethods
{
    private const int Word = 32;
    private const int SelectorLength = 4;
    private const string ForAll = "setApprovalForAll(address,bool)";

    /// <summary>Each method's effect, and which of its arguments is the party.</summary>
    private static readonly ImmutableSortedDictionary<uint, (string Method, EffectKind Kind, int? Party)> _known = Table(
        ("approve(address,uint256)", EffectKind.AllowanceAboveLeg, 0),
        ("increaseAllowance(address,uint256)", EffectKind.AllowanceAboveLeg, 0),
        ("transfer(address,uint256)", EffectKind.TokenOut, 0),
        ("transferFrom(address,address,uint256)", EffectKind.TokenOut, 1),
        ("safeTransferFrom(address,address,uint256)", EffectKind.NftOut, 1),
        ("safeTransferFrom(address,address,uint256,bytes)", EffectKind.NftOut, 1),
        ("safeTransferFrom(address,address,uint256,uint256,bytes)", EffectKind.NftOut, 1),
        ("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", EffectKind.OpaqueCall, 1),
        (ForAll, EffectKind.OperatorForAll, 0),
        ("authorizeOperator(address)", EffectKind.OperatorForAll, 0),
        ("approve(address,address,uint160,uint48)", EffectKind.Permit, 1),
        ("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", EffectKind.Permit, 1),
        ("permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)", EffectKind.Permit, 1),
        ("delegate(address)", EffectKind.Delegation, 0),
        ("delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)", EffectKind.Delegation, 0),
        ("transferOwnership(address)", EffectKind.OwnershipChange, 0),
        ("renounceOwnership()", EffectKind.OwnershipChange, null),
        ("acceptOwnership()", EffectKind.OwnershipChange, null),
        ("grantRole(bytes32,address)", EffectKind.OwnershipChange, 1),
        ("changeAdmin(address)", EffectKind.OwnershipChange, 0),
        ("addOwnerWithThreshold(address,uint256)", EffectKind.OwnershipChange, 0),
        ("swapOwner(address,address,address)", EffectKind.OwnershipChange, 2),
        ("upgradeTo(address)", EffectKind.CodeChange, 0),
        ("upgradeToAndCall(address,bytes)", EffectKind.CodeChange, 0),
        ("enableModule(address)", EffectKind.CodeChange, 0),
        ("multiSend(bytes)", EffectKind.DelegatecallBatch, null),
        ("multicall(bytes[])", EffectKind.DelegatecallBatch, null),
        ("multicall(uint256,bytes[])", EffectKind.DelegatecallBatch, null),
        ("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)", EffectKind.OpaqueCall, null),
        ("execute(bytes32,bytes)", EffectKind.OpaqueCall, null));

    /// <summary>The meaning of a call's data; null special and null amount for a method that no standard fixes (its simulated bounds judge it).</summary>
    public static CallMeaning Of(Leg.ContractCall call)
    {
        var data = call.Data.Span;
        if (data.IsEmpty) return new(null, null, "a plain payment");
        if (data.Length < SelectorLength) return new(EffectKind.OpaqueCall, null, "call data without a method");
        if (!_known.TryGetValue(Selector(data), out var known)) return new(null, null, $"method 0x{Convert.ToHexStringLower(data[..SelectorLength])}");
        var meaning = known.Kind switch
        {
            EffectKind.AllowanceAboveLeg => Allowance(call, known.Method),
            EffectKind.TokenOut => Transfer(call, known.Method),
            EffectKind.NftOut => new(null, null, known.Method),
            _ => new CallMeaning(known.Kind, null, known.Method),
        };
        return meaning with { Party = known.Party is { } index ? PartyAt(data, index) : null };
    }

    /// <summary>
    /// Whom a call lets take tokens, as the most careless contract reads it; null for one that gives nobody such power, as one that plainly takes an operator's away.
    /// </summary>
    public static Address? TakerOf(Leg.ContractCall call)
    {
        var data = call.Data.Span;
        if (data.Length < SelectorLength || !_known.TryGetValue(Selector(data), out var known) || known.Party is not { } party) return null;
        return known.Kind switch
        {
            EffectKind.OperatorForAll when known.Method == ForAll && Argument(data, 1) is { IsZero: true } => null,
            EffectKind.AllowanceAboveLeg or EffectKind.OperatorForAll or EffectKind.Permit => PartyAt(data, party),
            _ => null,
        };
    }

    /// <summary>Whom a well formed ERC-20 approval allows to take tokens; null for every other call, and for an address that is not written as one.</summary>
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

    /// <summary>As the most careless contract reads it: of a word that is no address the last bytes, and of one that is cut short the rest as zeros.</summary>
    private static Address PartyAt(ReadOnlySpan<byte> data, int index)
    {
        Span<byte> word = stackalloc byte[Word];
        word.Clear();
        var rest = data[Math.Min(data.Length, SelectorLength + (Word * index))..];
        rest[..Math.Min(rest.Length, Word)].CopyTo(word);
        return Address.From(word[^20..]);
    }

    private static UInt256? Argument(ReadOnlySpan<byte> data, int index)
    {
        var at = SelectorLength + (Word * index);
        return data.Length >= at + Word ? UInt256.FromBigEndian(data.Slice(at, Word)) : null;
    }

    private static uint Selector(ReadOnlySpan<byte> data) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(data);

    private static ImmutableSortedDictionary<uint, (string Method, EffectKind Kind, int? Party)> Table(params ReadOnlySpan<(string Method, EffectKind Kind, int? Party)> methods)
    {
        var table = ImmutableSortedDictionary.CreateBuilder<uint, (string Method, EffectKind Kind, int? Party)>();
        foreach (var method in methods) table.Add(Selector(Keccak256.Hash(Encoding.ASCII.GetBytes(method.Method))), method);
        return table.ToImmutable();
    }
}
