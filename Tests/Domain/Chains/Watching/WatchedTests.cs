using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Chains.Watching;

/// <summary>A transaction in and out of the chain, and who hears of it.</summary>
public sealed class WatchedTests
{
    private static readonly Bytes32 _tx = WatchedRun.Tx;

    private static readonly AccountId _account = new(Hash("account"));

    private static readonly EffectResult _done = new EffectResult.Replied(new CommandReply.Accepted(1, []));

    private static readonly WatchSubject.LaneEntry _lane = new(Chain, AddressOf("hot"), 7, new(new(_account, "p"), "a"));

    [Fact]
    public void Included_AndFinal_AreReportedInOrder()
    {
        var run = Watched(_lane);
        run.Accept(new WatchedCommand.RecordMempool(Id("m"))).Should().ContainSingle();
        run.Owed.Should().BeEmpty("seen is worth nothing (field note 22)");
        run.Accept(Included("b1"));
        run.Accept(Final("b1"));
        run.Told().Should().Equal(new WatchReport.Mined(1, In("b1")), new WatchReport.Final(2, In("b1")));
    }

    [Fact]
    public void Included_InAnotherBlock_IsUnminedAndMined() // field notes 11 and 33
    {
        var run = Watched(_lane);
        run.Accept(Included("b1"));
        run.Accept(Included("b1")).Should().BeEmpty();
        run.Accept(Included("b2"));
        run.Told().Select(r => r.GetType().Name).Should().Equal("Mined", "Unmined", "Mined");
        run.Refuse(Final("b1")).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Removed_OtherBlock_ChangesNothing()
    {
        var run = Watched(_lane);
        run.Accept(Included("b1"));
        run.Accept(Removed("b2")).Should().BeEmpty();
        run.Accept(Removed("b1")).Should().ContainSingle();
        run.Accept(Removed("b1")).Should().BeEmpty();
    }

    [Fact]
    public void Report_Unheard_HoldsBackTheNext()
    {
        var run = Watched(_lane);
        run.Accept(Included("b1"));
        run.Accept(Removed("b1"));
        var (intent, _) = run.Owes<Effect.TellLane>();
        run.Answer(intent, new EffectResult.NoAnswer("busy"));
        run.Owes<Effect.TellLane>().Intent.Should().Be(intent);
        run.Answer(intent, _done);
        run.Owes<Effect.TellLane>().Intent.Should().NotBe(intent);
    }

    [Fact]
    public void Watch_AfterTheFact_HearsWhatIsKnown() // field note 8: receipts do not depend on when one asks
    {
        var run = new WatchedRun();
        run.Accept(Included("b1"));
        run.Accept(Final("b1"));
        run.Accept(Watch(_lane));
        run.Told().Should().ContainSingle().Which.Should().BeOfType<WatchReport.Final>();
        run.Refuse(Watch(_lane with { Nonce = 8 })).Code.Should().Be(RejectionCode.IntentConflict);
        run.Accept(Watch(_lane)).Should().BeEmpty();
    }

    [Fact]
    public void Conflict_Final_IsKeptWithTheOtherTransaction() // field notes 23 and 24
    {
        var run = Watched(_lane);
        var by = In("b1") with { TxHash = Hash("other") };
        run.Accept(new WatchedCommand.RecordConflict(Id("c"), by));
        run.Told().Should().ContainSingle().Which.Should().BeOfType<WatchReport.Conflicted>().Which.By.Should().Be(by);
        WatchedDecider.View(run.State)!.ConflictedBy.Should().Be(by.TxHash);
        run.Accept(new WatchedCommand.RecordConflict(Id("c2"), by)).Should().BeEmpty();
        run.Refuse(new WatchedCommand.RecordConflict(Id("c3"), In("b1"))).Code.Should().Be(RejectionCode.ProofInvalid);
        run.Accept(Included("b2"));
        run.Told()[^1].Should().BeOfType<WatchReport.Mined>("the conflict was reorganised away");
    }

    [Fact]
    public void Conflict_ItsBlockIsReorganisedAway_IsToldAsUnmined()
    {
        var run = Watched(_lane);
        var by = In("b1") with { TxHash = Hash("other") };
        run.Accept(new WatchedCommand.RecordConflict(Id("c"), by));
        run.Accept(Removed("b2")).Should().BeEmpty("another block");
        run.Accept(Removed("b1"));
        run.Told()[^1].Should().BeOfType<WatchReport.Unmined>().Which.LostBlock.Should().Be(Block("b1").Hash);
        WatchedDecider.View(run.State)!.Stage.Should().Be("unseen");
    }

    [Fact]
    public void Deposit_Mined_IsCreditedOnlyWhenFinal() // field note 22: unconfirmed is never spendable
    {
        var run = Watched(new WatchSubject.Incoming([Deposit(3, "b1")]));
        run.Accept(Included("b1"));
        run.Owed.Should().BeEmpty();
        run.Accept(Final("b1"));
        run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.CreditDeposit>().Which.Deposit.Should().Be(Deposit(3, "b1"));
        run.Answer<Effect.TellAccount>(_done);
        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Deposit_LostAfterFinal_IsReversedAfterItsCredit() // field note 11
    {
        var run = Watched(new WatchSubject.Incoming([Deposit(3, "b1")]));
        run.Accept(Included("b1"));
        run.Accept(Final("b1"));
        run.Accept(Removed("b1"));
        run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.CreditDeposit>("a reversal never overtakes its credit");
        run.Answer<Effect.TellAccount>(_done);
        run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.ReverseDeposit>()
            .Which.LostBlock.Should().Be(Block("b1").Hash);
        run.Answer<Effect.TellAccount>(_done);
        run.Accept(Watch(new WatchSubject.Incoming([Deposit(3, "b2")])));
        run.Accept(Included("b2"));
        run.Accept(Final("b2"));
        run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.CreditDeposit>().Which.Deposit.Block.Should().Be(Block("b2"));
    }

    [Fact]
    public void Deposit_OfAFailedOrOtherInclusion_IsNotCredited()
    {
        var failed = Watched(new WatchSubject.Incoming([Deposit(3, "b1")]));
        failed.Accept(new WatchedCommand.RecordIncluded(Id("i"), In("b1") with { Succeeded = false }));
        failed.Accept(Final("b1"));
        failed.Owed.Should().BeEmpty();
        var moved = Watched(new WatchSubject.Incoming([Deposit(3, "b1")]));
        moved.Accept(Included("b2"));
        moved.Accept(Final("b2"));
        moved.Owed.Should().BeEmpty("the final block has not shown it");
        moved.Accept(Watch(new WatchSubject.Incoming([Deposit(3, "b2")])));
        moved.Owes<Effect.TellAccount>();
    }

    [Fact]
    public void Watch_ForeignFacts_AreRefused()
    {
        var run = new WatchedRun();
        WatchedDecider.View(run.State).Should().BeNull();
        run.Refuse(new WatchedCommand.Watch(Id("w"), Chain, Hash("other"), _lane)).Code.Should().Be(RejectionCode.WrongChain);
        run.Refuse(Watch(new WatchSubject.Incoming([Deposit(1, "b1") with { TxHash = Hash("other") }]))).Code.Should().Be(RejectionCode.WrongChain);
        run.Refuse(new WatchedCommand.RecordIncluded(Id("i"), In("b1") with { TxHash = Hash("other") })).Code.Should().Be(RejectionCode.ProofInvalid);
        var many = Enumerable.Range(0, WatchedState.MaxDeposits + 1).Select(i => Deposit(i, "b1")).ToImmutableArray();
        run.Refuse(Watch(new WatchSubject.Incoming(many))).Code.Should().Be(RejectionCode.TooLarge);
    }

    [Fact]
    public void Tick_LongAfterFinal_LetsTheTrackerForget()
    {
        var run = Watched(_lane);
        run.Accept(Included("b1"));
        run.Accept(Final("b1"));
        run.Told();
        run.Pass(WatchedState.WatchedFor).Should().ContainSingle();
        run.Owes<Effect.TellTracker>().Effect.Command.Should().BeOfType<TrackerCommand.Forget>();
        run.Answer<Effect.TellTracker>(_done);
        (run.Owed.Count, WatchedDecider.NextWake(run.State)).Should().Be((0, null));
        run.Accept(Removed("b1"));
        run.Told().Should().ContainSingle().Which.Should().BeOfType<WatchReport.Unmined>("even then a reorg is told");
    }

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void Facts_RandomAndTwice_ReportRisingNumbersAndCreditOnce() => Prop.ForAll(Gen.Choose(0, 999).ArrayOf(40).ToArbitrary(), sequence =>
    {
        var run = Watched(_lane);
        run.Accept(Watch(new WatchSubject.Incoming([Deposit(3, "b0"), Deposit(3, "b1")])));
        var last = 0;
        var credited = 0;
        foreach (var choice in sequence)
        {
            var block = $"b{choice / 10 % 3}";
            WatchedCommand command = (choice % 5) switch
            {
                0 => Included(block),
                1 => Removed(block),
                2 => Final(block),
                3 => Watch(new WatchSubject.Incoming([Deposit(3, block)])),
                _ => new WatchedCommand.RecordConflict(Id("c" + block), In(block) with { TxHash = Hash("other") }),
            };
            _ = run.Do(command);
            var before = run.Events.Count;
            _ = run.Do(command);
            run.Events.Skip(before).Should().BeEmpty("{0} was decided before", command);
            foreach (var report in run.Told())
            {
                report.Number.Should().BeGreaterThan(last);
                last = report.Number;
            }

            while (run.Owed.Values.OfType<Effect.TellAccount>().SingleOrDefault() is { } told)
            {
                credited += told.Command is AccountCommand.CreditDeposit ? 1 : -1;
                credited.Should().BeInRange(0, 1);
                run.Answer<Effect.TellAccount>(_done);
            }

            if (credited == 1) run.State.Stage.Should().BeOfType<WatchedStage.Final>("what is not final is not credited");
            if (run.State.Stage is WatchedStage.Final final && run.State.Deposits[3].Block == final.In.Block) credited.Should().Be(1);
        }
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        var run = Watched(_lane);
        run.Accept(Watch(new WatchSubject.Incoming([Deposit(3, "b1")])));
        run.Accept(new WatchedCommand.RecordMempool(Id("m")));
        run.Accept(Included("b1"));
        run.Pass(WatchedState.AskAfter);
        run.Answer<Effect.TellTracker>(_done);
        run.Accept(Final("b1"));
        run.Answer<Effect.TellAccount>(_done);
        run.Told();
        run.Pass(WatchedState.WatchedFor);
        run.Answer<Effect.TellTracker>(_done);
        run.Accept(new WatchedCommand.RecordConflict(Id("c"), In("b2") with { TxHash = Hash("other") }));
        GoldenFiles.ShouldHold("watched", WatchedJson.Default.WatchedEvent, run.Events);
    }

    /// <summary>
    /// Found by the simulation (seeds 94 and 143): a reorg while the tracker was down, or an activation that others had overtaken, left a transaction
    /// mined in a block that was gone, and nobody asked any more. And another (seeds 41025 and 50671): one version was signed after another had its nonce in
    /// a final block, which no block to come tells of.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NotSettledForLong_AsksTheTrackerMoreAndMoreSeldomAndNotForEver(bool isMined)
    {
        var run = Watched(_lane);
        if (isMined)
        {
            run.Pass(new Span(WatchedState.AskAfter.Ms - 1)).Should().BeEmpty();
            run.Accept(Included("b1"));
        }

        run.Told();
        for (var asked = 0; asked < WatchedState.MaxAsked; asked++)
        {
            run.Pass(new Span((WatchedState.AskAfter.Ms << asked) - 1)).Should().BeEmpty();
            run.Pass(new Span(1)).Should().ContainSingle().Which.Should().BeOfType<WatchedEvent.LookupAsked>();
            var command = run.Owes<Effect.TellTracker>().Effect.Command.Should().BeOfType<TrackerCommand.WatchTransaction>().Subject;
            (command.TxHash, command.From, command.Nonce).Should().Be((_tx, (Address?)_lane.From, (ulong?)_lane.Nonce));
            command.IsLookup.Should().BeTrue("how deep it must be only its lane knows");
            run.Answer<Effect.TellTracker>(_done);
            run.Owed.Should().BeEmpty();
        }

        run.Pass(WatchedState.WatchedFor).Should().BeEmpty();
        run.Accept(isMined ? Final("b1") : new WatchedCommand.RecordConflict(Id("c"), In("b1") with { TxHash = Hash("other") }));
        run.State.AskAt.Should().BeNull();
        run.State.Asked.Should().Be(0, "it is settled");
    }

    private static Bytes32 Hash(string text) => Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static BlockRef Block(string name) => new(100, Hash(name));

    private static Inclusion In(string block) => new(Chain, _tx, Block(block), true, 42_000);

    private static Deposit Deposit(int log, string block) => new(Chain, _tx, log, Block(block), _account, AddressOf("hot"), new(Token, 9));

    private static WatchedCommand Watch(WatchSubject subject) => new WatchedCommand.Watch(Id("watch"), Chain, _tx, subject);

    private static WatchedCommand Included(string block) => new WatchedCommand.RecordIncluded(Id("i" + block), In(block));

    private static WatchedCommand Removed(string block) => new WatchedCommand.RecordRemoved(Id("r" + block), Block(block));

    private static WatchedCommand Final(string block) => new WatchedCommand.RecordFinal(Id("f" + block), Block(block));

    private static WatchedRun Watched(WatchSubject subject)
    {
        var run = new WatchedRun();
        run.Accept(Watch(subject));
        return run;
    }
}
