using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>What a draft must be before it can be proposed.</summary>
public sealed class DraftTests
{
    public static TheoryData<string, RejectionCode> Malformed => new()
    {
        { "no legs", RejectionCode.TooLarge },
        { "33 legs", RejectionCode.TooLarge },
        { "same id twice", RejectionCode.Malformed },
        { "after an unknown leg", RejectionCode.DependencyUnknown },
        { "after a compensation", RejectionCode.DependencyUnknown },
        { "after itself", RejectionCode.CyclicLegs },
        { "against the order of its group", RejectionCode.CyclicLegs },
        { "after a leg of its atomic group", RejectionCode.CyclicLegs },
        { "group on a chain without compensation", RejectionCode.CompensationMissing },
        { "group of ledger and chain without compensation", RejectionCode.CompensationMissing },
        { "no confirmations", RejectionCode.FinalityTooWeak },
        { "confirmations on the ledger", RejectionCode.Malformed },
        { "instead of a leg of this packet", RejectionCode.LegMismatch },
        { "instead of another owner's leg", RejectionCode.LegMismatch },
        { "two instead of one leg", RejectionCode.LegMismatch },
        { "compensation without deadline", RejectionCode.CompensationInvalid },
        { "deadline without compensation", RejectionCode.CompensationInvalid },
        { "compensation due before the end", RejectionCode.CompensationInvalid },
        { "compensation of nothing", RejectionCode.CompensationInvalid },
        { "compensation of a compensation", RejectionCode.CompensationInvalid },
        { "two compensations of one leg", RejectionCode.CompensationInvalid },
        { "compensation of the last leg", RejectionCode.CompensationInvalid },
        { "compensation with an order", RejectionCode.CompensationInvalid },
        { "compensation with a share", RejectionCode.CompensationInvalid },
        { "after each other", RejectionCode.CyclicLegs },
        { "zero amount", RejectionCode.ZeroAmount },
        { "zero fee budget", RejectionCode.ZeroAmount },
        { "two of an ERC-721", RejectionCode.AssetMismatch },
        { "to itself", RejectionCode.Malformed },
        { "asset of another chain", RejectionCode.WrongChain },
        { "shares below the input", RejectionCode.AllocationMismatch },
        { "remainder outside the shares", RejectionCode.AllocationMismatch },
        { "share that is not the leg's amount", RejectionCode.AllocationMismatch },
        { "settles when it opens", RejectionCode.Malformed },
        { "already over", RejectionCode.DeadlinePassed },
        { "of another owner", RejectionCode.NotFound },
        { "revision 2 first", RejectionCode.StaleVersion },
    };

    [Theory, MemberData(nameof(Malformed))]
    public void Draft_Malformed_IsRefusedWithItsCode(string fault, RejectionCode code)
    {
        var run = new PacketRun();
        run.Refuse(new PacketCommand.Draft(Id("d"), Broken(run.Content, fault))).Code.Should().Be(code);
        run.Events.Should().BeEmpty();
    }

    [Fact]
    public void Draft_SharesAndFeeEqualTheInput_IsTaken()
    {
        var run = new PacketRun(Transfer("a", 5), Transfer("b", 6));
        run.Content = run.Content with { Allocations = [new(new(Eth, 12), 1, [new("a", 5), new("b", 6)], "b")] };
        run.Accept(new PacketCommand.Draft(Id("d"), run.Content)).Should().ContainSingle();
        run.Name.Should().Be("draft");
    }

    [Fact]
    public void Draft_NextRevision_DropsEveryVote() // design: no vote survives a changed hash
    {
        var run = new PacketRun().Open().Vote(Ana);
        var old = run.VoteOf(Ben);
        run.Accept(new PacketCommand.Draft(Id("d2"), run.Content with { Revision = 2, Legs = [Transfer("a", 6)] }));
        run.State.Votes.Should().BeEmpty();
        run.Accept(new PacketCommand.Propose(Id("p2"), 2));
        run.Simulated(6).Judged(Grains.Interfaces.Accounts.Verdict.NeedsVotes);
        run.Refuse(new PacketCommand.CastVote(Id("v"), old)).Code.Should().Be(RejectionCode.VoteVoid);
    }

    [Fact]
    public void Draft_AfterApproval_IsRefused() =>
        new PacketRun().Approved().Refuse(new PacketCommand.Draft(Id("d2"), new PacketRun().Content with { Revision = 2 })).Code
            .Should().Be(RejectionCode.WrongState);

    [Fact]
    public void Propose_OtherRevisionOrState_IsRefused()
    {
        var run = new PacketRun();
        run.Refuse(new PacketCommand.Propose(Id("p"), 1)).Code.Should().Be(RejectionCode.WrongState);
        run.Accept(new PacketCommand.Draft(Id("d"), run.Content));
        run.Refuse(new PacketCommand.Propose(Id("p"), 2)).Code.Should().Be(RejectionCode.StaleVersion);
        run.Now = run.Content.OpenBefore;
        run.Refuse(new PacketCommand.Propose(Id("p"), 1)).Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public void Propose_LedgerLegsOnly_NeedsNoSimulation()
    {
        var run = new PacketRun(PacketRun.Pay("l")).Propose();
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.Score>().Which.Bounds.Addresses.Should().BeEmpty();
    }

    [Fact]
    public void Propose_SimulationFails_Rejects() // field note 4: simulate first
    {
        var run = new PacketRun().Propose();
        run.Answer<Effect.Simulate>(new EffectResult.NoAnswer("no node")).Should().BeEmpty();
        run.Answer<Effect.Simulate>(new EffectResult.Failed(new(RejectionCode.SimulationFailed, "a", "b")));
        (run.Name, run.State.Rejection!.Code).Should().Be(("rejected", RejectionCode.SimulationFailed));
    }

    private static PacketContent Broken(PacketContent good, string fault) => fault switch
    {
        "no legs" => good with { Legs = [] },
        "33 legs" => good with { Legs = [.. Enumerable.Range(0, 33).Select(i => Transfer($"l{i}", 1))] },
        "same id twice" => good with { Legs = [Transfer("a", 1), Transfer("a", 2)] },
        "after a compensation" => Plans.Undoable(good, Transfer("c", 1) with { After = ["undo-a"] }),
        "after itself" => good with { Legs = [PacketRun.After(Transfer("a", 1), "a")] },
        "against the order of its group" => Plans.Undoable(good with { Legs = [] }, undo: "a", legs:
            [PacketRun.After(Transfer("a", 1), "b") with { Group = "g" }, Transfer("b", 1) with { Group = "g" }]),
        "after a leg of its atomic group" => good with { Legs = [PacketRun.Pay("x") with { Group = "g" }, PacketRun.Pay("y", "x") with { Group = "g" }] },
        "group on a chain without compensation" => good with { Legs = [Transfer("a", 1) with { Group = "g" }, Transfer("b", 1) with { Group = "g" }] },
        "group of ledger and chain without compensation" => good with { Legs = [PacketRun.Pay("a") with { Group = "g" }, Transfer("b", 1) with { Group = "g" }] },
        "no confirmations" => good with { Legs = [Transfer("a", 1) with { Finality = new(0) }] },
        "confirmations on the ledger" => good with { Legs = [PacketRun.Pay("a") with { Finality = new(3) }] },
        "instead of a leg of this packet" => good with { Legs = [Transfer("a", 1) with { Replaces = new(new(good.Ref, "b"), Deployment) }] },
        "instead of another owner's leg" => good with
        {
            Legs = [Transfer("a", 1) with { Replaces = new(new(new(PacketRun.Payee, "o"), "b"), Deployment) }],
        },
        "two instead of one leg" => good with
        {
            Legs = [.. new Name[] { "a", "b" }.Select(id => Transfer(id, 1) with { Replaces = new(new(new(good.Ref.Owner, "o"), "b"), Deployment) })],
        },
        "compensation without deadline" => Plans.Undoable(good) with { CompensateBefore = null },
        "deadline without compensation" => good with { CompensateBefore = good.SettleBefore + Span.Hours(1) },
        "compensation due before the end" => Plans.Undoable(good) with { CompensateBefore = good.SettleBefore },
        "compensation of nothing" => Plans.Undoable(good, Transfer("undo-z", 1) with { Compensates = "z" }),
        "compensation of a compensation" => Plans.Undoable(good, Transfer("undo-undo", 1) with { Compensates = "undo-a" }),
        "two compensations of one leg" => Plans.Undoable(good, Transfer("undo-a2", 1) with { Compensates = "a" }),
        "compensation of the last leg" => Plans.Undoable(good, Transfer("undo-b", 1) with { Compensates = "b" }),
        "compensation with an order" => Plans.Undoable(good, undo: null, legs: Transfer("undo-a", 1) with { Compensates = "a", After = ["a"] }),
        "compensation with a share" => Plans.Undoable(good) with { Allocations = [new(new(Eth, 2), 0, [new("undo-a", 2)], "undo-a")] },
        "after an unknown leg" => good with { Legs = [PacketRun.After(Transfer("a", 1), "zz")] },
        "after each other" => good with { Legs = [PacketRun.After(Transfer("a", 1), "b"), PacketRun.After(Transfer("b", 1), "a")] },
        "zero amount" => good with { Legs = [Transfer("a", 0)] },
        "zero fee budget" => good with { Legs = [Transfer("a", 1, fee: 0)] },
        "two of an ERC-721" => good with { Legs = [Transfer("a", 2, asset: AssetId.Nft(Chain, "erc721", AddressOf("nft"), 7))] },
        "to itself" => good with { Legs = [new Leg.LedgerTransfer("a", [], good.Ref.Owner, new(Eth, 1))] },
        "asset of another chain" => good with { Legs = [Transfer("a", 1, asset: AssetId.Native(ChainId.Ledger))] },
        "shares below the input" => good with { Allocations = [new(new(Eth, 7), 1, [new("a", 5)], "a")] },
        "remainder outside the shares" => good with { Allocations = [new(new(Eth, 6), 1, [new("a", 5)], "b")] },
        "share that is not the leg's amount" => good with { Allocations = [new(new(Eth, 5), 1, [new("a", 4)], "a")] },
        "settles when it opens" => good with { SettleBefore = good.OpenBefore },
        "already over" => good with { OpenBefore = Start },
        "of another owner" => good with { Ref = new(PacketRun.Payee, "p") },
        "revision 2 first" => good with { Revision = 2 },
        _ => throw new UnreachableException(fault),
    };
}
