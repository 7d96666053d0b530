using Orleans;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Fees;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>
/// A chain's fees, read once for everybody. It holds nothing that the chain does not: after a restart it reads the past anew. What a node says here is a claim,
/// and an offer that follows from a lie is bounded by the budget of the leg that makes it.
/// </summary>
public sealed class FeeOracleGrain(ChainSet chains, ShellServices services) : Grain, IFeeOracleGrain
{
    /// <summary>Blocks that are read again, as a reorg may have changed them.</summary>
    private const int Again = 32;

    /// <summary>The tip that the cheapest twentieth of a block's gas paid: what it took.</summary>
    private const int TipPercentile = 5;

    /// <summary>The tip that half of its gas paid: what others pay, whether or not it took that.</summary>
    private const int PaidPercentile = 50;

    /// <summary>Blocks that the paid tip is taken from.</summary>
    private const int PaidBlocks = 10;

    /// <summary>A block with less gas than this, in millionths of its limit, had room.</summary>
    private const int FullPpm = 950_000;

    /// <summary>The share of the past in which an offer must have been enough, in millionths.</summary>
    private const int ConfidencePpm = 900_000;

    /// <summary>Where the chain's blocks do not tell how long one takes: Ethereum's slot.</summary>
    private static readonly Span _slot = Span.Seconds(12);

    private static readonly int[] _deadlines = [3, 10, 30];

    private readonly List<FeeBlock> _blocks = [];
    private UInt256 _next;
    private ulong _nextNumber;
    private Span _blockTime = _slot;
    private FeesView? _view;
    private long? _readAt;

    public async Task<FeesReply> Read()
    {
        var id = ChainId.Parse(this.GetPrimaryKeyString());
        if (chains.Find(id) is not { } chain)
            return new FeesReply.Refused(new(RejectionCode.WrongChain, "an EVM chain of this deployment", id.ToString()));
        if (_view is not { } view || _readAt is not { } at || services.Time.GetElapsedTime(at) >= TimeSpan.FromMilliseconds(chain.Profile.PollEvery.Ms))
        {
            if (await RefreshAsync(chain) is { } error)
                return new FeesReply.Refused(new(RejectionCode.NodeUnavailable, $"the fee history of {id}", error.ToString()));
            _readAt = services.Time.GetTimestamp();
            view = _view!;
        }

        return new FeesReply.Told(view);
    }

    private async Task<NodeError?> RefreshAsync(ServedChain chain)
    {
        var read = await HistoryAsync(chain, _blocks.Count == 0 ? FeeEstimator.MaxHistory : Again);
        if (!read.TryGet(out var history, out var error)) return error;
        var isFirst = _blocks.Count == 0;
        if (!isFirst && (history.OldestBlock > _nextNumber || history.OldestBlock + (ulong)_blocks.Count < _nextNumber))
        {
            // More has happened since than was asked for, or the chain is another one.
            read = await HistoryAsync(chain, FeeEstimator.MaxHistory);
            if (!read.TryGet(out history, out error)) return error;
            _blocks.Clear();
        }

        if (_blocks.Count > 0) _blocks.RemoveRange((int)(history.OldestBlock + (ulong)_blocks.Count - _nextNumber), (int)(_nextNumber - history.OldestBlock));
        for (var i = 0; i + 1 < history.BaseFees.Count; i++) _blocks.Add(new(history.BaseFees[i], TipOf(history, i)));
        if (_blocks.Count > FeeEstimator.MaxHistory) _blocks.RemoveRange(0, _blocks.Count - FeeEstimator.MaxHistory);
        (_next, _nextNumber) = (history.BaseFees[^1], history.OldestBlock + (ulong)history.BaseFees.Count - 1);
        if (isFirst) _blockTime = await BlockTimeAsync(chain, history.OldestBlock, _nextNumber - 1);
        _view = View(chain.Profile.Chain, PaidTip(history));
        return null;
    }

    /// <summary>How long a block took between these two, by what their headers say. It only says when a bid is the last: a lie makes it dearer, within its budget.</summary>
    private static async Task<Span> BlockTimeAsync(ServedChain chain, ulong first, ulong last)
    {
        if (last <= first) return _slot;
        var times = new ulong[2];
        foreach (var (i, number) in new[] { first, last }.Index())
        {
            var answer = await chain.Nodes.ReadAsync(
                (n, ct) => n.BlockAsync(new BlockSelector.ByNumber(number), withTransactions: false, ct), CancellationToken.None);
            if (!answer.TryGet(out var block, out _) || block is null) return _slot;
            times[i] = block.Header.Timestamp;
        }

        var seconds = times[1] - times[0];
        return times[1] <= times[0] || seconds > int.MaxValue ? _slot : new Span((long)(seconds * 1_000 / (last - first)));
    }

    private static async Task<NodeAnswer<FeeHistory>> HistoryAsync(ServedChain chain, int blocks)
    {
        var answer = await chain.Nodes.ReadAsync((n, ct) => n.FeeHistoryAsync(blocks, BlockSelector.Latest, [TipPercentile, PaidPercentile], ct), CancellationToken.None);
        if (!answer.TryGet(out var history, out var error)) return error;
        return history.BaseFees.Count == 0 ? new NodeError.NoAnswer("a fee history without a block") : history;
    }

    /// <summary>Where there was room, any tip was enough.</summary>
    private static UInt256 TipOf(FeeHistory history, int block)
    {
        var hadRoom = block < history.FullnessPpm.Count && history.FullnessPpm[block] < FullPpm;
        return hadRoom || block >= history.Tips.Count || history.Tips[block].Count == 0 ? UInt256.Zero : history.Tips[block][0];
    }

    private static UInt256 PaidTip(FeeHistory history)
    {
        var paid = history.Tips.TakeLast(PaidBlocks).Where(tips => tips.Count > 0).Select(tips => tips[^1]).Order().ToArray();
        return paid.Length == 0 ? FeeEstimator.LeastTip : UInt256.Max(FeeEstimator.LeastTip, paid[paid.Length / 2]);
    }

    private FeesView View(ChainId chain, UInt256 tip)
    {
        FeeBlock[] history = [.. _blocks];
        var offers = ImmutableArray.CreateBuilder<FeeOffer>();
        offers.Add(Offer(1, FeeEstimator.Urgent(history, _next)));
        foreach (var blocks in _deadlines) offers.Add(Offer(blocks, FeeEstimator.Estimate(history, _next, blocks, ConfidencePpm)));
        return new(chain, _nextNumber, _next, tip, offers.ToImmutable(), history.Length, _blockTime, FeeSchedule.Bids(history, _next));
    }

    private static FeeOffer Offer(int blocks, FeeEstimate estimate) =>
        new(blocks, estimate.ConfidencePpm, estimate.MaxFeePerGas, estimate.MaxPriorityFeePerGas, estimate.Samples);
}
