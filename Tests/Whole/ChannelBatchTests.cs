using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>Several channels of one key are closed and settled in one transaction of the real contract; a part that fails does not stop the others.</summary>
public sealed class ChannelBatchTests : IAsyncLifetime
{
    private const ulong Window = 86_400;
    private const int Count = 4;

    private static readonly AbiSignature _settled = AbiSignature.Parse("event Settled(bytes32 indexed id, uint64 nonce)").Value;
    private static readonly AbiSignature _closing = AbiSignature.Parse("event Closing(bytes32 indexed id, uint64 nonce, uint48 closesAt)").Value;

    private static readonly AbiSignature _pulled = AbiSignature.Parse("event Pulled(address indexed party, address indexed token, address to, uint128 taken)").Value;

    private readonly List<ChannelRef> _sides = [];
    private ChannelPair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await ChannelPair.StartAsync();
        await _pair.FundAsync();
        for (var i = 0; i < Count; i++)
        {
            var (one, two) = await _pair.OpenBetweenAsync(_pair.One, _pair.Two, 10_000, 1_000);
            await _pair.PayAsync(one, 100);
            await _pair.DoneAsync(two, 1_100);
            await _pair.AgreeAsync(one);
            _sides.Add(one);
        }
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Channels_ThatCloseTogether_AreClosedAndSettledInOneTransaction_AndPaidOutInOne()
    {
        await CloseAsync();
        (await TransactionsAsync(_closing)).Should().ContainSingle("four closes go together").Which.Should().Be(Count);
        await _pair.PassAsync(Window + 1);
        await UntilAsync(static view => view.Stage == ChannelStage.Gone, "all to be settled", both: true);
        await UntilAsync(static view => view.Phase == ChannelPhase.Closed, "all to be closed", both: true);
        (await TransactionsAsync(_settled)).Should().ContainSingle("and so do four settlements").Which.Should().Be(Count);
        (await TransactionsAsync(_pulled)).Should().HaveCount(2, "each key is paid out once");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(9_900 * Count);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(1_100 * Count);
        foreach (var side in _sides.Concat(_sides.Select(static side => side.Peer))) (await _pair.Grain(side).ReadLedger())!.Differences.Should().BeEmpty();
    }

    /// <summary>Somebody else has settled one of them when the batch is about to: its part reverts, and all of it with that.</summary>
    [Fact]
    public async Task Batch_OfWhichAPartFails_LeavesTheOthersToGoAlone()
    {
        await CloseAsync();
        await _pair.PassAsync(Window + 1);
        var first = await _pair.ReadAsync(_sides[0]);
        await _pair.Anvil.CallAsync(_pair.Town.Manager, ActEncoding.Encode(first.Opening.Facts, ChannelTown.LockFloor, default, new ChannelCall.Settle(first.Book)));
        await UntilAsync(static view => view.Stage == ChannelStage.Gone, "all to be settled", both: true);
        await UntilAsync(static view => view.Phase == ChannelPhase.Closed, "all to be closed", both: true);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(9_900 * Count);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(1_100 * Count);
    }

    private async Task CloseAsync()
    {
        await Task.WhenAll(_sides.Select(side => _pair.SubmitAsync(side, new ChannelCommand.Close(Guid.NewGuid()))));
        await UntilAsync(static view => view is { Stage: ChannelStage.Closing, Act: null }, "all to close", both: false);
    }

    /// <summary>How many events of a kind each transaction brought that brought any.</summary>
    private async Task<int[]> TransactionsAsync(AbiSignature of)
    {
        var height = (ulong)await _pair.HeightAsync();
        var logs = (await _pair.Anvil.Node().LogsAsync(1, height, [_pair.Town.Manager], [[of.Topic]], CancellationToken.None)).Value;
        return [.. logs.GroupBy(static log => log.TransactionHash).Select(static group => group.Count())];
    }

    /// <summary>Mines as the tracker comes along, and has all sides look at the same time.</summary>
    private Task UntilAsync(Func<ChannelView, bool> condition, string what, bool both)
    {
        ChannelRef[] sides = both ? [.. _sides, .. _sides.Select(static side => side.Peer)] : [.. _sides];
        return _pair.System.UntilAsync(
            async () =>
            {
                if ((await Task.WhenAll(sides.Select(_pair.ReadAsync))).All(condition)) return true;
                if ((await _pair.System.Tracker().Read()).Final is not { } final || (long)final.Number <= await _pair.HeightAsync() - WholeSystem.Confirmations) return false;
                await _pair.Anvil.MineAsync();
                await Task.WhenAll(sides.Select(side => _pair.Grain(side).Submit(new ChannelCommand.Look(Guid.NewGuid()))));
                return false;
            },
            what);
    }
}
