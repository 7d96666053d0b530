using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>The book of a state by which the channel closes on chain and which is not at hand, looked for in this side's own events.</summary>
/// <param name="Book">Null: they do not have it.</param>
public sealed record RecalledBook(ulong Nonce, ChannelBook? Book);
