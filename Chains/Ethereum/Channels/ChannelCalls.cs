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

    private static readonly AbiSignature _opened = AbiSignature.Known(
        "event Opened(bytes32 indexed id, address indexed a, address indexed b, address token, uint64 counter, uint120 depositA, uint120 depositB)");

    private static readonly AbiSignature _deposited = AbiSignature.Known("event Deposited(bytes32 indexed id, address indexed party, uint120 total)");

    private static readonly AbiSignature _withdrawn = AbiSignature.Known("event Withdrawn(bytes32 indexed id, address indexed party, uint128 total)");

    private static readonly AbiSignature _settled = AbiSignature.Known("event Settled(bytes32 indexed id, uint64 nonce)");

    private static readonly AbiSignature _resolved = AbiSignature.Known("event Resolved(bytes32 indexed id, uint64 locks)");

    private static readonly AbiSignature _credited = AbiSignature.Known("event Credited(address indexed party, address indexed token, uint128 amount)");

    private static readonly AbiSignature _pulled = AbiSignature.Known("event Pulled(address indexed party, address indexed token, address to, uint128 taken)");

    /// <summary>Topics of the events that move a channel's money.</summary>
    public static IReadOnlyList<IReadOnlyList<Bytes32>?> Movements(Bytes32 channel) => [[_opened.Topic, _deposited.Topic, _withdrawn.Topic, _settled.Topic, _resolved.Topic], [channel]];

    /// <summary>
    /// A channel's entries among all events of the contract in one transaction, in their order. The contract says whom it gave how much right before it says by which channel, so an
    /// amount belongs to the first such word after it.
    /// </summary>
    /// <param name="logs">Of the contract alone.</param>
    public static ImmutableArray<ContractEntry> ReadEntries(IEnumerable<LogEntry> logs, Bytes32 transaction, ChannelFacts facts, Bytes32 channel)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(facts);
        var entries = ImmutableArray.CreateBuilder<ContractEntry>();
        var given = default(SidePair);
        foreach (var log in logs)
        {
            if (_credited.DecodeLog(log).TryGet(out var credit, out _))
            {
                var party = credit[0].AsAddress();
                if (credit[1].AsAddress() != facts.Token) continue;
                if (party == facts.A) given = given.Plus(ChannelSide.A, credit[2].AsUInt256());
                else if (party == facts.B) given = given.Plus(ChannelSide.B, credit[2].AsUInt256());
                continue;
            }

            if (EntryOf(log, transaction, facts, given, out var of) is { } entry && of == channel) entries.Add(entry);
            if (of is not null) given = default;
        }

        return entries.ToImmutable();
    }

    /// <summary>Topics of all events that say what the contract took for a party, gave it and paid it; each is a question of its own.</summary>
    public static ImmutableArray<IReadOnlyList<IReadOnlyList<Bytes32>?>> PartyMovements(Address party, Address token)
    {
        Bytes32[] of = [Word(party)];
        return [[[_opened.Topic, _deposited.Topic], null, of], [[_opened.Topic], null, null, of], [[_credited.Topic, _pulled.Topic], of, [Word(token)]]];
    }

    /// <summary>A party's entries in a token among all events of the contract in one transaction, in their order. Deposits name no token: those of other channels are among them.</summary>
    /// <param name="logs">Of the contract alone.</param>
    /// <param name="isHome">Whether an address is of the party's account.</param>
    public static ImmutableArray<PartyEntry> ReadParty(IEnumerable<LogEntry> logs, Bytes32 transaction, ulong block, Address party, Address token, Func<Address, bool> isHome)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(isHome);
        var entries = ImmutableArray.CreateBuilder<PartyEntry>();
        var given = UInt256.Zero;
        foreach (var log in logs)
        {
            if (_credited.DecodeLog(log).TryGet(out var values, out _))
            {
                if (values[0].AsAddress() == party && values[1].AsAddress() == token) given += values[2].AsUInt256();
            }
            else if (_pulled.DecodeLog(log).TryGet(out values, out _))
            {
                if (values[0].AsAddress() == party && values[1].AsAddress() == token)
                    entries.Add(new(PartyEntryKind.Pulled, null, transaction, block, values[3].AsUInt256(), isHome(values[2].AsAddress())));
            }
            else if (_opened.DecodeLog(log).TryGet(out values, out _))
            {
                var isA = values[1].AsAddress() == party;
                if ((isA || values[2].AsAddress() == party) && values[3].AsAddress() == token) Add(PartyEntryKind.Opened, values[isA ? 5 : 6].AsUInt256());
            }
            else if (_deposited.DecodeLog(log).TryGet(out values, out _))
            {
                if (values[1].AsAddress() == party) Add(PartyEntryKind.Deposited, values[2].AsUInt256());
            }
            else if (_settled.DecodeLog(log).TryGet(out values, out _) || _resolved.DecodeLog(log).TryGet(out values, out _) || _withdrawn.DecodeLog(log).TryGet(out values, out _))
            {
                // The contract says whom it gave how much right before it says by which channel.
                if (!given.IsZero) Add(PartyEntryKind.Credited, given);
                given = default;
            }

            void Add(PartyEntryKind kind, UInt256 amount) => entries.Add(new(kind, Bytes32.From(values![0].AsBytes().Span), transaction, block, amount, false));
        }

        return entries.ToImmutable();
    }

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
            (ulong)fields[6].AsUInt256(), fields[8].AsFlag(), Bytes32.From(fields[10].AsBytes().Span));
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

    /// <summary>What an event says of a channel's money, if it does.</summary>
    /// <param name="of">The channel that the event ends the credits of; null: none.</param>
    private static ContractEntry? EntryOf(LogEntry log, Bytes32 transaction, ChannelFacts facts, SidePair given, out Bytes32? of)
    {
        of = null;
        if (_opened.DecodeLog(log).TryGet(out var values, out _))
        {
            of = Bytes32.From(values[0].AsBytes().Span);
            return new(ContractEntryKind.Deposited, transaction, 0, new(values[5].AsUInt256(), values[6].AsUInt256()));
        }

        if (_deposited.DecodeLog(log).TryGet(out values, out _))
        {
            of = Bytes32.From(values[0].AsBytes().Span);
            return new(ContractEntryKind.Deposited, transaction, 0, default(SidePair).With(values[1].AsAddress() == facts.A ? ChannelSide.A : ChannelSide.B, values[2].AsUInt256()));
        }

        if (_withdrawn.DecodeLog(log).TryGet(out values, out _))
        {
            of = Bytes32.From(values[0].AsBytes().Span);
            return new(ContractEntryKind.Withdrawn, transaction, 0, default(SidePair).With(values[1].AsAddress() == facts.A ? ChannelSide.A : ChannelSide.B, values[2].AsUInt256()));
        }

        if (_settled.DecodeLog(log).TryGet(out values, out _))
        {
            of = Bytes32.From(values[0].AsBytes().Span);
            return new(ContractEntryKind.Settled, transaction, (ulong)values[1].AsUInt256(), given);
        }

        if (_resolved.DecodeLog(log).TryGet(out values, out _))
        {
            of = Bytes32.From(values[0].AsBytes().Span);
            return new(ContractEntryKind.Resolved, transaction, 0, given);
        }

        return null;
    }

    private static Bytes32 Word(Address address) => Bytes32.From([.. new byte[12], .. address.ToArray()]);
}
