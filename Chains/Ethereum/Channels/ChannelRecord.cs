using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum.Channels;

/// <summary>What the contract stores of a channel (ChannelManager.Record), as far as it is read.</summary>
/// <param name="Funds">All that each has deposited, ever; once settled, what of its locks is unresolved. Both zero: there is none.</param>
/// <param name="Withdrawn">All that each has withdrawn, ever.</param>
/// <param name="Nonce">Of the state that is closing or settled.</param>
/// <param name="ClosesAt">From this second on it can be settled; 0 while open and once settled.</param>
/// <param name="IsSettled">The free balances were credited.</param>
/// <param name="State">Struct hash of the state that is closing or settled.</param>
public sealed record ChannelRecord(SidePair Funds, SidePair Withdrawn, ulong Nonce, ulong ClosesAt, bool IsSettled, Bytes32 State)
{
    /// <summary>Where it stands; gone as well if it never was.</summary>
    public ChannelStage Stage => Funds.Sum.IsZero ? ChannelStage.Gone : IsSettled ? ChannelStage.Settled : ClosesAt != 0 ? ChannelStage.Closing : ChannelStage.Open;
}
