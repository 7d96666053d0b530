using System.Text;
using System.Text.Json;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Storage;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Every event type of accounts and of the fee ledger has a stored file that reads for ever (Tests/Storage/Golden/account).</summary>
public sealed class AccountGoldenTests
{
    private const string Folder = "Tests/Storage/Golden/account/";

    private static readonly string[] _names =
    [
        .. Names(AccountJson.Default.AccountEvent.PolymorphismOptions!), .. Names(AccountJson.Default.RevenueEvent.PolymorphismOptions!),
    ];

    public static TheoryData<string> Types => [.. _names];

    [Theory, MemberData(nameof(Types))]
    public void Event_Stored_ReadsAndWritesTheSameBytes(string type)
    {
        var golden = GoldenEvents.Load($"{Folder}1-{type}.json");
        var text = Encoding.UTF8.GetString(golden.Payload);
        var again = type == nameof(RevenueEvent.FeePosted)
            ? JsonSerializer.Serialize(JsonSerializer.Deserialize(text, AccountJson.Default.RevenueEvent)!, AccountJson.Default.RevenueEvent)
            : JsonSerializer.Serialize(JsonSerializer.Deserialize(text, AccountJson.Default.AccountEvent)!, AccountJson.Default.AccountEvent);
        again.Should().Be(text);
    }

    [Fact]
    public void Files_All_AreOfKnownTypes() =>
        Repository.Files.Where(file => file.StartsWith(Folder, StringComparison.Ordinal)).Select(file => GoldenEvents.Load(file).Type)
            .Should().BeSubsetOf(_names);

    /// <summary>Writes a file for each event type that has none yet: run it by hand (TPW_WRITE_GOLDEN=1) after adding an event.</summary>
    [Fact]
    public void Files_NewTypes_AreWrittenOnlyOnDemand()
    {
        var missing = Samples().Where(sample => !Repository.Files.Contains($"{Folder}1-{sample.Type}.json")).ToArray();
        if (Environment.GetEnvironmentVariable("TPW_WRITE_GOLDEN") == "1")
        {
            foreach (var (type, json) in missing)
            {
                var path = Path.Combine(Repository.Root, $"{Folder}1-{type}.json");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, json + "\n");
            }
        }

        missing.Select(sample => sample.Type).Should().BeEmpty();
    }

    /// <summary>One event of each type, out of real decisions.</summary>
    private static IEnumerable<(string Type, string Json)> Samples()
    {
        var fee = new RevenueEvent.FeePosted(
            new(Deployment), new(new(Deployment), "p"), Grains.Interfaces.Ledger.FeeKind.Packing, new(Eth, 5), Postings.Move(new(Eth, 5), Book.FeeTransit, Book.Revenue));
        return Stories().SelectMany(run => run.Events).DistinctBy(@event => @event.GetType())
            .Select(@event => (@event.GetType().Name, AccountRun.Write(@event)))
            .Append((nameof(RevenueEvent.FeePosted), JsonSerializer.Serialize<RevenueEvent>(fee, AccountJson.Default.RevenueEvent)));
    }

    private static IEnumerable<AccountRun> Stories()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 100));
        run.Accept(new AccountCommand.Acknowledge(Id("ack"), "watch/hot", new CommandReply.Accepted(1, [])));
        var other = new AccountId(AccountRun.Hash("payee"));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether), Pay("l", other), Pay("m", other)) with
        {
            Allocations = [new(new(Eth, Ether + 5), 5, [new("a", Ether)], "a")],
        };
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 7));
        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Hash("block tx")));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 8, "tx2") with { Received = [new(Token, 3)] });
        foreach (var leg in new Name[] { "l", "m" }) run.Accept(new AccountCommand.SendTransfer(Id($"s{leg}"), new(packet.Ref, leg), other, new(Eth, Ether)));
        run.Accept(new AccountCommand.CloseTransfer(Id("c"), new(packet.Ref, "l")));
        run.Accept(new AccountCommand.ReturnTransfer(Id("b"), new(packet.Ref, "m"), new(RejectionCode.TransferTombstoned, "a", "b")));
        run.Accept(new AccountCommand.ReceiveTransfer(Id("in"), new(new(other, "x"), "l"), other, new(Eth, 7)));
        var second = Packet(run.Open.Id, "q", Transfer("a", Ether)) with { Allocations = [new(new(Eth, Ether + 5), 5, [new("a", Ether)], "a")] };
        run.Accept(run.Reserve(second, Ana, Ben));
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(second.Ref, "a"), 21_000, "reverted", AccountRun.Inclusion("reverted", 21_000)));
        run.Accept(new AccountCommand.UnreleaseLeg(Id("ur"), new(second.Ref, "a"), AccountRun.Inclusion("reverted", 0).Block.Hash));
        var deposit = run.Deposit(new(Eth, 9), "d");
        run.Accept(AccountRun.Credit(deposit));
        run.Accept(AccountRun.Credit(deposit with { Block = new(2, AccountRun.Hash("b2")) }));
        run.Accept(new AccountCommand.ReverseDeposit(Id("v"), deposit, AccountRun.Hash("b2")));
        yield return run;

        var changes = AccountRun.Registered();
        var allow = new AccountChange.AllowDestination(new(Chain, AddressOf("payee").Value));
        changes.Carry("gone", allow, Ben);
        changes.Now += Span.Hours((30 * 24) + 1);
        changes.Tick();
        var vetoed = changes.Carry("no", allow, Ben);
        changes.Accept(new AccountCommand.VoteOnChange(Id("veto"), "no", changes.Vote(Olga, new TPWallet.Domain.Authority.VoteSubject.Change(vetoed), VoteDecision.Veto)));
        changes.Carry("allow", allow, Ben, Ana, Cleo);
        changes.Now += Span.Hours(13);
        changes.Tick();
        changes.Accept(FreezeTests.Freeze(changes, Olga));
        yield return changes;

        foreach (var incident in Incidents()) yield return incident;

        var nobody = new AccountRun(new(AccountRun.Hash("nobody")));
        nobody.Accept(new AccountCommand.ReceiveTransfer(Id("in"), new(new(other, "x"), "l"), other, new(Eth, 7)));
        yield return nobody;
    }

    private static AccountRun[] Incidents()
    {
        var incident = AccountRun.Funded(new Amount(Eth, Ether * 100));
        var taken = Packet(incident.Open.Id, "p", Transfer("a", Ether));
        incident.Accept(incident.Reserve(taken, Ana, Ben));
        incident.Accept(incident.Post(taken, "a", [new(Eth, Ether * 2)], 7));

        var debtor = AccountRun.Funded(new Amount(Eth, Ether * 3));
        debtor.Accept(debtor.Reserve(Packet(debtor.Open.Id, "p", Transfer("a", Ether)), Ana, Ben));
        debtor.Accept(new AccountCommand.ReverseDeposit(Id("v"), debtor.Open.Deposits.Values.Single().Single(), debtor.Open.Deposits.Values.Single().Single().Block.Hash));
        return [incident, debtor];
    }

    private static Grains.Interfaces.Packets.Leg.LedgerTransfer Pay(Name leg, AccountId to) => new(leg, [], to, new(Eth, Ether));

    private static IEnumerable<string> Names(System.Text.Json.Serialization.Metadata.JsonPolymorphismOptions options) =>
        options.DerivedTypes.Select(type => (string)type.TypeDiscriminator!);
}
