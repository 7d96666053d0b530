using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Dapps;

/// <summary>What each part of a trust score is worth, and what holds of any of them. The numbers are those of docs/risk.md.</summary>
public sealed class DappScoreTests
{
    private readonly DappRun _run = new DappRun().Seen(DappRun.Code);

    [Fact]
    public void Contract_OfWhichNothingIsKnown_IsNotTrusted()
    {
        _run.Trust.Should().BeEquivalentTo(new DappTrust(1, 0, []));
        new DappRun().Trust.PerMille.Should().Be(0);
        new DappRun().Seen(null).Trust.PerMille.Should().Be(0, "there is no contract");
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 200)]
    [InlineData(0, 0, 1, 2, 170)]
    [InlineData(0, 0, 11, 0, 0)]
    [InlineData(0, 0, 10_000, 10_000, 0)]
    [InlineData(0, 1, 0, 0, 0)]
    [InlineData(1, 0, 0, 0, 0)]
    public void Audit_ByItsOpenFindings_IsWorthLess(int critical, int high, int medium, int low, int points) =>
        _run.Audited("trail", new(critical, high, medium, low)).Points("audits").Should().Be(points);

    [Fact]
    public void Audits_OfSeveral_CountTwiceAtMostAndEachAuditorByHisWorst()
    {
        _run.Audited("trail").Audited("bits").Audited("third").Points("audits").Should().Be(350);
        var worse = _run.Audit("trail", open: new(0, 0, 5, 0)) with { Report = PacketRun.Hash("another report") };
        _run.Accept(new DappCommand.RecordAudit(_run.Id(), "ops", worse));
        _run.Points("audits").Should().Be(350, "two others found nothing");
        _run.Now += Span.Hours(24 * 366);
        _run.Points("audits").Should().Be(0, "they are over");
    }

    [Theory]
    [InlineData(1, 0, 100)]
    [InlineData(0, 1, 300)]
    public void Finding_GraveAndOpen_KeepsTheWholeDown(int critical, int high, int most)
    {
        _run.Sourced().Audited("trail").Audited("bits");
        _run.Trust.PerMille.Should().Be(600);
        _run.Audited("third", new(critical, high, 0, 0));
        _run.Trust.PerMille.Should().Be(most);
        _run.Points("open-findings").Should().Be(most - 600);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(73, 40)]
    [InlineData(365, 200)]
    [InlineData(10_000, 200)]
    public void Age_FromTheFirstReadingOn_IsWorthMoreForAYear(int days, int points)
    {
        _run.Now += Span.Hours(24 * days);
        _run.Points("age").Should().Be(points);
    }

    [Fact]
    public void Age_ByAClaim_IsNeverGreater()
    {
        _run.Sourced(deployedAt: new(0));
        _run.Points("age").Should().Be(0, "anybody can claim to be old");
        _run.Now += Span.Hours(24 * 365);
        _run.Points("age").Should().Be(200);
        _run.Sourced(deployedAt: _run.Now - Span.Hours(24 * 73));
        _run.Points("age").Should().Be(40, "who claims to be young may be believed");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 25)]
    [InlineData(1_000, 50)]
    [InlineData(99_999, 75)]
    [InlineData(100_000, 100)]
    [InlineData(DappHolders.Max, 100)]
    public void Holders_AsTheyWereSaid_CountForAMonth(long count, int points)
    {
        _run.Accept(new DappCommand.RecordHolders(_run.Id(), "ops", count));
        _run.Points("holders").Should().Be(points);
        _run.Now += Span.Hours(24 * 30);
        _run.Points("holders").Should().Be(0);
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 0, 10, 0)]
    [InlineData(8, 0, 40, 0)]
    [InlineData(8, 2, 40, -60)]
    [InlineData(0, 3, 0, -300)]
    [InlineData(CallBook.Max, 0, 100, 0)]
    [InlineData(CallBook.Max, CallBook.Max, 100, -150)]
    public void Calls_OfOurOwn_CountByDoublingAndFailuresByTheirShare(int settled, int failed, int calls, int failures)
    {
        var trust = DappScore.Of(DappWeights.Standard, _run.State with { Calls = new(settled, failed, 0, 0, 0) }, _run.Now);
        (Points("calls"), Points("failures")).Should().Be((calls, failures));

        int Points(Name part) => trust.Parts.FirstOrDefault(one => one.Name == part)?.Points ?? 0;
    }

    [Fact]
    public void Incidents_WeighForAYearAndTheSumIsNeverBelowNothing()
    {
        _run.Sourced().Audited("trail");
        _run.Accept(new DappCommand.RecordIncident(_run.Id(), "ops", "it was drained"));
        _run.Trust.PerMille.Should().Be(150);
        for (var i = 0; i < 5; i++) _run.Accept(new DappCommand.RecordIncident(_run.Id(), "ops", "again"));
        (_run.Trust.PerMille, _run.Points("incidents")).Should().Be((0, -1800));
        _run.Now += Span.Hours(24 * 365);
        _run.Points("incidents").Should().Be(0);
    }

    [Fact]
    public void Override_WhileItLasts_StandsInPlaceOfTheScore()
    {
        _run.Sourced();
        _run.Accept(_run.Override(10));
        _run.Trust.Parts.Should().Equal(new TrustPart("override", 10));
        _run.Trust.PerMille.Should().Be(10);
        _run.Now += Span.Hours(24);
        _run.Trust.PerMille.Should().Be(250);
        _run.Accept(_run.Override(DappOverride.MaxTrust));
        _run.Accept(new DappCommand.EndOverride(_run.Id(), "ops"));
        _run.Trust.PerMille.Should().Be(250);
    }

    [Fact]
    public void Claims_OfOneOperatorAlone_AreWorthNoMoreThanHisOverride()
    {
        _run.Sourced().Audited("trail").Audited("bits");
        _run.Accept(new DappCommand.RecordHolders(_run.Id(), "ops", DappHolders.Max));
        _run.Trust.PerMille.Should().Be(DappOverride.MaxTrust);
        _run.Now += Span.Hours(24 * 364);
        _run.Accept(new DappCommand.RecordHolders(_run.Id(), "ops", DappHolders.Max));
        DappScore.Of(DappWeights.Standard, _run.State with { Calls = new(2000, 0, 0, 0, 0) }, _run.Now).PerMille.Should().Be(999);
    }

    [Fact]
    public void Trust_OfAnyCommands_IsWithinItsBoundsReplaysAndEndsWithTheCode() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Steps().ListOf(30).ToArbitrary(), static steps =>
        {
            var run = new DappRun { ChecksSnapshots = false };
            foreach (var step in steps) run.Do(step(run));
            var within = run.Trust.PerMille is >= 0 and <= DappScore.Full && (run.State.Seen?.Code is not null || run.Trust.PerMille == 0);
            var replays = run.Snapshot(run.Replay()) == run.Snapshot(run.State);

            // Holders that were counted before the chain was asked are of the code that it then shows: only a change takes them away.
            if (run.State.Seen is null) run.Seen(DappRun.Code);
            run.Seen(new(PacketRun.Hash("yet another"), null));
            return within && replays && run.Trust.PerMille == 0 && run.State.Audits.IsEmpty && run.State.Override is null;
        }));

    [Fact]
    public void Command_Twice_ChangesNothingMoreThanOnceButWhereItIsAnotherWord() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Steps().ListOf(10).ToArbitrary(), static steps =>
        {
            var run = new DappRun { ChecksSnapshots = false };
            foreach (var step in steps)
            {
                var command = step(run);
                run.Do(command);
                if (command is DappCommand.RecordAudit or DappCommand.RecordSource or DappCommand.Override or DappCommand.SeeCode or DappCommand.EndOverride
                    && run.Do(command) is TPWallet.Domain.Machines.Decision<DappEvent>.Accept { Events.IsEmpty: false }) return false;
            }

            return true;
        }));

    private static Gen<Func<DappRun, DappCommand>> Steps() =>
        from code in Gen.Elements(DappRun.Code, DappRun.Code, DappRun.Other)
        from number in Gen.Choose(0, 1200)
        from kind in Gen.Choose(0, 8)
        select (Func<DappRun, DappCommand>)(run => kind switch
        {
            0 => new DappCommand.RecordAudit(run.Id(), "ops", run.Audit($"a{number % 5}", code, new(number % 7 / 6, number % 5 / 4, number % 3, number % 11))),
            1 => new DappCommand.RecordSource(run.Id(), "ops", new(code, null)),
            2 => new DappCommand.RecordHolders(run.Id(), "ops", (long)number * number),
            3 => new DappCommand.RecordIncident(run.Id(), "ops", "again"),
            4 => run.Override(number, code),
            5 => new DappCommand.EndOverride(run.Id(), "ops"),
            6 => new DappCommand.SeeCode(run.Id(), number % 10 == 0 ? null : code),
            7 => new DappCommand.RecordCall(run.Id(), number % 3 > 0),
            _ => new DappCommand.Withdraw(run.Id(), "ops", number % 2 == 0 ? null : PacketRun.Hash($"a{number % 5}'s report"), "so"),
        });
}
