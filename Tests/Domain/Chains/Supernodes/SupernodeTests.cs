using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Chains.Supernodes;

/// <summary>A node's standing: in service, cordoned by a person, or quarantined for good.</summary>
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
    public void Events_Stored_ReadForEver()
    {
        Accept(Register("acme"));
        Accept(new SupernodeCommand.Cordon(Id("c"), "op", "maintenance")).Should().ContainSingle();
        Accept(new SupernodeCommand.Cordon(Id("c2"), "op", "again")).Should().BeEmpty();
        _state.Standing.Should().Be("cordoned");
        Accept(new SupernodeCommand.Uncordon(Id("u"), "op")).Should().ContainSingle();
        _state.Standing.Should().Be("in-service");
        Accept(new SupernodeCommand.Quarantine(Id("q"), "block 7", new byte[] { 1 }));
        GoldenFiles.ShouldHold("supernode", SupernodeJson.Default.SupernodeEvent, _events);
    }

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
