using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Tests.Whole;

/// <summary>A channel is guarded by nobody's asking: also after its silo died.</summary>
public sealed class ChannelCrashTests
{
    private const ulong Window = 80;

    /// <summary>Blocks are a second apart for the contract, and come often enough here for what waits for one.</summary>
    private static readonly TimeSpan _betweenBlocks = TimeSpan.FromMilliseconds(600);

    /// <summary>Found by the demo: no sweeper woke a channel, and its window passed.</summary>
    [Fact]
    public async Task StaleClose_WhileNoSiloRan_IsAnswered_WithoutAnybodyAsking()
    {
        await using var pair = await ChannelPair.StartAsync(Window);
        await pair.FundAsync();
        var (one, two) = await pair.OpenAsync(10_000, 0);
        await pair.PayAsync(one, 1);
        await pair.DoneAsync(two, 1);
        await pair.AgreeAsync(one);
        var stale = (await pair.ReadAsync(two)).Book;
        var signature = await pair.SignatureAsync(two, stale);
        await pair.PayAsync(one, 4_999);
        await pair.DoneAsync(two, 5_000);
        await pair.AgreeAsync(one);
        var newest = (await pair.ReadAsync(two)).Book.Nonce;
        await pair.CloseByAsync(stale, signature, one);
        (await pair.RecordAsync(two)).Should().Match<TPWallet.Chains.Ethereum.Channels.ChannelRecord>(record => record.Stage == ChannelStage.Closing && record.Nonce == stale.Nonce);
        await pair.RestartAsync();
        var mined = Stopwatch.GetTimestamp();
        await pair.System.UntilAsync(
            async () =>
            {
                if (Stopwatch.GetElapsedTime(mined) > _betweenBlocks)
                {
                    await pair.Anvil.MineAsync();
                    mined = Stopwatch.GetTimestamp();
                }

                return (await pair.RecordAsync(two)).Nonce == newest;
            },
            "the challenge");
    }
}
