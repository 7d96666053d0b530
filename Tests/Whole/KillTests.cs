using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// A payment whose process dies again and again, each time between an effect and the record of its result (an append that is never answered), and
/// is started anew on the same folder. The user repeats the same commands with the same ids, as an SDK does.
/// </summary>
public sealed class KillTests
{
    private const int MinKills = 20;
    private const int MaxKills = 200;

    [Fact]
    public async Task Payment_ProcessDiesAtEveryFewAppends_SettlesOnceAndLosesNothing()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var (payment, folder) = await PrepareAsync(anvil);
        var kills = 0;
        for (var settled = false; !settled; kills++)
        {
            kills.Should().BeLessThan(MaxKills, "each life makes some progress");
            await using var system = await WholeSystem.StartAsync(anvil, folder);
            // The whole takes more appends than the first lives have together. Starting again and new final blocks cost appends too, so later
            // lives grow until one reaches the end.
            settled = await payment.LiveAsync(system, appends: kills <= MinKills ? 1 + (kills % 2) : 1 + (kills % 4) + (kills / 20));
        }

        kills.Should().BeGreaterThan(MinKills);
        await using var last = await WholeSystem.StartAsync(anvil, folder);
        (await last.OnChainAsync(Payment.Shop)).Should().Be(People.Ether, "it was paid once");
        var ledger = await last.AvailableAsync(payment.Payer, People.Eth) + await last.AvailableAsync(payment.Payee, People.Eth);
        ledger.Should().Be(await last.OnChainAsync(payment.Hot));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(Payment Payment, string Folder)> PrepareAsync(Anvil anvil)
    {
        await using var system = await WholeSystem.StartAsync(anvil);
        var payer = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        var payee = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payee"));
        var hot = await system.CreateKeyAsync(payer, "hot");
        await system.FundAsync(payer, hot, People.Ether * 10);
        return (new Payment(payer, payee, hot), system.Folder);
    }

    /// <summary>One payment as its user sees it; every command has one id for ever.</summary>
    private sealed class Payment(AccountId payer, AccountId payee, Address hot)
    {
        public static readonly Address Shop = People.AddressOf("shop");

        private readonly PacketContent _content = new(
            new(payer, "pay-1"),
            1,
            People.Olga.Id,
            [
                new Leg.ChainTransfer("coin", [], hot, Shop, new(People.Eth, People.Ether), new(UInt256.Parse("1000000000000000"))),
                new Leg.LedgerTransfer("gift", ["coin"], payee, new(People.Eth, People.Ether * 2)),
            ],
            [],
            Now() + Span.Hours(1),
            Now() + Span.Hours(2));

        private readonly Dictionary<Name, PacketCommand> _votes = [];

        public AccountId Payer => payer;

        public AccountId Payee => payee;

        public Address Hot => hot;

        /// <summary>One life of the process: true when the packet settled, false when it died.</summary>
        public async Task<bool> LiveAsync(WholeSystem system, int appends)
        {
            system.DieAfter(appends);
            var life = DriveAsync(system);
            return await Task.WhenAny(life, system.Died) == life && await life;
        }

        private async Task<bool> DriveAsync(WholeSystem system)
        {
            var packet = system.Packet(_content.Ref);
            await packet.Submit(new PacketCommand.Draft(People.Id("draft"), _content));
            await packet.Submit(new PacketCommand.Propose(People.Id("propose"), 1));
            await system.UntilAsync(async () => (await packet.Read())!.State is not ("draft" or "proposed"), "the assessment");
            foreach (var person in (Person[])[People.Ana, People.Ben]) await packet.Submit(VoteOf(person, (await packet.Read())!));
            while ((await packet.Read())!.State != "settled")
            {
                await system.Anvil.MineAsync();
                var before = (await packet.Read())!.Version;
                await system.UntilAsync(
                    async () => (await system.Tracker().Read()).Head?.Number == await HeightAsync(system)
                        || (await packet.Read())!.Version != before,
                    "the new block to be seen");
            }

            return true;
        }

        private PacketCommand VoteOf(Person person, PacketView view)
        {
            if (_votes.TryGetValue(person.Id, out var vote)) return vote;
            var subject = new VoteSubject.Packet(view.Content, view.Bounds!);
            vote = new PacketCommand.CastVote(
                People.Id($"vote {person.Id}"), person.Vote(subject, VoteTerms.Of(view.Ref.Owner, view.Assessment!), Now()));
            return _votes[person.Id] = vote;
        }

        private static async Task<ulong> HeightAsync(WholeSystem system) =>
            (await system.Anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;

        private static Instant Now() => new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }
}
