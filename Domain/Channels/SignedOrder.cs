using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>An order that the channel key signed.</summary>
public sealed record SignedOrder(ChannelOrder Order, HexBytes Signature);
