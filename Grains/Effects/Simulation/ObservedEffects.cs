using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects.Simulation;

/// <summary>What simulated logs say moved, per address and asset: gross out and gross in. Logs can lie; balances are compared beside them.</summary>
internal sealed class ObservedEffects
{
    /// <summary>eth_simulateV1 reports native transfers as ERC-20 Transfer logs of this address.</summary>
    private const string NativeLogs = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

    private static readonly Bytes32 Transfer = TokenCalls.Erc20TransferEvent.Topic;
    private static readonly Bytes32 Approval = TokenCalls.Erc20ApprovalEvent.Topic;
    private static readonly Bytes32 ApprovalForAll = TokenCalls.ApprovalForAllEvent.Topic;
    private static readonly Bytes32 Single = TokenCalls.Erc1155SingleEvent.Topic;
    private static readonly Bytes32 Batch = TokenCalls.Erc1155BatchEvent.Topic;

    private readonly ChainId _chain;
    private readonly SortedDictionary<(Address Address, AssetId Asset), (UInt256 Out, UInt256 In)> _moves = [];
    private readonly SortedDictionary<(AssetId Asset, Address Owner, Address Spender), UInt256> _allowances = [];
    private readonly SortedSet<(Address Owner, Address Operator)> _operators = [];

    public ObservedEffects(ChainId chain, IEnumerable<LogEntry> logs)
    {
        _chain = chain;
        foreach (var log in logs) Add(log);
    }

    public IEnumerable<(Address Address, Amount Amount)> Outflows =>
        _moves.Where(m => m.Value.Out > m.Value.In).Select(m => (m.Key.Address, new Amount(m.Key.Asset, m.Value.Out - m.Value.In)));

    public IReadOnlyDictionary<(AssetId Asset, Address Owner, Address Spender), UInt256> Allowances => _allowances;

    public IReadOnlyCollection<(Address Owner, Address Operator)> Operators => _operators;

    public UInt256 NetIn(Address address, AssetId asset) =>
        _moves.TryGetValue((address, asset), out var m) && m.In > m.Out ? m.In - m.Out : UInt256.Zero;

    private void Add(LogEntry log)
    {
        if (log.Topics.Count == 0) return;
        var topic = log.Topics[0];
        if (topic == Transfer && log.Topics.Count == 3 && log.Data.Length == 32)
            Move(AddressAt(log, 1), AddressAt(log, 2), FungibleOf(log), UInt256.FromBigEndian(log.Data.Span));
        else if (topic == Transfer && log.Topics.Count == 4)
            Move(AddressAt(log, 1), AddressAt(log, 2), AssetId.Nft(_chain, "erc721", log.Address, log.Topics[3].Number), UInt256.One);
        else if (topic == Approval && log.Topics.Count == 3 && log.Data.Length == 32)
            _allowances[(AssetId.Erc20(_chain, log.Address), AddressAt(log, 1), AddressAt(log, 2))] = UInt256.FromBigEndian(log.Data.Span);
        else if (topic == ApprovalForAll && log.Topics.Count == 3 && log.Data.Length == 32 && log.Data.Span[31] == 1)
            _operators.Add((AddressAt(log, 1), AddressAt(log, 2)));
        else if (topic == Single && log.Topics.Count == 4 && log.Data.Length == 64)
            MoveMulti(log, UInt256.FromBigEndian(log.Data.Span[..32]), UInt256.FromBigEndian(log.Data.Span[32..]));
        else if (topic == Batch && log.Topics.Count == 4 && TokenCalls.Erc1155BatchEvent.DecodeLog(log).TryGet(out var values, out _))
            AddBatch(log, values);
    }

    private void AddBatch(LogEntry log, Items<AbiValue> values)
    {
        if (values[^2] is not AbiValue.Sequence ids || values[^1] is not AbiValue.Sequence amounts) return;
        foreach (var (id, amount) in ids.Values.Zip(amounts.Values))
            if (id is AbiValue.Number i && amount is AbiValue.Number a) MoveMulti(log, (UInt256)i.Value, (UInt256)a.Value);
    }

    private void MoveMulti(LogEntry log, UInt256 id, UInt256 amount) =>
        Move(AddressAt(log, 2), AddressAt(log, 3), AssetId.Nft(_chain, "erc1155", log.Address, id), amount);

    private void Move(Address from, Address to, AssetId asset, UInt256 amount)
    {
        var (outflow, inflow) = _moves.GetValueOrDefault((from, asset));
        _moves[(from, asset)] = (outflow + amount, inflow);
        (outflow, inflow) = _moves.GetValueOrDefault((to, asset));
        _moves[(to, asset)] = (outflow, inflow + amount);
    }

    private AssetId FungibleOf(LogEntry log) => log.Address.Value == NativeLogs ? AssetId.Native(_chain) : AssetId.Erc20(_chain, log.Address);

    private static Address AddressAt(LogEntry log, int topic) => Address.From(log.Topics[topic].ToArray().AsSpan(12));
}
