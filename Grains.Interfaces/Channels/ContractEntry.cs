using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What the contract did with a channel's money. Names are stored: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContractEntryKind>))]
public enum ContractEntryKind
{
    /// <summary>Took deposits.</summary>
    Deposited = 1,

    /// <summary>Gave the free balances of a state.</summary>
    Settled,

    /// <summary>Gave what was in locks.</summary>
    Resolved,

    /// <summary>Gave what a party withdrew while the channel was open.</summary>
    Withdrawn,
}

/// <summary>One entry of the contract's books for a channel, read from the events of final blocks.</summary>
/// <param name="Transaction">That made it.</param>
/// <param name="Nonce">Of the state that settled; 0 for the other kinds.</param>
/// <param name="Amounts">Of a deposit or a withdrawal all that the party has deposited or withdrawn since the channel began, the other's 0; else what was given to each by this entry. Base units.</param>
[GenerateSerializer, Immutable, Alias("tpw.contract-entry")]
public sealed record ContractEntry(ContractEntryKind Kind, Bytes32 Transaction, ulong Nonce, SidePair Amounts);
