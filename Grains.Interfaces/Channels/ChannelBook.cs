using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>
/// What a channel's state says whose both parties sign its hash: who has how much, by which totals, and what is locked. Deposited = withdrawn + balances + locks,
/// always. The hash is in Domain/Channels; the contract's struct is State (Contracts/channels).
/// </summary>
/// <param name="Nonce">Rises with every state. 0: before any was signed; the largest: both agreed on the end.</param>
/// <param name="Deposited">All that each has deposited, ever, when the state was made.</param>
/// <param name="Withdrawn">All that each has withdrawn, ever, or was signed to withdraw.</param>
/// <param name="Balance">What is free of each.</param>
/// <param name="Locks">Those of A, then those of B, by number.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-book")]
public sealed record ChannelBook(ulong Nonce, SidePair Deposited, SidePair Withdrawn, SidePair Balance, ImmutableArray<ChannelLock> Locks)
{
    /// <summary>The nonce of a state that both parties signed as the last one.</summary>
    public const ulong FinalNonce = ulong.MaxValue;

    /// <summary>The book before any was signed.</summary>
    public static ChannelBook Empty { get; } = new(0, default, default, default, []);

    public bool Equals(ChannelBook? other) =>
        other is not null && Nonce == other.Nonce && Deposited == other.Deposited && Withdrawn == other.Withdrawn && Balance == other.Balance
        && Locks.AsSpan().SequenceEqual(other.Locks.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Nonce, Deposited, Balance, Locks.Length);

    /// <summary>A lock that is open in it, or null.</summary>
    public ChannelLock? Find(ChannelSide offerer, long number)
    {
        foreach (var open in Locks)
            if (open.Offerer == offerer && open.Number == number) return open;
        return null;
    }
}
