using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>A side's books: its double entries, and what they are held against. One part of the state, as most updates leave it as it is.</summary>
/// <param name="Ledger">This side's double entries.</param>
public sealed record SideAccounts(ChannelLedger Ledger)
{
    public static SideAccounts Empty { get; } = new(ChannelLedger.Empty);

    /// <summary>The final block that was looked at last; 0: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong SeenBlock { get; init; }

    /// <summary>What the contract held as deposited at that block, while the channel was open or closing there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SidePair SeenDeposits { get; init; }

    /// <summary>What the contract has paid each for withdrawals, as far as was seen before it settled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SidePair SeenWithdrawn { get; init; }

    /// <summary>The final block up to which the contract's entries are posted; 0: none was read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong EntriesTo { get; init; }

    /// <summary>The book that the channel closes by, where it had to be looked for; null: it had not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecalledBook? Recalled { get; init; }

    /// <summary>How the contract settled the channel; null: it has not, or that was not read yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelSettlement? Settlement { get; init; }
}
