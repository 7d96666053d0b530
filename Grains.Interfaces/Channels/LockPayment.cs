using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What the last layer of an onion says of an invoice, once it is clear that this account made it.</summary>
/// <param name="Total">Of all parts of the payment.</param>
/// <param name="SharedSecret">With who made the onion: a failure is written with it (BOLT-4).</param>
[GenerateSerializer, Immutable, Alias("tpw.lock-payment")]
public sealed record LockPayment(Name Invoice, UInt256 Total, Bytes32 SharedSecret);
