using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>The books of a channel key: what its channels' sides, the contract and the account's own ledger say. Base units of the token.</summary>
/// <param name="Party">The key's address.</param>
/// <param name="From">The first block whose entries of the contract were read; what was before it is in none of the sums.</param>
/// <param name="Block">The final block that was looked at last; 0: none.</param>
/// <param name="Credit">What the contract owes the key there.</param>
/// <param name="Deposited">What the contract took for the key.</param>
/// <param name="ByPackets">Of that, what packets of the account paid.</param>
/// <param name="ByOthers">Of that, what others paid.</param>
/// <param name="Credited">What the contract gave the key, by all channels.</param>
/// <param name="Unattended">Of that, by channels of which no side is here.</param>
/// <param name="Pulled">What the contract paid out.</param>
/// <param name="PaidHome">Of that, what the account's ledger received.</param>
/// <param name="PaidElsewhere">Of that, what went to addresses that are not the account's.</param>
/// <param name="Waiting">Transactions of which the account's ledger has not said anything yet.</param>
/// <param name="Channels">The channels, at most <see cref="MostChannels"/>; those that do not agree come first.</param>
/// <param name="Differences">What does not agree; empty: everything that is known does.</param>
[GenerateSerializer, Immutable, Alias("tpw.key-books")]
public sealed record KeyBooksView(
    KeyBooksRef Ref, Address Party, ulong From, ulong Block, UInt256 Credit, UInt256 Deposited, UInt256 ByPackets, UInt256 ByOthers, UInt256 Credited, UInt256 Unattended,
    UInt256 Pulled, UInt256 PaidHome, UInt256 PaidElsewhere, int Waiting, ImmutableArray<KeyChannel> Channels, ImmutableArray<BooksDifference> Differences)
{
    /// <summary>Most channels that are listed.</summary>
    public const int MostChannels = 256;
}

/// <summary>One channel in the books of its key.</summary>
/// <param name="Side">What this account's side says; null: none is here.</param>
/// <param name="Deposited">What the contract took for the key in it, as far as it was read.</param>
/// <param name="Credited">What the contract gave the key by it, as far as it was read.</param>
[GenerateSerializer, Immutable, Alias("tpw.key-channel")]
public sealed record KeyChannel(Bytes32 Channel, SideFigures? Side, UInt256 Deposited, UInt256 Credited);
