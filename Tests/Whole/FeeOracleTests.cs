using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>The oracle over a real node: what it remembers is what the chain's blocks say, however many came since, and after a reorg.</summary>
public sealed class FeeOracleTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync(5);
        _system = await WholeSystem.StartAsync(_anvil);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(200)]
    public async Task Read_BlocksSince_AreThoseOfTheChain(int blocks)
    {
        var first = await ViewAsync(6);
        (first.History, first.BaseFeePerGas).Should().Be((6, await BaseFeeAsync()), "the genesis block counts");
        first.Offers.Select(offer => offer.Blocks).Should().Equal(1, 3, 10, 30);
        await _anvil.MineAsync(blocks);
        var later = await ViewAsync(6UL + (ulong)blocks);
        (later.History, later.BaseFeePerGas).Should().Be((6 + blocks, await BaseFeeAsync()), "none is counted twice and none is missing");
        later.Offers.Should().OnlyContain(offer => offer.MaxFeePerGas >= offer.MaxPriorityFeePerGas && offer.MaxPriorityFeePerGas > UInt256.Zero);
        (later.Offers[^1].Samples > 0).Should().Be(blocks == 200, "a few blocks are too little past");
        later.Bids.Select(bid => bid.BlocksLeft).Should().Equal(4, 5, 6, 7, 8, 9, 10);
        (later.Bids[^1].MaxFeePerGas < later.Bids[0].MaxFeePerGas).Should().Be(blocks == 200, "without a past every bid is urgent");
        later.BlockTime.Ms.Should().BeInRange(1, 60_000);
    }

    /// <summary>Blocks with room take any tip; people are still told what others pay. What lanes bid is what it takes.</summary>
    [Fact]
    public async Task Read_BlocksWithRoom_TipIsWhatOthersPay()
    {
        var accounts = await _anvil.CallAsync("eth_accounts");
        for (var block = 0; block < 12; block++)
        {
            for (var i = 0; i < 4; i++)
                await SendAsync(accounts[i].GetString()!, i == 0 ? 1_000_000_000UL : 3_000_000_000UL);
            await _anvil.MineAsync(1);
        }

        var view = await ViewAsync(18);
        view.TipPerGas.Should().Be((UInt256)3_000_000_000UL);
        view.Bids[0].MaxPriorityFeePerGas.Should().BeLessThan(1_000_000_000UL).And.BeGreaterThan(UInt256.Zero);
    }

    private Task<System.Text.Json.JsonElement> SendAsync(string from, ulong tip) => _anvil.CallAsync("eth_sendTransaction", new System.Text.Json.Nodes.JsonObject
    {
        ["from"] = from,
        ["to"] = from,
        ["gas"] = "0x5208",
        ["maxFeePerGas"] = "0x174876e800",
        ["maxPriorityFeePerGas"] = $"0x{tip:x}",
    });

    /// <summary>A shorter chain took over: the blocks that are gone are forgotten.</summary>
    [Fact]
    public async Task Read_AfterAReorg_ForgetsWhatIsGone()
    {
        await _anvil.MineAsync(20);
        await ViewAsync(26);
        await _anvil.CallAsync("anvil_rollback", 4);
        var view = await ViewAsync(22);
        (view.History, view.BaseFeePerGas).Should().Be((22, await BaseFeeAsync()));
    }

    [Fact]
    public async Task Read_ChainThatIsNotServed_IsRefused()
    {
        var reply = await _system.Grains.GetGrain<IFeeOracleGrain>("eip155:1").Read();
        reply.Should().BeOfType<FeesReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.WrongChain);
    }

    /// <summary>The oracle looks at the chain once a poll; so it is asked until it has seen that block.</summary>
    private async Task<FeesView> ViewAsync(ulong next)
    {
        FeesView? view = null;
        await _system.UntilAsync(async () => await _system.Grains.GetGrain<IFeeOracleGrain>(People.Chain.ToString()).Read() is FeesReply.Told told
            && (view = told.View).NextBlock == next, $"fees of block {next}");
        return view!;
    }

    /// <summary>What the node says that the next block will charge.</summary>
    private async Task<UInt256> BaseFeeAsync()
    {
        var history = await _anvil.CallAsync("eth_feeHistory", "0x1", "latest", new System.Text.Json.Nodes.JsonArray());
        var fees = history.GetProperty("baseFeePerGas");
        return ulong.Parse(fees[fees.GetArrayLength() - 1].GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
