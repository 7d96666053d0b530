using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A conditional payment inside a state: a leaf of its offerer's tree.</summary>
/// <param name="Index">Its place among its offerer's locks, 0 to <see cref="Most"/> − 1; no two have the same.</param>
/// <param name="Amount">Base units, below 2^128.</param>
/// <param name="ExpiryUnixSeconds">Last second, by the chain's block time, at which its secret may be registered.</param>
/// <param name="Kind">How the target is to be read.</param>
/// <param name="Target">SHA-256 of the preimage, or the point's address as a number.</param>
public sealed record LockLeaf(byte Index, UInt256 Amount, ulong ExpiryUnixSeconds, LockKind Kind, Bytes32 Target)
{
    /// <summary>Most locks that a party may offer in one state: MAX_LOCKS of the contract.</summary>
    public const int Most = 30;

    private static readonly Bytes32 Type = ChannelWords.TypeHash("Lock(uint8 index,uint128 amount,uint64 expiry,uint8 kind,bytes32 target)"u8);

    /// <summary>The leaf: ChannelManager.lockLeaf.</summary>
    public Bytes32 Leaf()
    {
        Span<byte> buffer = stackalloc byte[6 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(Type);
        words.Add(Index);
        words.Add(Amount);
        words.Add(ExpiryUnixSeconds);
        words.Add((ulong)Kind);
        words.Add(Target);
        return words.Hash();
    }
}
