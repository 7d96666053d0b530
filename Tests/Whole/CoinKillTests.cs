using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// A payment of bitcoin whose process dies again and again between an effect and the record of its result, between signed and broadcast among them, and is
/// started anew on the same folder.
/// </summary>
public sealed class CoinKillTests
{
    private const long Deposited = 100_000;
    private const long Paid = 30_000;
    private const int MinKills = 12;
    private const int MaxKills = 120;

    [BitcoinFact]
    public async Task Payment_ProcessDiesAtEveryFewAppends_IsPaidOnceAndLosesNothing()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var packet = scene.Content("pay", scene.Pay("coin", Paid));
        var votes = new Dictionary<Name, PacketCommand>();
        var kills = 0;
        for (var settled = false; !settled; kills++)
        {
            kills.Should().BeLessThan(MaxKills, "each life makes some progress");
            await scene.RestartAsync();
            scene.System.DieAfter(kills <= MinKills ? 1 + (kills % 2) : 1 + (kills % 4) + (kills / 10));
            var life = DriveAsync(scene, packet, votes);
            settled = await Task.WhenAny(life, scene.System.Died) == life && await life;
        }

        kills.Should().BeGreaterThan(MinKills);
        await scene.RestartAsync();
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(Paid, "it was paid once");
        (await scene.AvailableAsync()).Should().Be((ulong)await scene.OnChainAsync(scene.Own));
        scene.System.Incidents.All.Should().NotContain(incident => incident.Code == TPWallet.Grains.Shell.IncidentCodes.LaneStopped);
    }

    /// <summary>The user repeats the same commands with the same ids, as an SDK does; blocks come until it settled.</summary>
    private static async Task<bool> DriveAsync(CoinScene scene, PacketContent content, Dictionary<Name, PacketCommand> votes)
    {
        var (system, packet) = (scene.System, scene.System.Packet(content.Ref));
        await packet.Submit(new PacketCommand.Draft(People.Id("draft"), content));
        await packet.Submit(new PacketCommand.Propose(People.Id("propose"), 1));
        await system.UntilAsync(async () => (await packet.Read())!.State is not ("draft" or "proposed"), "the assessment");
        foreach (var person in (Person[])[People.Ana, People.Ben])
        {
            if (!votes.ContainsKey(person.Id)) votes[person.Id] = VoteOf(person, (await packet.Read())!);
            await packet.Submit(votes[person.Id]);
        }

        while ((await packet.Read())!.State != "settled")
        {
            await scene.MineAsync();
            var before = (await packet.Read())!.Version;
            var height = (ulong)(await scene.Knots.CallAsync("getblockcount")).GetInt32();
            await system.UntilAsync(
                async () => (await system.Grains.GetGrain<Grains.Interfaces.IChainTrackerGrain>(CoinScene.Chain.Value).Read()).Head?.Number == height
                    || (await packet.Read())!.Version != before,
                "the new block to be seen");
        }

        return true;
    }

    private static PacketCommand.CastVote VoteOf(Person person, PacketView view)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var subject = new VoteSubject.Packet(view.Content, view.Bounds!);
        return new(People.Id($"vote {person.Id}"), person.Vote(subject, VoteTerms.Of(view.Ref.Owner, view.Assessment!), now));
    }
}
