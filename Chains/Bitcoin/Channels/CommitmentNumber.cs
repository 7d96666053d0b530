using System.Buffers.Binary;
using System.Security.Cryptography;
using TPWallet.Crypto.Channels;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>
/// How a commitment transaction carries its number, which counts up from zero: obscured for all but the parties, in its lock time and its sequence (BOLT-3).
/// </summary>
public static class CommitmentNumber
{
    /// <summary>The highest number: 48 bits.</summary>
    public const ulong Max = CommitmentSecrets.FirstIndex;

    private const int HalfBits = 24;
    private const uint Half = (1 << HalfBits) - 1;
    private const uint LockTimeTop = 0x20u << HalfBits;
    private const uint SequenceTop = 0x80u << HalfBits;

    /// <summary>The lower 48 bits of SHA256(the opener's payment_basepoint ‖ the accepter's).</summary>
    public static ulong ObscuringFactor(BitcoinChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var digest = SHA256.HashData([.. channel.Opener.Basepoints.PaymentBasepoint.Span, .. channel.Accepter.Basepoints.PaymentBasepoint.Span]);
        return BinaryPrimitives.ReadUInt64BigEndian(digest.AsSpan()[^sizeof(ulong)..]) & Max;
    }

    /// <summary>The number of a transaction that spends the funding output; null if it is no commitment transaction by its form.</summary>
    public static ulong? Read(BitcoinChannel channel, BitcoinTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Inputs.Count != 1 || transaction.Inputs[0].Previous != channel.Funding) return null;
        var (lockTime, sequence) = (transaction.LockTime, transaction.Inputs[0].Sequence);
        if ((lockTime & ~Half) != LockTimeTop || (sequence & ~Half) != SequenceTop) return null;
        return ((ulong)(sequence & Half) << HalfBits | lockTime & Half) ^ ObscuringFactor(channel);
    }

    internal static (uint LockTime, uint Sequence) Obscured(BitcoinChannel channel, ulong number)
    {
        var obscured = number ^ ObscuringFactor(channel);
        return (LockTimeTop | (uint)obscured & Half, SequenceTop | (uint)(obscured >> HalfBits) & Half);
    }
}
