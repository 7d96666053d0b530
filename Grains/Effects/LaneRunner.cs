using Orleans;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What a lane wants of its chain: nonce and fee facts, gas terms, the unsigned payload, the broadcast.</summary>
public sealed class LaneRunner(IGrainFactory grains, ChainSet chains)
{
    /// <summary>Gas beyond the estimate, in percent: state may change a little before the block.</summary>
    private const ulong GasMarginPercent = 20;

    public async Task<EffectResult> RunAsync(Effect.ReadLaneFacts e, CancellationToken cancellationToken)
    {
        if (chains.Find(e.Chain) is not { } chain) return Unserved(e.Chain);
        var nonce = await chain.ReadMoneyAsync((n, ct) => n.TransactionCountAsync(e.Address, BlockSelector.Latest, ct), cancellationToken);
        if (!nonce.TryGet(out var next, out var error)) return NoAnswer(error);
        var balance = await chain.ReadMoneyAsync((n, ct) => n.BalanceAsync(e.Address, BlockSelector.Latest, ct), cancellationToken);
        if (!balance.TryGet(out var wei, out error)) return NoAnswer(error);
        var code = await chain.ReadMoneyAsync((n, ct) => n.CodeAsync(e.Address, BlockSelector.Latest, ct), cancellationToken);
        if (!code.TryGet(out var bytes, out error)) return NoAnswer(error);
        return await FeesAsync(e.Chain, cancellationToken) switch
        {
            FeesReply.Told { View: var fees } => new EffectResult.LaneFacts(next, wei, Market(fees), bytes.Length > 0),
            var refused => Unknown(refused),
        };
    }

    public async Task<EffectResult> RunAsync(Effect.EstimateTerms e, CancellationToken cancellationToken)
    {
        if (chains.Find(e.Chain) is not { } chain) return Unserved(e.Chain);
        if (!LegCall.Of(e.Intent.Content).TryGet(out var call, out var refusal))
            return new EffectResult.Failed(new(RejectionCode.UnsupportedKind, refusal.Expected, refusal.Actual));
        var request = new CallRequest(e.From, call.To, call.Value, call.Data);
        var estimate = await chain.Nodes.ReadAsync((n, ct) => n.EstimateGasAsync(request, BlockSelector.Latest, ct), cancellationToken);
        if (!estimate.TryGet(out var gas, out var error)) return Refusal(error);
        var reply = await FeesAsync(e.Chain, cancellationToken);
        if (reply is not FeesReply.Told { View: var fees }) return Unknown(reply);
        var gasLimit = GasLimit(call, gas);
        var data = await DataFees.ReadAsync(chain, call, gasLimit, cancellationToken);
        return data.TryGet(out var dataFee, out error) ? new EffectResult.Terms(gasLimit, Market(fees), dataFee) : NoAnswer(error);
    }

    /// <summary>What a leg's transaction is given, by the nodes' estimate of its gas.</summary>
    internal static ulong GasLimit(LegCall call, ulong estimate) =>
        call.Data.Length == 0 && estimate == FeeReplacement.NoOpGas ? estimate : estimate + (estimate / 100 * GasMarginPercent) + (estimate % 100 * GasMarginPercent / 100);

    public async Task<EffectResult> RunAsync(Effect.RequestSignature e)
    {
        if (!LegCall.Of(e.Intent.Content).TryGet(out var call, out var refusal))
            return new EffectResult.Failed(new(RejectionCode.UnsupportedKind, refusal.Expected, refusal.Actual));
        var unsigned = e.NoOp
            ? Unsigned(e, e.From, UInt256.Zero, HexBytes.Empty)
            : Unsigned(e, call.To, call.Value, call.Data);
        SigningPayload payload = e.NoOp
            ? new SigningPayload.EvmNoOp(e.Intent.Leg.Leg, unsigned)
            : new SigningPayload.EvmSpend(e.Intent.Leg.Leg, unsigned);
        var key = grains.GetGrain<IKeyGrain>($"{e.Intent.Leg.Packet.Owner}/{e.Intent.Key}");
        var reply = await key.Submit(new KeyCommand.RequestSignature(e.CommandId, e.Intent.Leg, e.Chain, e.From, payload));
        return new EffectResult.Replied(reply);
    }

    public async Task<EffectResult> RunAsync(Effect.Broadcast e, CancellationToken cancellationToken)
    {
        if (chains.Find(e.Chain) is not { } chain) return Unserved(e.Chain);
        if (!SignedTransaction.Decode(e.Raw.Span).TryGet(out var transaction, out var refusal))
            return new EffectResult.Failed(new(RejectionCode.Malformed, refusal.Expected, refusal.Actual));
        var route = chain.Routes.Of(e.Leg);
        var result = await chain.Nodes.BroadcastAsync(transaction, route, cancellationToken);
        if (route == Route.Private) await RelayNews.TellAsync(grains, e, result);
        return new EffectResult.BroadcastSaid(Summarise(result));
    }

    /// <summary>The best answer counts: one node that took it outweighs any that did not.</summary>
    internal static BroadcastOutcome Summarise(BroadcastResult result)
    {
        if (result.IsOut)
        {
            return new BroadcastOutcome.Accepted(
                [.. result.ByNode.Where(a => a.Result is SendResult.Accepted or SendResult.AlreadyKnown).Select(a => a.Node.ToString())]);
        }

        if (result.ByNode.Any(a => a.Result is SendResult.MaybeMined)) return new BroadcastOutcome.MaybeMined();
        if (result.MayBeOut || result.ByNode.IsEmpty) return new BroadcastOutcome.Unknown($"{result.ByNode.Length} nodes asked, none said yes or no");
        return result.ByNode[0].Result switch
        {
            SendResult.Underpriced u => Refused(RejectionCode.Underpriced, "a fee that the pool takes", u.Message),
            SendResult.InsufficientFunds i => Refused(RejectionCode.InsufficientFunds, "a balance that covers the worst case", i.Message),
            SendResult.NonceTooHigh n => Refused(RejectionCode.NonceConflict, "the next nonce", n.Message),
            SendResult.Refused r => Refused(RejectionCode.NodeRefused, "an accepted transaction", r.Error.ToString()),
            var other => new BroadcastOutcome.Unknown(other.ToString()),
        };
    }

    private Task<FeesReply> FeesAsync(ChainId chain, CancellationToken cancellationToken) =>
        grains.GetGrain<IFeeOracleGrain>(chain.ToString()).Read().WaitAsync(cancellationToken);

    private static FeeMarket Market(FeesView fees) => new(fees.BaseFeePerGas, fees.BlockTime, fees.Bids);

    private static EffectResult.NoAnswer Unknown(FeesReply reply) => new((reply as FeesReply.Refused)?.Rejection.ToString() ?? "no fees");

    private static HexBytes Unsigned(Effect.RequestSignature e, Address to, UInt256 value, HexBytes data) => new EthereumTransaction.DynamicFee(
        e.Chain.EvmNumber, e.Nonce, e.Terms.MaxPriorityFeePerGas, e.Terms.MaxFeePerGas, e.Terms.GasLimit, to, value, data, []).UnsignedPayload();

    private static BroadcastOutcome.Refused Refused(RejectionCode code, string expected, string actual) => new(new Rejection(code, expected, actual));

    /// <summary>A revert in the estimate is definite at this state; anything else says nothing.</summary>
    private static EffectResult Refusal(NodeError error) => error switch
    {
        NodeError.Reverted r => new EffectResult.Failed(new(RejectionCode.SimulationFailed, "a call that does not revert", r.ToString())),
        NodeError.InsufficientFunds f => new EffectResult.Failed(new(RejectionCode.InsufficientFunds, "a balance that covers value and fee", f.Message)),
        _ => NoAnswer(error),
    };

    private static EffectResult.NoAnswer NoAnswer(NodeError error) => new(error.ToString());

    private static EffectResult.Failed Unserved(ChainId chain) =>
        new(new Rejection(RejectionCode.WrongChain, "a chain of this deployment", chain.ToString()));
}
