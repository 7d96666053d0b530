using TPWallet.Domain.Lanes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>State × command → outcome, as a file (Tests/Domain/Lanes/lane-table.txt), and a stored file of each event.</summary>
public sealed class LaneTableTests
{
    private static readonly (string Name, Func<LaneRun> Reach)[] _states =
    [
        ("no leg", () => new LaneRun()),
        ("queued", () => new LaneRun().Submit("a")),
        ("claimed", () => new LaneRun().Submit("a").Facts()),
        ("priced", () => new LaneRun().Submit("x", "a").Facts().Price("a")),
        ("signing", () => new LaneRun().Submit("a").Facts().Price("a")),
        ("signed", () => new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch()),
        ("accepted", () => new LaneRun().Broadcast("a")),
        ("closing", () => Then(new LaneRun().Broadcast("a"), run => run.Close("a")).Sign("a").Watch()),
        ("mined", () => Then(new LaneRun().Broadcast("a"), run => run.Mined("a"))),
        ("final", () => Then(new LaneRun().Broadcast("a"), run => run.Final("a"))),
        ("taken, lane stopped", () => Then(new LaneRun().Broadcast("a"), run => run.Observe("a", n => Conflict(n, Hash(run), "thief")))),
    ];

    [Fact]
    public void States_EveryCommand_DoWhatTheTableSays() => OutcomeTable.ShouldBe(
        "Tests/Domain/Lanes/lane-table.txt",
        _states.Select(state => (state.Name, Commands(state.Reach()).Select(row => (row.Name, Outcome(state.Reach(), row.Command))))));

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        var closed = new LaneRun().Broadcast("a");
        closed.Close("a");
        closed.RefuseToSign("a");
        closed.Told("a");
        closed.Mined("a");
        closed.Unmined("a");
        closed.Final("a");
        var lookedUp = new LaneRun().Submit("a").Facts().Price("a").Sign("a").Watch().Sent("a", new BroadcastOutcome.MaybeMined());
        var stopped = new LaneRun().Broadcast("a").Submit("b");
        stopped.Observe("a", n => Conflict(n, Hash(stopped), "thief"));
        stopped.Observe("a", n => new WatchReport.Unmined(n, Hash(stopped), LaneRun.Hash("block 9")));
        stopped.Accept(new LaneCommand.Resume(Id("r"), new(LaneRun.Hash("owner")), LaneRun.Hash("thief"), "c1"));
        var restored = new LaneRun();
        RestoreTests.Recover(restored);
        RestoreTests.Page(restored, 7, RestoreTests.Signed("a", 3, 9));
        RestoreTests.Page(restored, null);
        GoldenFiles.ShouldHold("lane", LaneJson.Default.LaneEvent, new[] { closed, lookedUp, stopped, restored }.SelectMany(run => run.Events));
    }

    private static string Outcome(LaneRun run, Func<LaneRun, LaneCommand> command) => run.Describe(run.Decide(command(run)));

    private static IEnumerable<(string Name, Func<LaneRun, LaneCommand> Command)> Commands(LaneRun at)
    {
        var leg = LaneRun.Ref("a");
        yield return ("Submit", _ => new LaneCommand.Submit(Id("1"), LaneRun.Intent("a")));
        yield return ("Submit another leg", _ => new LaneCommand.Submit(Id("2"), LaneRun.Intent("z")));
        yield return ("Close", _ => new LaneCommand.Close(Id("3"), leg, "closed"));
        yield return ("Facts", _ => new LaneCommand.RecordFacts(Id("4"), LaneRun.FirstNonce, Ether, LaneRun.Market(40), false));
        yield return ("Terms", _ => new LaneCommand.RecordTerms(Id("5"), leg, LaneRun.Terms.GasLimit, LaneRun.Market(LaneRun.Terms)));
        foreach (var (name, outcome) in new (string, SignOutcome)[]
                 {
                     ("signed", new SignOutcome.Signed(HexBytes.Empty, LaneRun.Hash("v"))),
                     ("refused", new SignOutcome.Refused(new(RejectionCode.SignerRefused, "a", "b"))),
                     ("no answer", new SignOutcome.NoAnswer("?")),
                 })
            yield return ($"Signing: {name}", _ => new LaneCommand.RecordSigning(Id("6"), leg, false, outcome));
        foreach (var (name, outcome) in new (string, BroadcastOutcome)[]
                 {
                     ("accepted", new BroadcastOutcome.Accepted(["n"])),
                     ("maybe mined", new BroadcastOutcome.MaybeMined()),
                     ("underpriced", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b"))),
                     ("refused", new BroadcastOutcome.Refused(new(RejectionCode.NodeRefused, "a", "b"))),
                     ("unknown", new BroadcastOutcome.Unknown("?")),
                 })
            yield return ($"Broadcast: {name}", run => new LaneCommand.RecordBroadcast(Id("9"), leg, Hash(run), outcome));
        yield return ("Observed: mined", run => Seen(new WatchReport.Mined(99, In(run, "block 2"))));
        yield return ("Observed: unmined", run => Seen(new WatchReport.Unmined(99, Hash(run), LaneRun.Hash("block 1"))));
        yield return ("Observed: final", run => Seen(new WatchReport.Final(99, In(run, "block 1"))));
        yield return ("Observed: foreign conflict", run => Seen(Conflict(99, Hash(run), "thief")));
        yield return ("Resume", _ => new LaneCommand.Resume(Id("11"), new(LaneRun.Hash("owner")), LaneRun.Hash("thief"), "c1"));
        yield return ("Tick after a minute", run => Later(run, Span.Seconds(60)));
        yield return ("Tick after settle-before", run => Later(run, Span.Hours(48)));
        yield return ("Acknowledge unknown", _ => new LaneCommand.Acknowledge(Id("10"), "nothing/7", new CommandReply.Accepted(1, [])));
    }

    private static LaneCommand.RecordObservation Seen(WatchReport report) => new(Id("seen"), LaneRun.Ref("a"), report);

    private static LaneCommand.Tick Later(LaneRun run, Span time)
    {
        run.Now += time;
        return new(Id("tick"));
    }

    private static WatchReport.Conflicted Conflict(int number, Bytes32 hash, string by) =>
        new(number, hash, new(Chain, LaneRun.Hash(by), new(9, LaneRun.Hash("block 9")), true, 1));

    private static Inclusion In(LaneRun run, string block) => new(Chain, Hash(run), new(100, LaneRun.Hash(block)), true, 2_000_000);

    private static Bytes32 Hash(LaneRun run) => run.State.Find(LaneRun.Ref("a"))?.Signed?.Newest.TxHash ?? LaneRun.Hash("none");

    private static LaneRun Then(LaneRun run, Action<LaneRun> action)
    {
        action(run);
        return run;
    }
}
