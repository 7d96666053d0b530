using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>A channel as the contract holds it at a final block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Second">Its time, the contract's clock: seconds since 1970.</param>
/// <param name="Deposited">All that each has deposited, ever.</param>
/// <param name="Withdrawn">All that each has withdrawn, ever.</param>
/// <param name="Nonce">Of the state that is closing or settled.</param>
/// <param name="ClosesAt">From this second on the closing state can be settled; 0 while open and once settled.</param>
/// <param name="LockFloor">The token's lock floor.</param>
/// <param name="TrimCap">The token's trim cap.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-sight")]
public sealed record ChannelSight(
    BlockRef Block, ulong Second, SidePair Deposited, SidePair Withdrawn, ulong Nonce, ulong ClosesAt, UInt256 LockFloor, UInt256 TrimCap)
{
    /// <summary>Δ of the contract, in seconds.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Window { get; init; }

    [Id(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChannelStage Stage { get; init; }

    /// <summary>What the newest block shows, where that is a close or a challenge that is not final; null: nothing newer.</summary>
    [Id(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClosingSight? Latest { get; init; }

    /// <summary>What the contract owes this side's key in the channel's token, of all its channels; base units.</summary>
    [Id(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UInt256 Credit { get; init; }

    /// <summary>How often this side's key was paid out in the token.</summary>
    [Id(4)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Pulls { get; init; }

    /// <summary>How this side's newest act stands; null: it has none.</summary>
    [Id(5)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ActSight? Act { get; init; }

    /// <summary>What was asked of the registry; default: nothing was.</summary>
    [Id(6)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<RegistrySight> Registry { get; init; }

    /// <summary>The contract's entries for the channel that are new, oldest first; default: they were not read, or there are none.</summary>
    [Id(7)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ContractEntry> Entries { get; init; }

    /// <summary>The block up to which the contract's entries are known, this one included; 0: unknown to this sight.</summary>
    [Id(8)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong EntriesTo { get; init; }

    /// <summary>Which messages the peer reads, where that is news (<see cref="ChannelMessage.Form"/>); 0: nothing is known of it.</summary>
    [Id(9)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int PeerForm { get; init; }

    /// <summary>It says something of withdrawals from the open channel.</summary>
    [JsonIgnore]
    public bool HasWithdrawal => PeerForm != 0 || !Withdrawn.A.IsZero || !Withdrawn.B.IsZero || (!Entries.IsDefault && Entries.Any(static entry => entry.Kind == ContractEntryKind.Withdrawn));
}

/// <summary>How an act of this side stands.</summary>
/// <param name="Trouble">Why it failed; null unless it has.</param>
[GenerateSerializer, Immutable, Alias("tpw.act-sight")]
public sealed record ActSight(Name Packet, ChannelActEnd End, Rejection? Trouble);

/// <summary>A close or a challenge on chain.</summary>
/// <param name="Nonce">Of the state that it names.</param>
/// <param name="ClosesAt">From this second on it can be settled.</param>
[GenerateSerializer, Immutable, Alias("tpw.closing-sight")]
public sealed record ClosingSight(ulong Nonce, ulong ClosesAt);
