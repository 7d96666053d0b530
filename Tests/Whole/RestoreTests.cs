using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal.Sqlite;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Commands;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A restored journal from its first start on: noticed without a word, remembered over restarts, ended by a decision alone.</summary>
public sealed class RestoreTests
{
    private static readonly Address Shop = People.AddressOf("shop");

    [Fact]
    public async Task Journal_PutBack_IsInRecoveryUntilAnOperatorEndsIt()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var (folder, payer, hot) = await FoundAsync(anvil);
        var file = RestoredStore.FileIn(folder);
        await RestoredStore.CopyFileAsync(file);
        var paid = Content(payer, hot, "pay-1");
        await using (var system = await WholeSystem.StartAsync(anvil, folder))
        {
            system.Incidents.All.Should().BeEmpty("a restart is no restore");
            await PayAsync(system, paid);
            await system.UntilLegAsync(paid.Ref, "coin", "accepted");
        }

        RestoredStore.PutFileBack(file);
        await anvil.MineAsync(1 + WholeSystem.Confirmations);
        await using (var system = await WholeSystem.StartAsync(anvil, folder))
        {
            InRecovery(system).Should().Contain("the signer signed 1 or more requests");
            await system.UntilAsync(async () => (await system.Packet(paid.Ref).Read())?.State == "settled", "the forgotten payment, of which nobody asked");
            (await system.OnChainAsync(Shop)).Should().Be(People.Ether, "it was paid once");
            (await system.AvailableAsync(payer, People.Eth)).Should().Be(await system.OnChainAsync(hot));
        }

        await using (var system = await WholeSystem.StartAsync(anvil, folder))
        {
            InRecovery(system);
            (await system.ProposeAsync(Content(payer, hot, "pay-2"))).State.Should().Be("rejected", "its windows are full");
        }

        (await CommandAsync(folder, "restore", "end", "--because", "looked at every limit")).Should().Be(0);
        await using (var system = await WholeSystem.StartAsync(anvil, folder))
        {
            system.Incidents.All.Should().BeEmpty("what the first recovery explains is not found a second time");
            await PayAsync(system, Content(payer, hot, "pay-3"));
            await system.UntilLegAsync(new(payer, "pay-3"), "coin", "accepted");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Commands_OfAJournal_SayWhatTheyFindByTheirExitCode()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var (folder, _, _) = await FoundAsync(anvil);
        var (silo, heads) = (Path.Combine(folder, "silo"), Path.Combine(folder, "heads"));
        (await CommandAsync(folder, "journal", "verify", "--write-heads", heads)).Should().Be(0);
        (await CommandAsync(folder, "journal", "verify", "--heads", heads)).Should().Be(0);
        (await CommandAsync(folder, "restore", "show")).Should().Be(0);
        (await CommandAsync(folder, "restore", "begin", "--because", "the disk was changed")).Should().Be(0);
        await using (var system = await WholeSystem.StartAsync(anvil, folder)) InRecovery(system).Should().Be("the disk was changed");
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(silo, SqliteJournal.FileName)};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "update event set payload = x'00' where rowid = (select min(rowid) from event)";
            await command.ExecuteNonQueryAsync();
        }

        (await CommandAsync(folder, "journal", "verify")).Should().Be(1);
        (await JournalCommands.RunAsync(["journal", "--help"])).Should().Be(0);
        (await JournalCommands.RunAsync(["--Data=x"])).Should().BeNull("that is the silo itself");
        foreach (var wrong in new string[][] { ["journal", "shred"], ["restore", "begin"], ["journal", "verify", "quick"], ["journal", "verify", "--heads", "nowhere"] })
        {
            var run = () => CommandAsync(folder, wrong);
            await run.Should().ThrowAsync<SetUpException>();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int?> CommandAsync(string folder, params string[] args) =>
        await JournalCommands.RunAsync([.. args, $"--Data={Path.Combine(folder, "silo")}"]);

    private static string InRecovery(WholeSystem system)
    {
        var incident = system.Incidents.All.Should().ContainSingle().Subject;
        incident.Code.Should().Be(IncidentCodes.JournalRestored);
        return incident.Detail;
    }

    private static async Task<(string Folder, AccountId Payer, Address Hot)> FoundAsync(Anvil anvil)
    {
        await using var system = await WholeSystem.StartAsync(anvil);
        var payer = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        var hot = await system.CreateKeyAsync(payer, "hot");
        await system.FundAsync(payer, hot, People.Ether * 10);
        return (system.Folder, payer, hot);
    }

    private static async Task PayAsync(WholeSystem system, PacketContent content)
    {
        var view = await system.ProposeAsync(content);
        (await system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await system.VoteAsync(view, People.Ben)).Should().BeNull();
    }

    private static PacketContent Content(AccountId payer, Address hot, Name id)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], hot, Shop, new(People.Eth, People.Ether), new(UInt256.Parse("1000000000000000")));
        return new(new(payer, id), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
    }
}
