using System.Runtime.CompilerServices;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>The EIP-712 domain of one channel manager, and the digests of all that is signed for it.</summary>
public sealed class ChannelDomain
{
    /// <summary>The domain's name.</summary>
    public const string Name = "TPWallet Channels";

    /// <summary>The domain's version.</summary>
    public const string Version = "1";

    private static readonly Bytes32 CloseType = ChannelWords.TypeHash("Close(bytes32 state,uint64 expiry)"u8);
    private static readonly Bytes32 WithdrawalType = ChannelWords.TypeHash("Withdrawal(bytes32 channel,address party,uint128 total,uint64 expiry)"u8);
    private static readonly Bytes32 PullType = ChannelWords.TypeHash("Pull(address token,address to,uint128 amount,uint64 pulls,uint64 expiry)"u8);

    // A channel is signed for again and again.
    private static readonly ConditionalWeakTable<ChannelFacts, ChannelDomain> Known = [];

    private readonly Bytes32 _separator;

    /// <param name="manager">The contract.</param>
    /// <param name="chainId">EIP-155 id of its chain.</param>
    public ChannelDomain(Address manager, UInt256 chainId)
    {
        (Manager, ChainId) = (manager, chainId);
        _separator = Bytes32.From(Eip712.DomainSeparator(new TypedDataDomain(Name, Version, chainId, manager.ToArray())));
    }

    /// <summary>The contract.</summary>
    public Address Manager { get; }

    /// <summary>EIP-155 id of its chain.</summary>
    public UInt256 ChainId { get; }

    /// <summary>Keccak-256 of the name.</summary>
    public static Bytes32 HashedName { get; } = Bytes32.From(Keccak256.Hash(Encoding.ASCII.GetBytes(Name)));

    /// <summary>Keccak-256 of the version.</summary>
    public static Bytes32 HashedVersion { get; } = Bytes32.From(Keccak256.Hash(Encoding.ASCII.GetBytes(Version)));

    /// <summary>The EIP-712 domain separator.</summary>
    public Bytes32 Separator => _separator;

    /// <summary>The domain of a channel.</summary>
    public static ChannelDomain Of(ChannelFacts facts) => Known.GetValue(facts, static known => new(known.Manager, known.Chain.EvmNumber));

    /// <summary>A channel's id, keccak256(abi.encode(chainId, manager, a, b, token, counter)): ChannelManager.channelId.</summary>
    public static Bytes32 Id(ChannelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Span<byte> buffer = stackalloc byte[6 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(facts.Chain.EvmNumber);
        words.Add(facts.Manager);
        words.Add(facts.A);
        words.Add(facts.B);
        words.Add(facts.Token);
        words.Add(facts.Counter);
        return words.Hash();
    }

    /// <summary>What both parties sign for a state.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="state">The state.</param>
    public Bytes32 State(Bytes32 channel, ContractState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Digest(state.Hash(channel));
    }

    /// <summary>What a closer signs to close by a state.</summary>
    /// <param name="state">The state's struct hash.</param>
    /// <param name="expiryUnixSeconds">Last second at which the demand is good.</param>
    public Bytes32 Close(Bytes32 state, ulong expiryUnixSeconds)
    {
        Span<byte> buffer = stackalloc byte[3 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(CloseType);
        words.Add(state);
        words.Add(expiryUnixSeconds);
        return Digest(words.Hash());
    }

    /// <summary>What both parties sign for a withdrawal out of the open channel.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="party">Who withdraws.</param>
    /// <param name="total">All that it will have withdrawn, ever; below 2^128.</param>
    /// <param name="expiryUnixSeconds">Last second at which it is good.</param>
    public Bytes32 Withdrawal(Bytes32 channel, Address party, UInt256 total, ulong expiryUnixSeconds)
    {
        Span<byte> buffer = stackalloc byte[5 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(WithdrawalType);
        words.Add(channel);
        words.Add(party);
        words.Add(total);
        words.Add(expiryUnixSeconds);
        return Digest(words.Hash());
    }

    /// <summary>What a party signs to be paid out of its credit.</summary>
    /// <param name="token">In which token.</param>
    /// <param name="to">Where to.</param>
    /// <param name="amount">Base units, below 2^128.</param>
    /// <param name="pulls">How often the party has pulled in this token: makes the order good for one time.</param>
    /// <param name="expiryUnixSeconds">Last second at which it is good.</param>
    public Bytes32 Pull(Address token, Address to, UInt256 amount, ulong pulls, ulong expiryUnixSeconds)
    {
        Span<byte> buffer = stackalloc byte[6 * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(PullType);
        words.Add(token);
        words.Add(to);
        words.Add(amount);
        words.Add(pulls);
        words.Add(expiryUnixSeconds);
        return Digest(words.Hash());
    }

    private Bytes32 Digest(Bytes32 structHash)
    {
        Span<byte> separator = stackalloc byte[ChannelWords.Size];
        _separator.CopyTo(separator);
        return ChannelWords.Digest(separator, structHash);
    }
}
