using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What chains charge beside the gas, for the data that they write to their parent chain and for their operator, by their own word (<see cref="DataFeeOracle"/>).</summary>
internal static class DataFees
{
    /// <summary>The fee of a call in wei, null on a chain that reports none; an error where it is not known whether it does, so that nobody takes silence for nothing.</summary>
    /// <param name="gasLimit">The most gas that the operator's fee can be of.</param>
    public static async Task<NodeAnswer<UInt256?>> ReadAsync(ServedChain chain, LegCall call, ulong gasLimit, CancellationToken cancellationToken)
    {
        var data = await AskAsync(chain, call.From, DataFeeOracle.Ask(call), cancellationToken);
        if (!data.TryGet(out var forData, out var error) || forData is not { } fee) return data;
        var operators = await AskAsync(chain, call.From, DataFeeOracle.AskOperator(gasLimit), cancellationToken);
        if (!operators.TryGet(out var forOperator, out error)) return error;
        var more = forOperator ?? UInt256.Zero;

        // What a contract answers is its own business: beyond 256 bits no budget pays it.
        return UInt256.MaxValue - fee < more ? UInt256.MaxValue : fee + more;
    }

    private static async Task<NodeAnswer<UInt256?>> AskAsync(ServedChain chain, Address from, HexBytes question, CancellationToken cancellationToken)
    {
        var request = new CallRequest(from, DataFeeOracle.At, UInt256.Zero, question);
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.CallAsync(request, BlockSelector.Latest, ct), cancellationToken);
        if (answer.TryGet(out var told, out var error)) return DataFeeOracle.Read(told);

        // A contract that does not know the question, here or at that address on another chain: it reports no fee.
        return error is NodeError.Reverted ? default(UInt256?) : error;
    }
}
