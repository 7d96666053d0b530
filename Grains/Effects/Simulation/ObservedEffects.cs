using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects.Simulation;

/// <summary>What simulated logs say moved, per address and asset: gross out and gross in. Logs can lie; balances are compared beside them.</summary>
internal sealed class ObservedEffects
{
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
        if (TokenLogs.AllowanceOf(_chain, log) is { } allowance) _allowances[(allowance.Asset, allowance.Owner, allowance.Spender)] = allowance.Max;
        if (TokenLogs.OperatorOf(log) is { } all) _operators.Add(all);
        foreach (var (from, to, amount) in TokenLogs.MovementsOf(_chain, log)) Move(from, to, amount);
    }

    private void Move(Address from, Address to, Amount amount)
    {
        var (outflow, inflow) = _moves.GetValueOrDefault((from, amount.Asset));
        _moves[(from, amount.Asset)] = (outflow + amount.Value, inflow);
        (outflow, inflow) = _moves.GetValueOrDefault((to, amount.Asset));
        _moves[(to, amount.Asset)] = (outflow, inflow + amount.Value);
    }
}
