using System.Numerics;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The target of a block in compact form (Bitcoin Core's arith_uint256): a byte of length, and three bytes with a sign bit.</summary>
public static class CompactTarget
{
    private const uint SignBit = 0x0080_0000;
    private const uint MantissaMask = 0x007f_ffff;
    private const int MantissaBytes = 3;
    private const int HashBits = 256;

    /// <summary>The target. Code: header.target, for zero, negative numbers and those above 256 bits.</summary>
    public static Decoded<BigInteger> Decode(uint bits)
    {
        var (length, mantissa) = ((int)(bits >> 24), bits & MantissaMask);
        var target = length <= MantissaBytes ? mantissa >> (8 * (MantissaBytes - length)) : (BigInteger)mantissa << (8 * (length - MantissaBytes));
        var bad = (bits & SignBit) != 0 || target.IsZero || target >= BigInteger.One << HashBits;
        return bad ? new DecodeRefusal("header.target", "a positive target of at most 256 bits", $"0x{bits:x8}") : target;
    }

    /// <summary>The compact form, cut to three bytes.</summary>
    public static uint Encode(BigInteger target)
    {
        var length = target.GetByteCount(isUnsigned: true);
        var mantissa = length <= MantissaBytes ? (uint)target << (8 * (MantissaBytes - length)) : (uint)(target >> (8 * (length - MantissaBytes)));
        if ((mantissa & SignBit) == 0) return mantissa | ((uint)length << 24);
        return (mantissa >> 8) | ((uint)(length + 1) << 24);
    }

    /// <summary>The number of hashes that a block of this target stands for: 2^256 ÷ (target + 1).</summary>
    public static BigInteger Work(BigInteger target) => (BigInteger.One << HashBits) / (target + 1);
}
