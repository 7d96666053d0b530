using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects.Simulation;

/// <summary>
/// Simulates a packet's chain legs by block hash and holds what happens against what the legs declare (design.md, Effect bounds). The bounds come
/// from the content and the targets' code alone; an effect outside them refuses the packet. It proves nothing against a contract that detects simulation.
/// </summary>
public sealed class PacketSimulator(ChainSet chains)
{
    public async Task<EffectResult> RunAsync(Effect.Simulate e, CancellationToken cancellationToken)
    {
        var declared = DeclaredBounds.Of(e.Packet);
        var targets = new List<TargetCode>();
        foreach (var legs in e.Packet.Legs.Where(static l => l.IsOnChain).GroupBy(ChainOf))
        {
            if (legs.Key.IsBitcoin)
            {
                if (await CoinLook.RefuseAsync(chains.FindBitcoin(legs.Key), [.. legs], cancellationToken) is { } refused) return refused;
                continue;
            }

            if (chains.Find(legs.Key) is not { } chain) return Refused(RejectionCode.WrongChain, "a chain of this deployment", legs.Key.ToString());
            if (Finality(legs, chain.Profile) is { } weak) return weak;
            var calls = new List<(Leg Leg, LegCall Call)>();
            foreach (var leg in legs)
            {
                if (!LegCall.Of(leg).TryGet(out var call, out var refusal)) return Refused(RejectionCode.UnsupportedKind, refusal.Expected, refusal.Actual);
                calls.Add((leg, call));
            }

            foreach (var path in SimulatedPath.Of(e.Packet, calls))
            {
                var result = await new ChainSimulation(chain, path, declared).RunAsync(cancellationToken);
                if (result.Failure is not null) return result.Failure;
                targets.AddRange(result.Targets);
            }
        }

        return new EffectResult.Simulated(
            Bounds.Normalise(new(declared.Addresses, [.. declared.Allowances], [.. targets], [.. declared.Special])));
    }

    internal static EffectResult.Failed Refused(RejectionCode code, string expected, string actual) => new(new Rejection(code, expected, actual));

    /// <summary>A leg may ask for more than its chain's depth, never for less.</summary>
    internal static EffectResult.Failed? Finality(IEnumerable<Leg> legs, ChainProfile profile)
    {
        var least = profile.Finality is FinalityRule.Depth rule ? rule.Confirmations : 1;
        return legs.FirstOrDefault(leg => leg.Finality?.Confirmations < least) is { } weak
            ? Refused(RejectionCode.FinalityTooWeak, $"at least {least} confirmations of {weak.Id}", $"{weak.Finality!.Confirmations}")
            : null;
    }

    internal static ChainId ChainOf(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => transfer.Amount.Asset.Chain,
        Leg.ContractCall call => call.Chain,
        Leg.CoinPayments payments => payments.Chain,
        _ => throw new UnreachableException(),
    };

    internal static Address SenderOf(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => transfer.From,
        Leg.ContractCall call => call.From,
        Leg.CoinPayments payments => payments.From,
        _ => throw new UnreachableException(),
    };
}

/// <summary>One way in which a packet's legs may run on one chain, at one block.</summary>
internal sealed class ChainSimulation(ServedChain chain, SimulatedPath path, DeclaredBounds declared)
{
    private readonly IReadOnlyList<(Leg Leg, LegCall Call)> _legs = path.Legs;

    private ChainId Chain => chain.Profile.Chain;

    public async Task<(EffectResult? Failure, IReadOnlyList<TargetCode> Targets)> RunAsync(CancellationToken cancellationToken)
    {
        var head = await chain.Nodes.ReadAsync((n, ct) => n.BlockAsync(BlockSelector.Latest, false, ct), cancellationToken);
        if (!head.TryGet(out var block, out var error) || block is null) return (new EffectResult.NoAnswer($"{error}"), []);
        var at = new BlockSelector.ByHash(block.Ref.Hash);
        var failure = await SimulateAsync(at, cancellationToken);
        if (failure is not null) return (failure, []);
        var targets = new List<TargetCode>();
        foreach (var target in _legs.Select(l => l.Call.To).Distinct().Order())
        {
            var code = await TargetCodes.ReadAsync(chain, target, at, cancellationToken);
            if (!code.TryGet(out var found, out error)) return (new EffectResult.NoAnswer(error.ToString()), []);
            if (found is not null) targets.Add(found);
        }

        return (null, targets);
    }

    private async Task<EffectResult?> SimulateAsync(BlockSelector at, CancellationToken cancellationToken)
    {
        var balances = _legs.Select(l => (l.Call.From, Token: TokenOf(l.Leg))).Where(b => b.Token is not null).Distinct().ToArray();
        var reads = balances.Select(b => new CallRequest(b.From, b.Token!.Value, UInt256.Zero, TokenCalls.BalanceOf.Encode(b.From))).ToArray();
        var own = _legs.Select(l => new CallRequest(l.Call.From, l.Call.To, l.Call.Value, l.Call.Data));
        CallRequest[] calls = [.. reads, .. own, .. reads];
        var answer = await chain.ReadMoneyAsync((n, ct) => n.SimulateAsync(calls, at, ct), cancellationToken);
        if (!answer.TryGet(out var results, out var error)) return await FailureOfAsync(error, at, cancellationToken);
        for (var i = 0; i < _legs.Count; i++)
        {
            var result = results[reads.Length + i];
            if (!result.Succeeded)
                return PacketSimulator.Refused(RejectionCode.SimulationFailed, $"leg {_legs[i].Leg.Id} succeeds", $"{result.Reverted}");
        }

        var ran = results.Skip(reads.Length).Take(_legs.Count).ToArray();
        return CheckObserved(new ObservedEffects(Chain, ran.SelectMany(r => r.Logs)))
            ?? CheckCompensations(ran)
            ?? CheckBalances(balances.Select(b => (b.From, b.Token!.Value)).ToArray(), [.. results.Take(reads.Length)], [.. results.Skip(reads.Length + _legs.Count)]);
    }

    private async Task<EffectResult?> FailureOfAsync(NodeError error, BlockSelector at, CancellationToken cancellationToken) => error switch
    {
        NodeError.InsufficientFunds e => PacketSimulator.Refused(RejectionCode.SimulationFailed, "balances that cover every leg", e.Message),
        NodeError.Reverted e => PacketSimulator.Refused(RejectionCode.SimulationFailed, "legs that do not revert", e.ToString()),
        NodeError.Refused => await CallEachAsync(at, cancellationToken),
        _ => new EffectResult.NoAnswer(error.ToString()),
    };

    /// <summary>For nodes without eth_simulateV1: plain transfers are called and estimated one by one; what a contract call does cannot be seen so.</summary>
    private async Task<EffectResult?> CallEachAsync(BlockSelector at, CancellationToken cancellationToken)
    {
        foreach (var (leg, call) in _legs)
        {
            if (leg is Leg.ContractCall)
                return PacketSimulator.Refused(RejectionCode.SimulationFailed, "a node with eth_simulateV1 for contract calls", "none has it");
            var request = new CallRequest(call.From, call.To, call.Value, call.Data);
            var answer = await chain.Nodes.ReadAsync((n, ct) => n.CallAsync(request, at, ct), cancellationToken);
            if (answer.IsOk) continue;
            return answer.Error is NodeError.Reverted or NodeError.InsufficientFunds
                ? PacketSimulator.Refused(RejectionCode.SimulationFailed, $"leg {leg.Id} succeeds", $"{answer.Error}")
                : new EffectResult.NoAnswer($"{answer.Error}");
        }

        return null;
    }

    private EffectResult.Failed? CheckObserved(ObservedEffects observed)
    {
        var bounds = declared.Addresses.Where(a => a.Chain == Chain).ToDictionary(a => a.Address);
        foreach (var (address, amount) in observed.Outflows)
        {
            if (!bounds.TryGetValue(address, out var own)) continue;
            var allowed = own.MaxOut.FirstOrDefault(m => m.Asset == amount.Asset, new(amount.Asset, UInt256.Zero));
            if (amount.Value > allowed.Value) return OutOfBounds($"at most {allowed} out of {address}", amount.ToString());
        }

        foreach (var own in bounds.Values.Where(_ => path.IsWhole))
        {
            foreach (var least in own.MinIn)
            {
                var got = observed.NetIn(own.Address, least.Asset);
                if (got < least.Value) return OutOfBounds($"at least {least} into {own.Address}", got.ToString());
            }
        }

        foreach (var ((asset, owner, spender), value) in observed.Allowances)
        {
            var known = declared.Allowances.FirstOrDefault(a => a.Asset == asset && a.Owner == owner && a.Spender == spender);
            if (bounds.ContainsKey(owner) && value > (known?.Max ?? UInt256.Zero)) return OutOfBounds($"no allowance of {asset} to {spender}", value.ToString());
        }

        var all = observed.Operators.FirstOrDefault(o => bounds.ContainsKey(o.Owner)
            && !declared.Special.Any(s => s.Kind == Interfaces.Accounts.EffectKind.OperatorForAll && s.Detail == o.Operator.ToString()));
        return all == default ? null : OutOfBounds("no operator", $"{all.Operator} for all of {all.Owner}");
    }

    /// <summary>What a compensation is to bring back, by its own logs.</summary>
    private EffectResult.Failed? CheckCompensations(SimulatedCall[] ran)
    {
        for (var i = 0; i < _legs.Count; i++)
        {
            if (_legs[i].Leg is not Leg.ContractCall { Compensates: not null } call) continue;
            var observed = new ObservedEffects(Chain, ran[i].Logs);
            foreach (var least in call.MinReceived)
            {
                var got = observed.NetIn(call.From, least.Asset);
                if (got < least.Value) return OutOfBounds($"at least {least} into {call.From} by {call.Id}", got.ToString());
            }
        }

        return null;
    }

    /// <summary>Logs can lie: what the token contract itself says was there before and after must fit too.</summary>
    private EffectResult.Failed? CheckBalances((Address Owner, Address Token)[] read, SimulatedCall[] before, SimulatedCall[] after)
    {
        for (var i = 0; i < read.Length; i++)
        {
            var (had, has) = (Balance(before[i]), Balance(after[i]));
            var asset = AssetId.Erc20(Chain, read[i].Token);
            var most = declared.Addresses.Where(a => a.Chain == Chain && a.Address == read[i].Owner).SelectMany(a => a.MaxOut)
                .FirstOrDefault(m => m.Asset == asset, new(asset, UInt256.Zero)).Value;
            if (had > has && had - has > most) return OutOfBounds($"at most {most} {asset} less", (had - has).ToString());
        }

        return null;
    }

    private static UInt256 Balance(SimulatedCall call) =>
        call.Succeeded && call.ReturnData.Length >= 32 ? UInt256.FromBigEndian(call.ReturnData.Span[..32]) : UInt256.Zero;

    private static Address? TokenOf(Leg leg) =>
        leg is Leg.ChainTransfer { Amount.Asset: { Namespace: "erc20" } asset } ? asset.Contract : null;

    private static EffectResult.Failed OutOfBounds(string expected, string actual) =>
        PacketSimulator.Refused(RejectionCode.EffectOutOfBounds, expected, actual);
}
