using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Atomic groups on the ledger: none is sent before all can be, and then all in one append of the owner.</summary>
public sealed class GroupTests
{
    [Fact]
    public void Group_AllPayeesAgree_IsSentInOneCommand()
    {
        var run = Group().Reserved();
        Offers(run).Should().HaveCount(2);
        run.Owed.Values.OfType<Effect.TellAccount>().Should().NotContain(e => e.Command is AccountCommand.SendTransfer);
        run.Answer(Offers(run)[0], PacketRun.Done);
        (run.Stage("x"), run.Stage("y")).Should().Be(("agreed", "offered"));
        run.Events.Should().NotContain(e => e is PacketEvent.GroupStarted, "one payee has not answered");
        run.Answer(Offers(run)[0], PacketRun.Done);
        var send = run.Account<AccountCommand.SendGroup>();
        send.Command.Transfers.Select(transfer => transfer.Leg.Leg).Should().Equal("x", "y");
        run.Answer(send.Intent, PacketRun.Done);
        run.Leg("x", new LegProgress.Delivered());
        run.Leg("y", new LegProgress.Delivered());
        run.Name.Should().Be("settled");
    }

    [Fact]
    public void Group_OnePayeeCannotAccept_SendsNothing()
    {
        var run = Group().Reserved();
        run.Answer(Offers(run)[0], PacketRun.Done);
        run.Answer(Offers(run)[0], PacketRun.No(RejectionCode.NotRegistered));
        run.Events.Should().NotContain(e => e is PacketEvent.GroupStarted);
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("x"), run.Stage("y")).Should().Be(("invalidated", "released", "released"));
    }

    [Fact]
    public void Group_OwnerRefusesTheSending_ReleasesAll()
    {
        var run = Group().Reserved();
        foreach (var offer in Offers(run)) run.Answer(offer, PacketRun.Done);
        run.Answer(run.Account<AccountCommand.SendGroup>().Intent, PacketRun.No(RejectionCode.Frozen));
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("x"), run.Stage("y")).Should().Be(("invalidated", "released", "released"));
    }

    [Fact]
    public void Group_OneLegWaits_HoldsAllBack()
    {
        var run = new PacketRun(Transfer("a", 5), Plans.In("g", PacketRun.Pay("x")), Plans.In("g", PacketRun.Pay("y", "a"))).Reserved();
        Offers(run).Should().BeEmpty("y waits for a, and x for y");
        run.Settle("a");
        Offers(run).Should().HaveCount(2);
    }

    [Fact]
    public void Cancel_WhilePayeesAreAsked_ReleasesAll()
    {
        var run = Group().Reserved();
        run.Accept(new PacketCommand.Cancel(Id("c"), "no"));
        foreach (var offer in Offers(run)) run.Answer(offer, PacketRun.Done);
        run.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("cancelled");
        run.Events.Should().NotContain(e => e is PacketEvent.GroupStarted);
    }

    [Fact]
    public void Group_OnAChain_RunsOneLegAfterTheOther()
    {
        var run = Undoable().Reserved();
        (run.Stage("a"), run.Stage("b"), run.Stage("undo-a")).Should().Be(("submitted", "waiting", "waiting"));
        run.Settle("a");
        (run.Stage("a"), run.Stage("b")).Should().Be(("settled", "submitted"));
        run.Settle("b").AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("undo-a")).Should().Be(("settled", "released"), "what is not needed holds nothing any more");
    }

    [Fact]
    public void Group_LaterLegFails_IsUndone()
    {
        var run = Undoable().Reserved().Settle("a").LaneDoes();
        run.Leg("b", new LegProgress.Reverted(PacketRun.In("b", succeeded: false)));
        run.Stage("undo-a").Should().Be("waiting", "b is not released yet");
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("undo-a")).Should().Be(("compensating", "submitted"));
        run.Settle("undo-a").Name.Should().Be("compensated");
        run.State.Rejection!.Code.Should().Be(RejectionCode.SimulationFailed, "the failure that it answered is told");
    }

    [Fact]
    public void Compensation_OfAnEarlierLeg_WaitsForThatOfALaterOne()
    {
        var run = new PacketRun();
        run.Content = Plans.Undoable(
            run.Content, "a", Plans.In("g", Transfer("a", 1)), Plans.In("g", Transfer("b", 1)), Plans.In("g", Transfer("c", 1)),
            Transfer("undo-b", 1) with { Compensates = "b" });
        run.Reserved().Settle("a").Settle("b").LaneDoes();
        run.Leg("c", new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")));
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Stage("undo-b"), run.Stage("undo-a")).Should().Be(("submitted", "waiting"));
        run.Settle("undo-b");
        run.Stage("undo-a").Should().Be("submitted");
        run.Settle("undo-a").Name.Should().Be("compensated");
    }

    [Fact]
    public void Compensation_Fails_LeavesThePacketPartiallySettled()
    {
        var run = Failed();
        run.LaneDoes().Leg("undo-a", new LegProgress.Refused(new(RejectionCode.Frozen, "a", "b")));
        run.AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("partially-settled");
    }

    [Fact]
    public void Compensation_PacketIsLate_StillRunsUntilItsOwnDeadline()
    {
        var run = Undoable().Reserved().Settle("a").LaneDoes();
        run.Leg("b", new LegProgress.Signed(PacketRun.In("b").TxHash));
        run.Pass(Span.Hours(48));
        run.LaneDoes().Leg("b", new LegProgress.Impossible(PacketRun.In("b") with { TxHash = PacketRun.Hash("no-op") }, 9));
        run.AccountDoes<AccountCommand.ReleaseLeg>().Stage("undo-a").Should().Be("submitted");
        run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<Grains.Interfaces.Lanes.LaneCommand.Submit>()
            .Which.Intent.SettleBefore.Should().Be(run.Content.CompensateBefore!.Value);
        run.LaneDoes().Leg("undo-a", new LegProgress.Signed(PacketRun.In("undo-a").TxHash));
        run.Pass(Span.Hours(23)).Should().BeEmpty("it has an hour left");
        run.Pass(Span.Hours(1)).OfType<PacketEvent.LegCloseRequested>().Should().ContainSingle().Which.Leg.Should().Be((Name)"undo-a");
    }

    [Fact]
    public void Compensation_TooLate_IsReleased()
    {
        var run = Undoable().Reserved().Settle("a").LaneDoes();
        run.Leg("b", new LegProgress.Signed(PacketRun.In("b").TxHash));
        run.Pass(Span.Hours(72));
        run.LaneDoes().Leg("b", new LegProgress.Impossible(PacketRun.In("b") with { TxHash = PacketRun.Hash("no-op") }, 9));
        run.AccountDoes<AccountCommand.ReleaseLeg>().AccountDoes<AccountCommand.ReleaseLeg>().Name.Should().Be("partially-settled");
    }

    [Fact]
    public void Compensation_NothingSettled_IsReleased()
    {
        var run = Undoable().Reserved().LaneDoes();
        run.Leg("a", new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")));
        for (var i = 0; i < 3; i++) run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("b"), run.Stage("undo-a")).Should().Be(("invalidated", "released", "released"));
        run.Events.OfType<PacketEvent.LegStarted>().Should().ContainSingle();
    }

    private static PacketRun Failed()
    {
        var run = Undoable().Reserved().Settle("a").LaneDoes();
        run.Leg("b", new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")));
        return run.AccountDoes<AccountCommand.ReleaseLeg>();
    }

    private static PacketRun Group() => new(Plans.In("g", PacketRun.Pay("x")), Plans.In("g", PacketRun.Pay("y")));

    private static PacketRun Undoable()
    {
        var run = new PacketRun();
        run.Content = Plans.Undoable(run.Content, "a", Plans.In("g", Transfer("a", 5)), Plans.In("g", Transfer("b", 1)));
        return run;
    }

    private static string[] Offers(PacketRun run) =>
        [.. run.Owed.Where(o => o.Value is Effect.TellAccount { Command: AccountCommand.OfferTransfer }).Select(o => o.Key)];
}
