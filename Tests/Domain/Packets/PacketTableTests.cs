using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>State × command → outcome, as a file (Tests/Domain/Packets/packet-table.txt), and a stored file of each event.</summary>
public sealed class PacketTableTests
{
    private static readonly (string Name, Func<PacketRun> Reach)[] _states =
    [
        ("absent", () => new PacketRun()),
        ("draft", () => Then(new PacketRun(), run => run.Accept(new PacketCommand.Draft(Id("draft"), run.Content)))),
        ("proposed, simulating", () => new PacketRun().Propose()),
        ("proposed, scoring", () => new PacketRun().Propose().Simulated()),
        ("proposed, assessing", () => Then(new PacketRun().Propose().Simulated(), run => run.Scored(run.Score()))),
        ("approving, one vote", () => new PacketRun().Open().Vote(Ana)),
        ("held", Held),
        ("timelocked", () => new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.TimeLocked, Ana, Ben)),
        ("approved, simulating again", () => new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben)),
        ("approved, reserving", () => new PacketRun().Approved()),
        ("frozen", () => Then(
            new PacketRun().Approved(), run => run.Answer(run.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.Frozen)))),
        ("reserved", () => new PacketRun().Reserved().LaneDoes()),
        ("signed", () => Then(new PacketRun().Reserved().LaneDoes(), run => run.Leg("a", new LegProgress.Signed(PacketRun.In("a").TxHash)))),
        ("broadcasting, mined", () => new PacketRun().Reserved().Mine("a")),
        ("cancelling", () => Then(new PacketRun().Reserved().LaneDoes(), run => run.Accept(new PacketCommand.Cancel(Id("c"), "no")))),
        ("asking payees", () => Group().Reserved()),
        ("compensating", Compensating),
        ("settled", () => new PacketRun().Reserved().Settle("a")),
        ("rejected", () => new PacketRun().Propose().Simulated().Judged(PacketRun.Assessment(Verdict.Denied))),
    ];

    [Fact]
    public void States_EveryCommand_DoWhatTheTableSays() => OutcomeTable.ShouldBe(
        "Tests/Domain/Packets/packet-table.txt",
        _states.Select(state => (state.Name, Commands(state.Reach()).Select(row => (row.Name, Outcome(state.Reach(), row.Command))))));

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        var settled = new PacketRun(Transfer("a", 5), Transfer("b", 6)).Open().Vote(Ana, Ben).Judged(Verdict.TimeLocked, Ana, Ben);
        settled.Answer<Effect.Announce>(new EffectResult.Done());
        settled.Pass(Span.Hours(2));
        settled.Simulated();
        settled.Answer(settled.Account<AccountCommand.Reserve>().Intent, PacketRun.No(RejectionCode.Frozen));
        settled.Pass(PacketState.FrozenFor);
        settled.Judged(Verdict.Allowed, Ana, Ben).Simulated();
        settled.Answer(settled.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        settled.Settle("a").Leg("b", new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")));
        settled.AccountDoes<AccountCommand.ReleaseLeg>().Leg("a", new LegProgress.Unmined(PacketRun.In("a").TxHash, PacketRun.Hash("b1")));
        settled.Accept(new PacketCommand.Cancel(Id("c"), "no"));
        var stopped = new PacketRun().Reserved();
        stopped.Answer<Effect.TellLane>(PacketRun.No(RejectionCode.LaneStopped));
        var voided = new PacketRun().Open().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben).Simulated(6);
        var group = Group().Reserved();
        while (group.Owed.FirstOrDefault(o => o.Value is Effect.TellAccount { Command: AccountCommand.OfferTransfer }).Key is { } offer)
            group.Answer(offer, PacketRun.Done);
        var restored = new PacketRun(Transfer("a", 5), Transfer("b", 1));
        foreach (var leg in new Name[] { "a", "b" }) restored.Leg(leg, new LegProgress.Found(restored.Content, PacketRun.Effects()));
        restored.Accept(new PacketCommand.Recover(Id("recover"), 1_800_000_000_000));
        var held = Held();
        held.Answer<Effect.TellCase>(PacketRun.Done);
        held.Accept(new PacketCommand.RecordCase(Id("case"), held.State.Case!.Number, 1, new(["rita", "rob"], RiskAction.Review, held.Now + Span.Hours(1)), false));
        held.Judged(PacketRun.Assessment(Verdict.Denied) with { Denial = new(RejectionCode.RiskUnscored, "a", "b") });
        GoldenFiles.ShouldHold(
            "packet", PacketJson.Default.PacketEvent, new[] { held, settled, stopped, voided, group, restored }.SelectMany(run => run.Events));
    }

    private static string Outcome(PacketRun run, Func<PacketRun, PacketCommand> command) => run.Describe(run.Decide(command(run)));

    private static IEnumerable<(string Name, Func<PacketRun, PacketCommand> Command)> Commands(PacketRun at)
    {
        var next = (at.State.Content?.Revision ?? 0) + 1;
        yield return ("Draft, next revision", run => new PacketCommand.Draft(Id("1"), run.Content with { Revision = next }));
        yield return ("Propose", _ => new PacketCommand.Propose(Id("2"), 1));
        if (at.State.Assessment is not null && at.State.Bounds is not null)
        {
            yield return ("Approve, second member", run => new PacketCommand.CastVote(Id("3"), run.VoteOf(Ben)));
            yield return ("Veto", run => new PacketCommand.CastVote(Id("4"), run.VoteOf(Cleo, VoteDecision.Veto)));
        }

        yield return ("Cancel", _ => new PacketCommand.Cancel(Id("5"), "no"));
        yield return ("Simulated, inside", run => new PacketCommand.RecordSimulation(run.ResultId("simulate"), 1, PacketRun.Effects()));
        yield return ("Simulated, outside", run => new PacketCommand.RecordSimulation(run.ResultId("simulate"), 1, PacketRun.Effects(9)));
        var failure = new Rejection(RejectionCode.SimulationFailed, "a", "b");
        yield return ("Simulation failed", run => new PacketCommand.RecordSimulationFailure(run.ResultId("simulate"), 1, failure));
        yield return ("Scored", run => new PacketCommand.RecordScore(run.ResultId("score"), 1, run.State.Bounds is null ? Held().State.Score! : run.Score()));
        foreach (var verdict in Enum.GetValues<Verdict>())
        {
            yield return ($"Assessed: {verdict}", run => new PacketCommand.RecordAssessment(run.ResultId("assess"), 1, PacketRun.Assessment(verdict) with
            {
                Risk = verdict is Verdict.Held ? _review : null,
            }));
        }

        var number = at.State.Case?.Number ?? 1;
        yield return ("Case: released", run => new PacketCommand.RecordCase(Id("6"), number, 1, new(["rita", "rob"], RiskAction.Review, run.Now + Span.Hours(1)), false));
        yield return ("Case: rejected", _ => new PacketCommand.RecordCase(Id("7"), number, 1, null, true));
        yield return ("Reserved", run => new PacketCommand.RecordReservation(run.ResultId("reserve")));
        foreach (var code in new[] { RejectionCode.Frozen, RejectionCode.QuorumMissing, RejectionCode.ClaimTaken, RejectionCode.InsufficientFunds })
            yield return ($"Reserve: {code}", run => new PacketCommand.RecordReservationRefusal(run.ResultId("reserve"), new(code, "a", "b")));
        foreach (var progress in Progress())
            yield return ($"Leg: {progress.GetType().Name}", _ => new PacketCommand.RecordLeg(Id("14"), "a", progress));
        yield return ("Tick after a minute", run => Later(run, Span.Seconds(60)));
        yield return ("Tick after two hours", run => Later(run, Span.Hours(2)));
        yield return ("Tick after open-before", run => Later(run, Span.Hours(24)));
        yield return ("Tick after settle-before", run => Later(run, Span.Hours(48)));
        yield return ("Acknowledge unknown", _ => new PacketCommand.Acknowledge(Id("15"), "000000000099/post", new CommandReply.Accepted(1, [])));
    }

    private static readonly RiskDemand _review = new(RiskAction.Review, 0, 0, Span.Hours(24));

    private static PacketRun Held()
    {
        var run = new PacketRun().Propose().Simulated();
        return run.Scored(run.Score(_review)).Judged(PacketRun.Assessment(Verdict.Held) with { Risk = _review });
    }

    private static PacketRun Group() => new(Plans.In("g", PacketRun.Pay("x")), Plans.In("g", PacketRun.Pay("a")));

    private static PacketRun Compensating()
    {
        var run = new PacketRun();
        run.Content = Plans.Undoable(run.Content, "z", Plans.In("g", Transfer("z", 5)), Plans.In("g", Transfer("b", 1)), Transfer("a", 1));
        run.Reserved().Settle("z").Settle("a").LaneDoes();
        run.Leg("b", new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")));
        return run.AccountDoes<AccountCommand.ReleaseLeg>().LaneDoes();
    }

    private static LegProgress[] Progress() =>
    [
        new LegProgress.Claimed(8),
        new LegProgress.Signed(PacketRun.Hash("another version")),
        new LegProgress.AcceptedByNode(PacketRun.In("a").TxHash),
        new LegProgress.Mined(PacketRun.In("a")),
        new LegProgress.Unmined(PacketRun.In("a").TxHash, PacketRun.Hash("b1")),
        new LegProgress.Final(PacketRun.In("a")),
        new LegProgress.Reverted(PacketRun.In("a", succeeded: false)),
        new LegProgress.Impossible(PacketRun.In("a"), 9),
        new LegProgress.Refused(new(RejectionCode.SignerRefused, "a", "b")),
        new LegProgress.Delivered(),
    ];

    private static PacketCommand.Tick Later(PacketRun run, Span time)
    {
        run.Now += time;
        return new(Id("tick"));
    }

    private static PacketRun Then(PacketRun run, Action<PacketRun> action)
    {
        action(run);
        return run;
    }
}
