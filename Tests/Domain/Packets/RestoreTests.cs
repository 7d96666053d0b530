using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>A packet whose journal lost its tail: its legs are unknown until looked up, and what was signed of it comes back.</summary>
public sealed class RestoreTests
{
    private const long Epoch = 1_800_000_000_000;

    [Fact]
    public void Recover_LegThatWaited_IsNeitherStartedNorGivenUpBeforeItsLaneAnswers()
    {
        var run = new PacketRun(Transfer("a", 5), PacketRun.After(Transfer("b", 1), "a")).Reserved();
        Recover(run);
        run.Stage("b").Should().Be("unknown");
        var look = run.Owed.Single(owed => owed.Value is Effect.TellLane { Command: LaneCommand.LookUp });
        run.Accept(new PacketCommand.Cancel(NewId(run), "late"));
        run.Stage("b").Should().Be("unknown", "it may be signed, so nothing of it is released");
        run.Answer(look.Key, PacketRun.No(RejectionCode.NotFound));
        run.Stage("b").Should().Be("releasing", "nothing of it was ever signed");
    }

    [Fact]
    public void Recover_LegThatTheLaneKnows_IsFollowed()
    {
        var run = new PacketRun(Transfer("a", 5), PacketRun.After(Transfer("b", 1), "a")).Reserved();
        Recover(run);
        run.Answer(run.Owed.Single(owed => owed.Value is Effect.TellLane { Command: LaneCommand.LookUp }).Key, PacketRun.Done);
        run.Stage("b").Should().Be("submitted");
        run.Leg("b", new LegProgress.Signed(PacketRun.In("b").TxHash));
        run.Stage("b").Should().Be("signed");
    }

    [Fact]
    public void Recover_ReservedAgainAfterTheRestore_LooksBeforeItStarts()
    {
        var run = new PacketRun().Approved();
        Recover(run);
        run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        run.Stage("a").Should().Be("unknown");
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.TellLane>().Which.Command.Should().BeOfType<LaneCommand.LookUp>();
        run.Answer(run.Owed.Keys.Single(), PacketRun.No(RejectionCode.NotFound));
        run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.Submit>();
    }

    [Fact]
    public void Recover_LegOfTheLedger_NeedsNoLook()
    {
        var run = new PacketRun(PacketRun.Pay("l")).Reserved();
        PacketDecider.Recover(run.State, Id("recover"), Epoch).Should().BeNull("both sides of it are in the journal");
    }

    [Fact]
    public void Found_PacketThatIsForgotten_ComesBackWithItsSignedLegAlone()
    {
        var run = new PacketRun(Transfer("a", 5), Transfer("b", 1), PacketRun.Pay("l"));
        run.Leg("a", new LegProgress.Found(run.Content, PacketRun.Effects()));
        (run.Stage("a"), run.Stage("b"), run.Stage("l")).Should().Be(("submitted", "released", "released"));
        var hold = run.Account<AccountCommand.HoldLeg>().Command;
        (hold.Leg, hold.PacketHash).Should().Be((new LegRef(run.Content.Ref, "a"), Canonical.Hash(run.Content)));
        run.Owed.Should().HaveCount(1, "nothing of it is started anew");
        run.Leg("b", new LegProgress.Found(run.Content, PacketRun.Effects()));
        run.Stage("b").Should().Be("submitted", "that leg was signed too");
        run.AccountDoes<AccountCommand.HoldLeg>();
        run.Settle("a").Settle("b").Name.Should().Be("partially-settled");
        run.Refuse(new PacketCommand.Draft(Id("again"), run.Content)).Code.Should().Be(RejectionCode.WrongState, "it is not paid a second time");
    }

    [Fact]
    public void Found_PacketThatExpiredSinceTheRestore_IsFollowed()
    {
        var run = new PacketRun().Open();
        run.Pass(Span.Hours(72));
        run.Name.Should().Be("expired");
        run.Leg("a", new LegProgress.Found(run.Content, PacketRun.Effects()));
        run.AccountDoes<AccountCommand.HoldLeg>().Settle("a").Name.Should().Be("settled");
    }

    [Fact]
    public void Found_LegThatWasReleasedSinceTheRestore_IsHeldAgain()
    {
        var run = new PacketRun().Reserved();
        run.LaneDoes().Leg("a", new LegProgress.Refused(new(RejectionCode.LaneStopped, "a", "b")));
        run.AccountDoes<AccountCommand.ReleaseLeg>().Stage("a").Should().Be("released");
        run.Leg("a", new LegProgress.Found(run.Content, PacketRun.Effects()));
        run.Account<AccountCommand.HoldLeg>();
        run.Stage("a").Should().Be("submitted");
    }

    [Fact]
    public void Found_WhileTheReservationIsDecided_Waits()
    {
        var run = new PacketRun().Approved();
        run.Refuse(new PacketCommand.RecordLeg(NewId(run), "a", new LegProgress.Found(run.Content, PacketRun.Effects()))).Code.Should().Be(RejectionCode.Retry);
    }

    [Fact]
    public void Found_LegThatIsKnown_ChangesNothing()
    {
        var run = new PacketRun().Reserved().Mine("a");
        run.Leg("a", new LegProgress.Found(run.Content, PacketRun.Effects())).Should().BeEmpty();
        run.Refuse(new PacketCommand.RecordLeg(NewId(run), "a", new LegProgress.Found(run.Content with { Proposer = "ben" }, PacketRun.Effects()))).Code
            .Should().Be(RejectionCode.IntentConflict);
    }

    [Fact]
    public void Hold_AccountThatIsForgotten_StaysOwed()
    {
        var run = new PacketRun();
        run.Leg("a", new LegProgress.Found(run.Content, PacketRun.Effects()));
        run.Answer(run.Account<AccountCommand.HoldLeg>().Intent, PacketRun.No(RejectionCode.NotRegistered)).Should().BeEmpty();
        run.Account<AccountCommand.HoldLeg>();
    }

    private static void Recover(PacketRun run) => run.Accept(PacketDecider.Recover(run.State, Id("recover"), Epoch)!);

    private static Guid NewId(PacketRun run) => run.NewId();
}
