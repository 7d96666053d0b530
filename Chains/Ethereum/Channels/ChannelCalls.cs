using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum.Channels;

/// <summary>The views of the channel contract (Contracts/channels/ChannelManager.json) that are read, and its methods that are called.</summary>
public static class ChannelCalls
{
    private static readonly AbiSignature _records = AbiSignature.Known(
        "function records(bytes32 id) view returns ((uint120,uint120,bool,uint128,uint128,uint64,uint48,uint48,bool,uint64,bytes32))");

    private static readonly AbiSignature _tokens = AbiSignature.Known("function tokens(address token) view returns (bool,uint128,uint128,uint128)");

    private static readonly AbiSignature _accounts = AbiSignature.Known("function accounts(address party, address token) view returns (uint128,uint64)");

    private static readonly AbiSignature _open = AbiSignature.Known("open(address self, address peer, address token, uint120 amount)");

    private static readonly AbiSignature _registeredAt = AbiSignature.Known("function registeredAt(uint8 kind, bytes32 target) view returns (uint256)");

    private static readonly AbiSignature _registered = AbiSignature.Known("event Registered(uint8 indexed kind, bytes32 indexed target, bytes32 secret)");

    /// <summary>Topics of the event that shows a secret.</summary>
    public static IReadOnlyList<IReadOnlyList<Bytes32>?> Registered(LockKind kind, Bytes32 target) => [[_registered.Topic], [new Bytes32((UInt256)(ulong)kind)], [target]];

    /// <summary>Asks when a secret was registered.</summary>
    public static HexBytes RegisteredAt(LockKind kind, Bytes32 target) => _registeredAt.Encode((UInt256)(ulong)kind, target);

    /// <summary>The second at which a secret was registered; 0: it was not.</summary>
    public static Decoded<UInt256> ReadRegisteredAt(HexBytes answer)
    {
        if (!_registeredAt.DecodeOutputs(answer.Span).TryGet(out var values, out var refusal)) return refusal;
        return values[0].AsUInt256();
    }

    /// <summary>The secret that an event shows; null where it is another event.</summary>
    public static Bytes32? ReadSecret(LogEntry log) => _registered.DecodeLog(log).TryGet(out var values, out _) ? Bytes32.From(values[2].AsBytes().Span) : null;

    /// <summary>Asks for all that is stored of a channel.</summary>
    public static HexBytes Records(Bytes32 channel) => _records.Encode(channel);

    /// <summary>Asks for a token's terms.</summary>
    public static HexBytes Tokens(Address token) => _tokens.Encode(token);

    /// <summary>Asks what the contract owes a party in a token.</summary>
    public static HexBytes Accounts(Address party, Address token) => _accounts.Encode(party, token);

    /// <summary>Opens a channel with a first deposit of the caller, who must have let the contract take it.</summary>
    /// <param name="self">The channel key that the deposit is for.</param>
    public static HexBytes Open(Address self, Address peer, Address token, UInt256 amount) => _open.Encode(self, peer, token, amount);

    /// <summary>What is stored of a channel.</summary>
    public static Decoded<ChannelRecord> ReadRecord(HexBytes answer)
    {
        if (!_records.DecodeOutputs(answer.Span).TryGet(out var values, out var refusal)) return refusal;
        var fields = values[0].AsSequence();
        return new ChannelRecord(
            new SidePair(fields[0].AsUInt256(), fields[1].AsUInt256()), new SidePair(fields[3].AsUInt256(), fields[4].AsUInt256()), (ulong)fields[5].AsUInt256(),
            (ulong)fields[6].AsUInt256(), fields[8].AsFlag());
    }

    /// <summary>A token's lock floor and trim cap.</summary>
    public static Decoded<(UInt256 LockFloor, UInt256 TrimCap)> ReadToken(HexBytes answer)
    {
        if (!_tokens.DecodeOutputs(answer.Span).TryGet(out var values, out var refusal)) return refusal;
        return (values[2].AsUInt256(), values[3].AsUInt256());
    }

    /// <summary>A party's credit in base units, and how often it was paid out.</summary>
    public static Decoded<(UInt256 Credit, ulong Pulls)> ReadAccount(HexBytes answer)
    {
        if (!_accounts.DecodeOutputs(answer.Span).TryGet(out var values, out var refusal)) return refusal;
        return (values[0].AsUInt256(), (ulong)values[1].AsUInt256());
    }
}
