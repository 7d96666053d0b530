using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What the contract did for a party. Names are stored: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PartyEntryKind>))]
public enum PartyEntryKind
{
    /// <summary>Opened a channel of the party, with so much deposited for it; 0: the peer opened.</summary>
    Opened = 1,

    /// <summary>Took a further deposit for it: the amount is all of the channel's, ever.</summary>
    Deposited,

    /// <summary>Gave it an amount by a channel.</summary>
    Credited,

    /// <summary>Paid an amount of what it had given.</summary>
    Pulled,
}

/// <summary>One entry of the contract's events about a party in a token, in a final block.</summary>
/// <param name="Channel">Null for what was paid out.</param>
/// <param name="IsHome">It was paid to an address of the party's account; false for other kinds.</param>
[GenerateSerializer, Immutable, Alias("tpw.party-entry")]
public sealed record PartyEntry(PartyEntryKind Kind, Bytes32? Channel, Bytes32 Transaction, ulong Block, UInt256 Amount, bool IsHome);

/// <summary>What a side's ledger says of its own money outside the states.</summary>
/// <param name="Deposited">Deposits of this side that both count.</param>
/// <param name="Credited">What the contract gave this side's key by the channel.</param>
/// <param name="Block">The final block up to which it knows the contract's entries.</param>
/// <param name="IsSettled">It knows how the contract settled the channel.</param>
[GenerateSerializer, Immutable, Alias("tpw.side-figures")]
public sealed record SideFigures(UInt256 Deposited, UInt256 Credited, ulong Block, bool IsSettled);

/// <summary>What the account's own ledger posted of an asset for a transaction.</summary>
/// <param name="Spent">By its packets.</param>
/// <param name="Received">At its addresses, held or not.</param>
[GenerateSerializer, Immutable, Alias("tpw.asset-moves")]
public sealed record AssetMoves(Bytes32 Transaction, UInt256 Spent, UInt256 Received);

/// <summary>A side's figures as it says them when it is asked.</summary>
[GenerateSerializer, Immutable, Alias("tpw.told-side")]
public sealed record ToldSide(ChannelRef Side, SideFigures Figures);

/// <summary>What contract, account and sides said at one look.</summary>
/// <param name="Block">The final block.</param>
/// <param name="From">The first block whose entries were read.</param>
/// <param name="To">The last; below <paramref name="Block"/> where there is more to read.</param>
/// <param name="Credit">What the contract owed the party at the block.</param>
/// <param name="Pulls">How often it had paid it out.</param>
/// <param name="Moves">What the account's ledger says of transactions that were asked for; those that it does not know are missing.</param>
/// <param name="Sides">Sides that were asked because the contract had given more than they had said.</param>
[GenerateSerializer, Immutable, Alias("tpw.key-books-reading")]
public sealed record KeyBooksReading(
    BlockRef Block, ulong From, ulong To, UInt256 Credit, ulong Pulls, ImmutableArray<PartyEntry> Entries, ImmutableArray<AssetMoves> Moves, ImmutableArray<ToldSide> Sides);
