using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>The chain goes on while the silo is down, for more blocks than a tracker keeps.</summary>
public sealed class DownTimeTests
{
    private static readonly Address Shop = People.AddressOf("shop");

    /// <summary>By depth and by the finalized tag, which is above all that a tracker that catches up has seen.</summary>
    [Theory]
    [InlineData(WholeSystem.Confirmations)]
    [InlineData(0)]
    public async Task PaymentAndDeposit_MinedWhileTheSiloIsDown_AreSettledAndCredited(int confirmations)
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining", "--slots-in-an-epoch", "4");
        await anvil.MineAsync(20);
        var (folder, payer, hot, packet) = await AcceptAsync(anvil, confirmations);
        await anvil.MineAsync();
        await PayInAsync(anvil, hot);
        await anvil.MineAsync(5 * WholeSystem.HistoryDepth);

        await using var system = await WholeSystem.StartAsync(anvil, folder, confirmations);
        await system.UntilStateAsync(packet, "settled");
        (await system.OnChainAsync(Shop)).Should().Be(People.Ether, "it was paid once");
        var onChain = await system.OnChainAsync(hot);
        await system.UntilAsync(async () => await system.AvailableAsync(payer, People.Eth) == onChain, $"the ledger to be {onChain}, as the chain is");
        system.Incidents.All.Should().BeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What stops a chain is an incident, again after a restart, and an operator decides from where it goes on: never silent, never by itself.</summary>
    [Fact]
    public async Task Chain_Stopped_IsAnIncidentInEachLifeUntilAnOperatorResumesIt()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync(20);
        string folder;
        await using (var first = await WholeSystem.StartAsync(anvil))
        {
            folder = first.Folder;
            await first.Grains.GetGrain<IInsiderGrain>(People.Chain.ToString()).Stop("conflicting final blocks");
            await StoppedAsync(first);
        }

        await using var second = await WholeSystem.StartAsync(anvil, folder, WholeSystem.Confirmations, follows: false);
        await second.UntilAsync(async () => (await second.Tracker().Read()).Stopped, "the tracker to be there");
        await StoppedAsync(second);
        await anvil.MineAsync(20);
        var at = (await second.Tracker().Read()).Final!.Value;
        (await second.Tracker().Submit(new TrackerCommand.Resume(Guid.NewGuid(), at, "op"))).Rejected().Should().BeNull();
        await second.UntilAsync(async () => (await second.Tracker().Read()).Final?.Number > at.Number, "the chain to be followed again");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task StoppedAsync(WholeSystem system)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await system.Incidents.UntilRaisedAsync(IncidentCodes.ChainStopped, bound.Token);
        var incident = system.Incidents.All.Should().ContainSingle().Subject;
        (incident.Subject, incident.Detail).Should().Be((People.Chain.ToString(), "conflicting final blocks"));
    }

    /// <summary>A payment in a node's pool, of a silo that is gone then.</summary>
    private static async Task<(string Folder, AccountId Payer, Address Hot, PacketRef Packet)> AcceptAsync(Anvil anvil, int confirmations)
    {
        await using var system = await WholeSystem.StartAsync(anvil, null, confirmations);
        var payer = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        var hot = await system.CreateKeyAsync(payer, "hot");
        await system.PayAsync(hot, People.Ether * 10);
        await anvil.MineAsync(20);
        await system.UntilAsync(async () => await system.AvailableAsync(payer, People.Eth) == People.Ether * 10, "the first deposit");
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], hot, Shop, new(People.Eth, People.Ether), new(UInt256.Parse("1000000000000000")));
        var packet = new PacketContent(new(payer, "pay-1"), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
        var view = await system.ProposeAsync(packet);
        (await system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await system.VoteAsync(view, People.Ben)).Should().BeNull();
        await system.UntilLegAsync(packet.Ref, "coin", "accepted");
        return (system.Folder, payer, hot, packet.Ref);
    }

    private static async Task PayInAsync(Anvil anvil, Address to)
    {
        await anvil.CallAsync("eth_sendTransaction", new System.Text.Json.Nodes.JsonObject
        {
            ["from"] = Anvil.AddressOf(1).Value,
            ["to"] = to.Value,
            ["value"] = "0xde0b6b3a7640000",
        });
        await anvil.MineAsync();
    }
}
