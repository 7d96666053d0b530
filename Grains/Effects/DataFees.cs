using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What chains charge beside the gas for the data that they write to their parent chain, by their own word (<see cref="DataFeeOracle"/>).</summary>
internal static class DataFees
{
    /// <summary>The fee of a call in wei, null on a chain that reports none; an error where it is not known whether it does, so that nobody takes silence for nothing.</summary>
    public static async Task<NodeAnswer<UInt256?>> ReadAsync(ServedChain chain, LegCall call, CancellationToken cancellationToken)
    {
        var request = new CallRequest(call.From, DataFeeOracle.At, UInt256.Zero, DataFeeOracle.Ask(call));
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.CallAsync(request, BlockSelector.Latest, ct), cancellationToken);
        if (answer.TryGet(out var told, out var error)) return DataFeeOracle.Read(told);

        // Another contract has that address: it reports no fee.
        return error is NodeError.Reverted ? default(UInt256?) : error;
    }
}
