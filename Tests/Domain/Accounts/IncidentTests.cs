using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Incidents of watching in an account's own events: seen, bounded, and never more than news.</summary>
public sealed class IncidentTests
{
    [Fact]
    public void Incident_Told_IsSeenAndMovesNothing()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether));
        var (ledger, freeze) = (run.Open.Ledger, run.Open.Freeze);
        var told = Told();
        run.Accept(told).Should().Equal(new AccountEvent.IncidentTold(told.Incident));
        AccountViews.View(run.State, 1, default)!.Incidents.Should().ContainSingle().Which.Incident.Should().Be(told.Incident);
        (run.Open.Ledger, run.Open.Freeze).Should().Be((ledger, freeze));
        AccountDecider.GenerationOf(new AccountEvent.IncidentTold(told.Incident)).Should().Be(EventGenerations.First, "the catalogue names the type");
        EventGenerations.Of("account", "IncidentTold").Should().Be(EventGenerations.Incidents);
        AccountDecider.GenerationOf(new AccountEvent.IncidentTold(told.Incident with { Channel = new Bytes32((UInt256)7) })).Should().Be(EventGenerations.Books, "older builds refuse the field");
        run.ShouldReplay();
    }

    [Fact]
    public void Incidents_OfAPool_AreToldOnlySoOftenInAnHour()
    {
        var run = AccountRun.Registered();
        for (var i = 0; i < AccountState.MaxIncidents; i++) run.Accept(Told(i)).Should().ContainSingle();
        run.Accept(Told(99)).Should().BeEmpty("a stranger can make as many as he likes, for nothing");
        run.Accept(Told(100, inBlock: true)).Should().ContainSingle("what a block shows has cost somebody, and may cost the account");
        run.Open.Incidents.Should().HaveCount(AccountState.MaxIncidents);
        run.Now += Span.Hours(1);
        run.Accept(Told(101)).Should().ContainSingle();
        run.ShouldReplay();
    }

    internal static AccountCommand.RecordIncident Told(int number = 0, bool inBlock = false) => new(Id($"incident {number}"), new("watch.rival-in-pool", Chain)
    {
        Transaction = AccountRun.Hash("payment"),
        By = AccountRun.Hash($"rival {number}"),
        Block = inBlock ? AccountRun.Hash("block") : null,
    });
}
