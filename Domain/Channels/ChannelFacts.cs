using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What never changes about a channel; the contract does not store it but hashes it into the channel's id.</summary>
/// <param name="A">The lower of the two channel keys' addresses.</param>
/// <param name="B">The higher one.</param>
/// <param name="Token">The channel's ERC-20 token.</param>
/// <param name="Counter">The value of the contract's open counter, from 1.</param>
public sealed record ChannelFacts(Address A, Address B, Address Token, ulong Counter)
{
    /// <summary>keccak256(abi.encode(chainId, manager, a, b, token, counter)): ChannelManager.channelId.</summary>
    /// <param name="manager">The contract that holds the channel.</param>
    /// <param name="chainId">EIP-155 id of its chain.</param>
    public Bytes32 Id(Address manager, UInt256 chainId)
    {
        Span<byte> buffer = stackalloc byte[6 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(chainId);
        words.Add(manager);
        words.Add(A);
        words.Add(B);
        words.Add(Token);
        words.Add(Counter);
        return words.Hash();
    }
}
