using Orleans;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A grain of the tests, since trackers take watches from grains only.</summary>
public interface IInsiderGrain : IGrainWithStringKey
{
    Task<CommandReply> Watch(Address address, AccountId account);

    Task<CommandReply> Watch(Bytes32 transaction, Address from, ulong nonce);

    Task<CommandReply> Stop(string reason);

    Task<WatchedView?> Watched(Bytes32 transaction);
}

/// <summary>Its key is the chain.</summary>
public sealed class InsiderGrain : Grain, IInsiderGrain
{
    public Task<CommandReply> Watch(Address address, AccountId account) =>
        GrainFactory.GetGrain<IChainTrackerGrain>(this.GetPrimaryKeyString()).Submit(new TrackerCommand.WatchAddress(Guid.NewGuid(), address, account));

    public Task<CommandReply> Watch(Bytes32 transaction, Address from, ulong nonce) => GrainFactory.GetGrain<IChainTrackerGrain>(this.GetPrimaryKeyString())
        .Submit(new TrackerCommand.WatchTransaction(Guid.NewGuid(), transaction, from, nonce));

    public Task<CommandReply> Stop(string reason) =>
        GrainFactory.GetGrain<IChainTrackerGrain>(this.GetPrimaryKeyString()).Submit(new TrackerCommand.RecordStop(Guid.NewGuid(), reason));

    public Task<WatchedView?> Watched(Bytes32 transaction) =>
        GrainFactory.GetGrain<IWatchedTransactionGrain>($"{this.GetPrimaryKeyString()}/{transaction}").Read();
}

/// <summary>What is watched late was seen before.</summary>
public sealed class LateWatchTests
{
    /// <summary>The watch may reach the tracker between the scan of a block and its finality, or after both: the deposit is final all the same.</summary>
    [Fact]
    public async Task Deposit_FinalBeforeItsAddressIsWatched_IsToldAsFinal()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        await using var system = await WholeSystem.StartAsync(anvil);
        var account = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "late"));
        var address = People.AddressOf("watched late");
        await system.PayAsync(address, People.Ether);
        var paid = (await anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
        await anvil.MineAsync(WholeSystem.Confirmations);
        await system.UntilAsync(async () => (await system.Tracker().Read()).Final?.Number >= paid, "the deposit's block to be final");
        var reply = await system.Grains.GetGrain<IInsiderGrain>(People.Chain.ToString()).Watch(address, account);
        reply.Should().BeOfType<CommandReply.Accepted>();
        await system.UntilAsync(async () => (await system.StoryAsync()).Contains("became-final", StringComparison.Ordinal), "the deposit to be final");
        Directory.Delete(system.Folder, recursive: true);
    }

    /// <summary>Field notes 7 and 8: what was mined before anybody watched, and before the blocks that a restarted tracker follows, is looked for by its receipt.</summary>
    [Fact]
    public async Task Transaction_FinalBeforeARestart_AskedForAgain_IsToldAsFinal()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var (folder, paid) = ("", Bytes32.Zero);
        await using (var before = await WholeSystem.StartAsync(anvil))
        {
            (folder, paid) = (before.Folder, (await before.PayAsync(People.AddressOf("shop"), People.Ether)).Hash());
            await anvil.MineAsync(2 * WholeSystem.HistoryDepth);
            await before.UntilAsync(async () => (await before.Tracker().Read()).Final?.Number > WholeSystem.HistoryDepth, "the blocks to be final");
        }

        await using var system = await WholeSystem.StartAsync(anvil, folder);
        var insider = system.Grains.GetGrain<IInsiderGrain>(People.Chain.ToString());
        for (var i = 0; i < 2; i++) (await insider.Watch(paid, Anvil.AddressOf(0), 0)).Should().BeOfType<CommandReply.Accepted>();
        await system.UntilAsync(async () => (await system.StoryAsync()).Contains("became-final", StringComparison.Ordinal), "the transaction to be final");
        Directory.Delete(folder, recursive: true);
    }
}
