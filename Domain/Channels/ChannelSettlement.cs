using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>How the contract settled a channel.</summary>
/// <param name="Nonce">Of the state that it settled by.</param>
/// <param name="Given">The free balances that it gave.</param>
/// <param name="Due">What that state gives; null: the state is not known here.</param>
/// <param name="Newest">Nonce of the newest state that both had signed, as far as this side knew.</param>
public sealed record ChannelSettlement(ulong Nonce, SidePair Given, SidePair? Due, ulong Newest);
