using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>The output that a deposit is, on a chain of the Bitcoin family: what the lane of its address may spend from now on, or no more.</summary>
internal static class DepositCoin
{
    /// <param name="lostBlock">Null: it came.</param>
    /// <param name="isReturn">It may be spent by what gives it back alone.</param>
    internal static LaneCommand Of(Guid id, Deposit deposit, Bytes32? lostBlock, bool isReturn = false)
    {
        var output = new SpentOutput(deposit.TxHash, (uint)deposit.LogIndex);
        return lostBlock is { } lost
            ? new LaneCommand.RecordCoinLost(id, output, lost)
            : new LaneCommand.RecordCoin(id, new(output, (long)(ulong)deposit.Amount.Value, deposit.Block) { Returns = isReturn ? deposit.Ref : null });
    }
}
