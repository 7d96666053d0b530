using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>
/// Brings together what sides of one account's channels say to one contract at about the same time. Holds nothing that must last: what it has forgotten, after a crash, is gathered
/// anew. Inner: called by grains only. Key: account, channel key, chain and contract with slashes between.
/// </summary>
public interface IActGathererGrain : IGrainWithStringKey
{
    /// <summary>Waits for others, and says which packet makes the call with theirs; null: none does, and it is to be made alone.</summary>
    Task<Name?> Join(ActPart part);
}

/// <summary>A call of the contract that may go with others.</summary>
/// <param name="Packet">The packet of the act, if it goes alone: it names the act.</param>
/// <param name="Data">The call.</param>
/// <param name="PulledIn">The token that the call has the key paid out in: of several such one is made. Null for other calls.</param>
/// <param name="Gas">Most that it takes.</param>
/// <param name="OpenBefore">When it must have been signed.</param>
/// <param name="SettleBefore">When it must be on the chain.</param>
[GenerateSerializer, Immutable, Alias("tpw.act-part")]
public sealed record ActPart(Name Packet, HexBytes Data, Address? PulledIn, ulong Gas, Instant OpenBefore, Instant SettleBefore);
