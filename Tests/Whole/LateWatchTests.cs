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
}

/// <summary>Its key is the chain.</summary>
public sealed class InsiderGrain : Grain, IInsiderGrain
{
    public Task<CommandReply> Watch(Address address, AccountId account) =>
        GrainFactory.GetGrain<IChainTrackerGrain>(this.GetPrimaryKeyString()).Submit(new TrackerCommand.WatchAddress(Guid.NewGuid(), address, account));
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
}
