using System.Text.Json;
using TPWallet.Chains.Bitcoin;
using TPWallet.Client;
using TPWallet.Client.Batches;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>Several drafts as one packet: what is paid, to whom and within which budget stays as it was; only the transactions are fewer.</summary>
public sealed class PacketGathererTests : IDisposable
{
    private static readonly ChainId _coins = BitcoinChain.Regtest.Id;
    private static readonly Address _hot = People.AddressOf("hot");
    private static readonly Address _contract = People.AddressOf("multisend");
    private static readonly Dictionary<ChainId, Address> _contracts = new() { [People.Chain] = _contract };

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-gather-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Gather_OfPaymentsOnBothChains_MakesOneTransactionOfEach_AndPaysTheSame()
    {
        var drafts = new[]
        {
            Draft("rent", Pay("a", "shop", new(People.Eth, 5), 100), Pay("b", "cook", Sats(7_000), 1_900)),
            Draft("food", Pay("a", "cook", new(People.Token, 7), 200), Pay("b", "baker", Sats(8_000), 1_800), new Leg.LedgerTransfer("c", [], new(Canonical.Hash(Bodies.Packet)), new(People.Eth, 9))),
            Draft("fuel", Pay("a", "shop", new(People.Token, 3), 300), Pay("b", "smith", Sats(9_000), 1_700)),
        };
        var packet = PacketGatherer.Gather("all", drafts, _contracts).OrThrow();
        packet.Legs.Select(leg => leg.Id.Value).Should().Equal("2-c", "batch-approve-1", "batch", "batch-2");
        var batch = (Leg.ContractCall)packet.Legs[2];
        MultiSend.Read(batch)!.Value.Should().Equal(
            new BatchPayment(People.AddressOf("shop"), new(People.Eth, 5)), new BatchPayment(People.AddressOf("cook"), new(People.Token, 7)),
            new BatchPayment(People.AddressOf("shop"), new(People.Token, 3)));
        batch.After.Should().Equal((Name)"batch-approve-1");
        (((Leg.ContractCall)packet.Legs[1]).Fee.Max + batch.Fee.Max).Should().Be((UInt256)600, "no budget grows by being shared");
        var coins = (Leg.CoinPayments)packet.Legs[3];
        coins.Payees.Select(payee => payee.Value).Should().Equal(7_000, 8_000, 9_000);
        (coins.From, coins.Fee.Max).Should().Be((_hot, (UInt256)5_400));
        (packet.Ref.Owner, packet.Revision, packet.OpenBefore).Should().Be((drafts[0].Ref.Owner, 1, drafts[0].OpenBefore));
    }

    [Fact]
    public void Gather_LeavesAlone_WhatDependsOnSomethingOrIsAloneOnItsChainOrItsContract()
    {
        var drafts = new[]
        {
            Draft("one", Pay("first", "shop", new(People.Eth, 5), 100), Pay("then", "cook", new(People.Eth, 6), 100) with { After = ["first"] }),
            Draft("two", Pay("slow", "cook", new(People.Eth, 7), 100) with { Finality = new(9) }, Pay("coin", "cook", Sats(7_000), 1_900)),
            Draft("three", Pay("same", "cook", Sats(7_000), 1_900), Pay("alone", "shop", new(People.Eth, 8), 100)),
        };
        var packet = PacketGatherer.Gather("all", drafts, _contracts).OrThrow();
        packet.Legs.Select(leg => leg.Id.Value).Should().Equal(["1-first", "1-then", "2-slow", "2-coin", "3-same", "3-alone"], "two of one payee cannot be told apart in one transaction");
        packet.Legs[1].After.Should().Equal((Name)"1-first");
        ((Leg.ChainTransfer)packet.Legs[5]).Should().Be((Leg.ChainTransfer)drafts[2].Legs[1] with { Id = "3-alone", After = packet.Legs[5].After });
        var plain = new[] { Draft("one", Pay("a", "shop", new(People.Eth, 5), 100)), Draft("two", Pay("a", "cook", new(People.Eth, 6), 100)) };
        PacketGatherer.Gather("all", plain, new Dictionary<ChainId, Address>()).OrThrow().Legs.Should().HaveCount(2, "no contract is known there");
        PacketGatherer.Gather("all", plain, _contracts, least: 3).OrThrow().Legs.Should().HaveCount(2, "a batch of two is not wanted");
        PacketGatherer.Gather("all", plain, _contracts).OrThrow().Legs.Should().ContainSingle();
    }

    [Fact]
    public void Gather_OfAllocations_KeepsEveryShareAndFee()
    {
        PacketContent Shared(string name, ulong paid, ulong fee) => Draft(name, Pay("a", name + "-payee", new(People.Eth, paid), 100)) with
        {
            Allocations = [new(new(People.Eth, paid + fee), fee, [new("a", paid)], "a")],
        };

        var packet = PacketGatherer.Gather("all", [Shared("one", 50, 1), Draft("none", Pay("a", "shop", new(People.Eth, 5), 100)), Shared("two", 70, 2)], _contracts).OrThrow();
        var allocation = packet.Allocations.Should().ContainSingle().Subject;
        (allocation.Input.Value, allocation.OperatorFee, allocation.Remainder.Value).Should().Be(((UInt256)123, (UInt256)3, "batch"));
        allocation.Shares.Should().Equal(new Share("batch", 120));
        packet.Legs.Select(leg => leg.Id.Value).Should().Equal(["2-a", "batch"], "what no allocation covers is not mixed with what one does");
        PacketForm.Check(packet).Should().BeNull();
    }

    [Fact]
    public void Gather_BeyondTheRoomOfOneTransaction_MakesTwo()
    {
        var drafts = Enumerable.Range(0, 3).Select(d => Draft(
            $"d{d}", [.. Enumerable.Range(0, 30).Select(i => Pay($"p{i}", $"payee {d} {i}", Sats(1_000), 1_500))])).ToArray();
        var packet = PacketGatherer.Gather("all", drafts, _contracts).OrThrow();
        packet.Legs.Cast<Leg.CoinPayments>().Select(leg => leg.Payees.Length).Should().Equal(64, 26);
    }

    [Fact]
    public void Gather_OfTwoBatchesThatPayOneToken_GivesTheSecondItsAllowanceAfterTheFirst()
    {
        var drafts = Enumerable.Range(0, 3).Select(d => Draft(
            $"d{d}", [.. Enumerable.Range(0, 30).Select(i => Pay($"p{i}", $"payee {d} {i}", new(People.Token, 1), 100))])).ToArray();
        var packet = PacketGatherer.Gather("all", drafts, _contracts).OrThrow();
        packet.Legs.Select(leg => leg.Id.Value).Should().Equal("batch-approve-1", "batch", "batch-2-approve-1", "batch-2");
        packet.Legs[0].After.Should().BeEmpty();
        packet.Legs[2].After.Should().Equal([(Name)"batch"], "an allowance replaces the one before it");
    }

    [Fact]
    public void Gather_OfWhatIsNoOnePacket_SaysWhy()
    {
        var one = Draft("one", Pay("a", "shop", new(People.Eth, 5), 100));
        Refusal([one]).Code.Should().Be(RejectionCode.Malformed);
        Refusal([one, one]).Expected.Should().Be("each draft once", "it would be paid twice");
        Refusal([one, Draft("two", Pay("a", "shop", new(People.Eth, 5), 100)) with { Proposer = "ben" }]).Actual.Should().Contain("ben");
        Refusal([one, Draft("zero", Pay("a", "shop", new(People.Eth, 0), 100))]).Should().Match<Rejection>(why => why.Code == RejectionCode.ZeroAmount && why.Actual.Contains("zero"));
        Refusal([one, Draft("two", Pay(new string('a', 63), "shop", new(People.Eth, 5), 100) with { Finality = new(9) })]).Code.Should().Be(RejectionCode.TooLarge);

        static Rejection Refusal(PacketContent[] drafts) =>
            PacketGatherer.Gather("all", drafts, _contracts).Should().BeOfType<Answer<PacketContent>.Refused>().Subject.Rejection;
    }

    [Fact]
    public async Task Gather_OnTheCommandLine_WritesThePacket_OrSaysWhyNot()
    {
        await using var host = await GatewayHost.StartAsync();
        string[] files = [await WriteAsync("one"), await WriteAsync("two")];
        var run = await CommandRun.OfAsync(host, ["packet", "gather", .. files, "--packet", "all", "--contract", $"{People.Chain}={_contract}", "--out", At("all.json")]);
        run.Code.Should().Be(0, run.Error);
        var packet = JsonSerializer.Deserialize(await File.ReadAllTextAsync(At("all.json")), ContractJson.Default.PacketContent)!;
        packet.Should().BeEquivalentTo(new { Ref = new { Id = (Name)"all" } });
        MultiSend.Read((Leg.ContractCall)packet.Legs.Single())!.Value.Should().HaveCount(2);
        var wrong = await CommandRun.OfAsync(host, ["packet", "gather", .. files, "--packet", "all", "--contract", "somewhere", "--out", At("none.json")]);
        (wrong.Code, File.Exists(At("none.json"))).Should().Be((2, false));
        wrong.Error.Should().Contain("is not CHAIN=ADDRESS");
    }

    private async Task<string> WriteAsync(string name)
    {
        var draft = Draft(name, Pay("a", name, new(People.Eth, 5), 100));
        await File.WriteAllTextAsync(At($"{name}.json"), JsonSerializer.Serialize(draft, ContractJson.Default.PacketContent));
        return At($"{name}.json");
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static PacketContent Draft(string name, params ImmutableArray<Leg> legs) =>
        Bodies.Packet with { Ref = new(Bodies.Packet.Ref.Owner, name), Legs = legs, Allocations = [] };

    private static Leg Pay(string id, string to, Amount amount, ulong fee) => new Leg.ChainTransfer(id, [], _hot, People.AddressOf(to), amount, new(fee));

    private static Amount Sats(ulong value) => new(AssetId.Native(_coins), value);
}
