using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.KeyBooks;

/// <summary>What is known of a channel of the key.</summary>
/// <param name="Side">What this account's side says; null: none is here.</param>
/// <param name="Us">Which side that is.</param>
/// <param name="IsWhole">Its opening was read, so all its entries are known.</param>
/// <param name="IsOlder">Its side had been given something before it was first noted: unless its opening was read, it is held against nothing.</param>
/// <param name="Deposited">What the contract took for the key.</param>
/// <param name="Credited">What the contract gave the key.</param>
/// <param name="MovedAt">When the contract's figures were last found to have changed.</param>
public sealed record ChannelLine(SideFigures? Side, ChannelSide Us, bool IsWhole, bool IsOlder, UInt256 Deposited, UInt256 Credited, Instant MovedAt)
{
    public static ChannelLine Empty { get; } = new(null, ChannelSide.A, false, false, default, default, default);

    /// <summary>All that the contract gave by it is known.</summary>
    [JsonIgnore]
    public bool IsKnown => IsWhole || !IsOlder;
}

/// <summary>A transaction of which the account's ledger is to say what it posted.</summary>
/// <param name="Deposited">What the contract took in it for the key.</param>
/// <param name="Home">What the contract paid in it to addresses of the account.</param>
/// <param name="Since">When it was first read.</param>
public readonly record struct WaitingMove(UInt256 Deposited, UInt256 Home, Instant Since);

/// <summary>Sums over all entries that were read.</summary>
/// <param name="Pulls">How many payments.</param>
/// <param name="Short">Of deposits that the account's packets paid, what their postings do not cover.</param>
public sealed record KeySums(
    UInt256 Deposited, UInt256 ByPackets, UInt256 ByOthers, UInt256 Credited, UInt256 Pulled, ulong Pulls, UInt256 PaidHome, UInt256 PaidElsewhere, UInt256 Short)
{
    public static KeySums Zero { get; } = new(default, default, default, default, default, 0, default, default, default);
}

/// <summary>What the contract owed the key before the first entry that was read.</summary>
public readonly record struct KeyStart(UInt256 Credit, ulong Pulls);

/// <summary>The books of a channel key.</summary>
/// <param name="Party">The key's address; null: no side was noted yet.</param>
/// <param name="Looks">Contract and account are to be read.</param>
/// <param name="Round">Counts the looks.</param>
/// <param name="From">The first block whose entries were read.</param>
/// <param name="Next">The block to go on from; 0: nothing was read.</param>
/// <param name="Block">The final block of the newest look.</param>
/// <param name="Credit">What the contract owed the key there.</param>
/// <param name="Pulls">How often it had paid it out.</param>
/// <param name="Start">Null until all entries up to a look's block are read.</param>
/// <param name="At">When the newest look was recorded.</param>
public sealed record KeyBooksState(
    KeyBooksRef Ref, Address? Party, bool Looks, long Round, ulong From, ulong Next, ulong Block, UInt256 Credit, ulong Pulls, KeyStart? Start, KeySums Sums,
    ImmutableSortedDictionary<Bytes32, ChannelLine> Channels, ImmutableSortedDictionary<Bytes32, WaitingMove> Waiting, Instant At, Instant? NextLook)
{
    /// <summary>All entries up to <see cref="Block"/> are read.</summary>
    [JsonIgnore]
    public bool IsWhole => Next > Block;

    /// <summary>A channel's line.</summary>
    public ChannelLine Line(Bytes32 channel) => Channels.GetValueOrDefault(channel) ?? ChannelLine.Empty;
}
