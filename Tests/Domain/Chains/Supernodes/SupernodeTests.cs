using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Chains.Supernodes;

/// <summary>A node's standing: in service, cordoned by a person, quarantined for good, or quarantined until it has caught up.</summary>
public sealed class SupernodeTests
{
    private readonly List<SupernodeEvent> _events = [];
    private SupernodeState _state = SupernodeDecider.Empty($"{Chain}/n1");

    [Fact]
    public void AnyCommand_BeforeItIsRegistered_IsRefused() =>
        Decide(new SupernodeCommand.Cordon(Id("c"), "op", "maintenance")).Should().BeOfType<Decision<SupernodeEvent>.Refuse>()
            .Which.Rejection.Code.Should().Be(RejectionCode.NotFound);

    [Fact]
    public void Register_UnderAnotherOrganisation_IsRefused()
    {
        Accept(Register("acme")).Should().ContainSingle();
        Accept(Register("acme")).Should().BeEmpty();
        Decide(Register("other")).Should().BeOfType<Decision<SupernodeEvent>.Refuse>().Which.Rejection.Code.Should().Be(RejectionCode.AlreadyExists);
    }

    [Fact]
    public void Quarantine_OfALiar_IsForGood()
    {
        Accept(Register("acme"));
        Accept(new SupernodeCommand.Quarantine(Id("q"), "block 7", new byte[] { 1 }));
        Accept(new SupernodeCommand.Uncordon(Id("u"), "op")).Should().BeEmpty();
        _state.Standing.Should().Be("quarantined");
    }

    [Fact]
    public void Quarantine_OfALiar_IsNotEndedByAnOperator()
    {
        Accept(Register("acme"));
        Accept(new SupernodeCommand.Quarantine(Id("q"), "block 7", new byte[] { 1 }));
        Refused(new SupernodeCommand.Reinstate(Id("i"), "op", "it is sorry")).Actual.Should().Be("block 7");
        Accept(new SupernodeCommand.RecordStandstill(Id("s"), "head.stale", new byte[] { 2 })).Should().BeEmpty();
        Accept(new SupernodeCommand.RecordCaughtUp(Id("c"), "at 9")).Should().BeEmpty();
        _state.Cause.Should().Be(new QuarantineCause("block 7", new byte[] { 1 }, Start));
    }

    [Fact]
    public void Standstill_OfANodeThatCatchesUp_EndsByItselfThreeTimesAndThenByAnOperator()
    {
        Accept(Register("acme"));
        for (var times = 0; times < SupernodeState.MaxReturns; times++)
        {
            StandStill($"{times}");
            Accept(new SupernodeCommand.RecordCaughtUp(Id($"c{times}"), "at 9")).Should().ContainSingle();
            _state.Standing.Should().Be("in-service");
        }

        StandStill("again");
        Refused(new SupernodeCommand.RecordCaughtUp(Id("c"), "at 9")).Code.Should().Be(RejectionCode.WrongState);
        Refused(new SupernodeCommand.Reinstate(Id("i0"), "op", "")).Code.Should().Be(RejectionCode.Malformed);
        Accept(new SupernodeCommand.Reinstate(Id("i"), "op", "its peers are back")).Should().ContainSingle();
        Accept(new SupernodeCommand.Reinstate(Id("i2"), "op", "its peers are back")).Should().BeEmpty();
        (_state.Standing, _state.Standstills).Should().Be(("in-service", 0));
    }

    [Fact]
    public void Standstill_OfANodeThatIsCaughtLyingThen_IsForGood()
    {
        Accept(Register("acme"));
        StandStill("s");
        Accept(new SupernodeCommand.Quarantine(Id("q"), "block 7", new byte[] { 1 })).Should().ContainSingle();
        Accept(new SupernodeCommand.RecordCaughtUp(Id("c"), "at 9")).Should().ContainSingle();
        (_state.Standing, _state.Cause!.Fact).Should().Be(("quarantined", "block 7"));
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        Accept(Register("acme"));
        Accept(new SupernodeCommand.Cordon(Id("c"), "op", "maintenance")).Should().ContainSingle();
        Accept(new SupernodeCommand.Cordon(Id("c2"), "op", "again")).Should().BeEmpty();
        _state.Standing.Should().Be("cordoned");
        Accept(new SupernodeCommand.Uncordon(Id("u"), "op")).Should().ContainSingle();
        _state.Standing.Should().Be("in-service");
        StandStill("s1");
        Accept(new SupernodeCommand.RecordCaughtUp(Id("u1"), "at 9"));
        StandStill("s2");
        Accept(new SupernodeCommand.Reinstate(Id("i"), "op", "its peers are back"));
        Accept(new SupernodeCommand.Quarantine(Id("q"), "block 7", new byte[] { 1 }));
        GoldenFiles.ShouldHold("supernode", SupernodeJson.Default.SupernodeEvent, _events);
    }

    private void StandStill(string id)
    {
        Accept(new SupernodeCommand.RecordStandstill(Id(id), "head.stale", new byte[] { 2 })).Should().ContainSingle();
        Accept(new SupernodeCommand.RecordStandstill(Id(id + "again"), "head.stale", new byte[] { 3 })).Should().BeEmpty("it is known");
        _state.Standing.Should().Be("quarantined");
    }

    private Rejection Refused(SupernodeCommand command) => Decide(command).Should().BeOfType<Decision<SupernodeEvent>.Refuse>().Which.Rejection;

    private static SupernodeCommand.Register Register(Name organisation) => new(Id("r"), Chain, "n1", organisation);

    private Decision<SupernodeEvent> Decide(SupernodeCommand command) => SupernodeDecider.Decide(_state, command, Stamp.At(Start));

    private ImmutableArray<SupernodeEvent> Accept(SupernodeCommand command)
    {
        var events = Decide(command).Should().BeOfType<Decision<SupernodeEvent>.Accept>().Which.Events;
        foreach (var @event in events) _state = SupernodeDecider.Evolve(_state, @event, Start);
        _events.AddRange(events);
        return events;
    }
}
