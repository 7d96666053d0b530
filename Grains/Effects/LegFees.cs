using Orleans;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects.Simulation;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>
/// What is read for a preview of a leg's fee: gas by the nodes that its lane would ask, coins by the choice that its lane would make. What nodes say here is shown and
/// decides nothing.
/// </summary>
public sealed class LegFees(IGrainFactory grains, ChainSet chains, CoinRunner coins)
{
    /// <summary>The parts of the fee of one chain leg.</summary>
    public Task<FeePreview> PreviewAsync(PacketContent packet, Leg leg, Instant now, CancellationToken cancellationToken) => leg switch
    {
        _ when CoinLegs.SenderOf(leg) is { } sender => OfCoinsAsync(packet, leg, sender, cancellationToken),
        _ when LegCall.Of(leg).TryGet(out var call, out var refusal) => OfGasAsync(packet, leg, call, now, cancellationToken),
        _ => Task.FromResult<FeePreview>(new FeePreview.Refused(
            leg.Id, PacketSimulator.ChainOf(leg), new(RejectionCode.UnsupportedKind, "a leg on a chain of this deployment", leg.GetType().Name))),
    };

    private async Task<FeePreview> OfGasAsync(PacketContent packet, Leg leg, LegCall call, Instant now, CancellationToken cancellationToken)
    {
        if (chains.Find(call.Chain) is not { } chain) return Unserved(leg.Id, call.Chain);
        var reply = await grains.GetGrain<IFeeOracleGrain>(call.Chain.ToString()).Read().WaitAsync(cancellationToken);
        if (reply is not FeesReply.Told { View: var fees }) return Refuse(leg.Id, call.Chain, ((FeesReply.Refused)reply).Rejection);
        var estimate = await GasAsync(chain, packet, leg, call, cancellationToken);
        if (!estimate.TryGet(out var gas, out var error)) return Refuse(leg.Id, call.Chain, Rejected(error));
        var gasLimit = LaneRunner.GasLimit(call, gas.Gas);
        var reading = new GasReading(
            gas.Gas,
            gas.IsSimulated,
            gasLimit,
            await DataFees.ReadAsync(chain, call, gasLimit, cancellationToken) is { IsOk: true, Value: var fee } ? fee : null,
            leg is Leg.ContractCall batch && MultiSend.Read(batch) is { Length: > 1 } payments ? await SinglyAsync(chain, batch, payments, cancellationToken) : []);
        return FeeParts.OfGas(leg.Id, reading, fees, call.FeeBudget, LegPlan.Deadline(packet, leg), now);
    }

    /// <summary>By estimate as the lane has it; after legs that are not mined yet, by a simulation of them all.</summary>
    private static async Task<NodeAnswer<GasFound>> GasAsync(
        ServedChain chain, PacketContent packet, Leg leg, LegCall call, CancellationToken cancellationToken)
    {
        var request = RequestOf(call);
        var estimate = await chain.Nodes.ReadAsync((n, ct) => n.EstimateGasAsync(request, BlockSelector.Latest, ct), cancellationToken);
        if (estimate.TryGet(out var gas, out var error)) return new GasFound(gas, IsSimulated: false);
        var before = packet.Legs.TakeWhile(other => other != leg).Where(other => other.Compensates is null)
            .Select(static other => LegCall.Of(other).TryGet(out var read, out _) ? read : null).OfType<LegCall>().Where(other => other.Chain == call.Chain).ToArray();
        if (before.Length == 0 || error is not (NodeError.Reverted or NodeError.InsufficientFunds)) return error;
        CallRequest[] calls = [.. before.Select(RequestOf), request];
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.SimulateAsync(calls, BlockSelector.Latest, ct), cancellationToken);
        return answer.TryGet(out var results, out _) && results[calls.Length - 1] is { Succeeded: true } last ? new GasFound(last.GasUsed, IsSimulated: true) : error;
    }

    /// <summary>Gas of each payment as a transfer of its own; none where nodes do not simulate, or one of them fails.</summary>
    private static async Task<ImmutableArray<ulong>> SinglyAsync(
        ServedChain chain, Leg.ContractCall batch, ImmutableArray<BatchPayment> payments, CancellationToken cancellationToken)
    {
        var transfers = payments.Select(payment => LegCall.Of(new Leg.ChainTransfer(batch.Id, [], batch.From, payment.To, payment.Amount, batch.Fee)));
        CallRequest[] calls = [.. transfers.Select(static transfer => RequestOf(transfer.Value))];
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.SimulateAsync(calls, BlockSelector.Latest, ct), cancellationToken);
        return answer.TryGet(out var results, out _) && results.All(static result => result.Succeeded) ? [.. results.Select(static result => result.GasUsed)] : [];
    }

    private async Task<FeePreview> OfCoinsAsync(
        PacketContent packet, Leg leg, (ChainId Chain, Address From, FeeBudget Fee) sender, CancellationToken cancellationToken)
    {
        var (chain, from, cap) = (sender.Chain, sender.From, sender.Fee.Max);
        var payees = CoinLegs.PayeesOf(leg);
        if (await coins.RunAsync(new Effect.ReadMarket(chain), cancellationToken) is not EffectResult.Market market) return Unserved(leg.Id, chain);
        var at = new LegRef(packet.Ref, leg.Id);
        var hand = await grains.GetGrain<ICoinLaneGrain>($"{chain}/{from}").ReadOnHand(at, leg).WaitAsync(cancellationToken);
        if (hand.Reserved is { } held)
            return FeeParts.OfSpend(leg.Id, chain, held, new(held.Inputs, 0, 0, market.RateSatPerKvb, market.IncrementSatPerKvb) { Closing = CoinLegs.ClosingOutputsOf(leg) }, payees, cap);
        var targetSat = CoinLaneDecider.TargetOf(leg);
        var select = new Effect.SelectCoins(chain, from, at, hand.Final, [.. hand.Change.Select(static change => change.Coin)], targetSat, market.RateSatPerKvb);
        return await coins.RunAsync(select, cancellationToken) switch
        {
            EffectResult.Selected selected => FeeParts.OfCoins(leg.Id, chain, With(leg, Read(hand, selected.Coins, market)), payees, cap),
            EffectResult.Failed failed => Refuse(leg.Id, chain, failed.Rejection),
            EffectResult.Gone gone => Refuse(leg.Id, chain, new(RejectionCode.InsufficientFunds, $"{gone.Coin} unspent", "it is spent")),
            var silent => Refuse(leg.Id, chain, new(RejectionCode.NodeUnavailable, $"an answer of a node of {chain}", silent.ToString() ?? "none")),
        };
    }

    /// <summary>What was chosen: final coins, or one change with its ancestors.</summary>
    private static CoinReading Read(CoinsOnHand hand, ImmutableArray<SpentOutput> chosen, EffectResult.Market market)
    {
        var inputs = chosen.Order().Select(output => hand.Final.FirstOrDefault(coin => coin.Output == output) ?? hand.Change.First(change => change.Coin.Output == output).Coin);
        var above = chosen is [var only] ? hand.Change.FirstOrDefault(change => change.Coin.Output == only) : null;
        return new([.. inputs], above?.AncestorsFeeSat ?? 0, above?.AncestorsVirtualBytes ?? 0, market.RateSatPerKvb, market.IncrementSatPerKvb);
    }

    /// <summary>What gives a deposit back spends that too.</summary>
    private static CoinReading With(Leg leg, CoinReading coins) => CoinLegs.ReturnedBy(leg) is not { } deposit ? coins : coins with
    {
        Closing = CoinLegs.ClosingOutputsOf(leg),
        Inputs = coins.Inputs.Add(new(new(deposit.TxHash, (uint)deposit.LogIndex), (long)CoinLegs.PaidSat(CoinLegs.PayeesOf(leg)), null)),
    };

    private static CallRequest RequestOf(LegCall call) => new(call.From, call.To, call.Value, call.Data);

    private static Rejection Rejected(NodeError error) => error switch
    {
        NodeError.Reverted => new(RejectionCode.SimulationFailed, "a call that does not revert", error.ToString()),
        NodeError.InsufficientFunds funds => new(RejectionCode.InsufficientFunds, "a balance that covers value and fee", funds.Message),
        _ => new(RejectionCode.NodeUnavailable, "an estimate of the gas", error.ToString()),
    };

    private static FeePreview.Refused Unserved(Name leg, ChainId chain) =>
        Refuse(leg, chain, new(RejectionCode.NodeUnavailable, $"an answer of a node of {chain}", "none"));

    private static FeePreview.Refused Refuse(Name leg, ChainId chain, Rejection rejection) => new(leg, chain, rejection);

    private sealed record GasFound(ulong Gas, bool IsSimulated);
}
