namespace TPWallet.Crypto.Onions;

/// <summary>What a hop finds under its layer.</summary>
/// <param name="SharedSecret">32 bytes that the maker of the onion and this hop alone know: failures are wrapped with it.</param>
/// <param name="Payload">What the maker wrote for this hop, without its length.</param>
/// <param name="Next">The onion for the next hop; null: this is the last one.</param>
public sealed record PeeledOnion(byte[] SharedSecret, byte[] Payload, byte[]? Next);
