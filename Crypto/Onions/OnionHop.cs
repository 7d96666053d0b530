namespace TPWallet.Crypto.Onions;

/// <summary>One hop of a route, as who makes the onion knows it.</summary>
/// <param name="PublicKey">The node's key: a compressed secp256k1 point of 33 bytes.</param>
/// <param name="Payload">What the hop is to read, without a length before it.</param>
public sealed record OnionHop(byte[] PublicKey, byte[] Payload);
