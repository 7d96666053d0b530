using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>Two silos of different releases: what the older one cannot read is not written before it has left.</summary>
public sealed class GenerationTests
{
    [Fact]
    public async Task NewEvent_WhileAnOlderSiloLives_IsRefusedAndThenWritten()
    {
        var store = new MemoryStore { IsShared = true };
        await using var silo = await SiloBench.StartAsync(store, generation: EventGenerations.First);
        var account = Canonical.AccountId(People.StandardGenesis);
        (await silo.Tell(account, new AccountCommand.Register(Guid.NewGuid(), People.StandardGenesis, People.Prove(People.StandardGenesis, People.All))))
            .ShouldBeAccepted();
        var stop = new AccountCommand.StopByOperator(Guid.NewGuid(), "ops", "odd withdrawals");
        (await silo.Tell(account, stop)).ShouldBeRefused(RejectionCode.UpgradeUnderway).Expected.Should().Contain("generation 2");
        (await silo.DiskAsync(account)).Stop.Should().BeNull("a row of it would stop the stream in the older silo");
        silo.Generation.RaiseTo(2);
        (await silo.Tell(account, stop)).ShouldBeAccepted();
        var reason = (await silo.DiskAsync(account)).Stop!.Reason;
        (await silo.Texts.OpenAsync(account, reason, CancellationToken.None)).Should().Be("odd withdrawals");
    }

    /// <summary>An older silo takes a kept refusal for an acceptance: until it has left, a refusal is what it was before.</summary>
    [Fact]
    public async Task KeptRefusal_WhileAnOlderSiloLives_IsARefusalWithoutARow()
    {
        var store = new MemoryStore { IsShared = true };
        await using var silo = await SiloBench.StartAsync(store, generation: EventGenerations.First);
        var claim = new TallyCommand.Claim(Guid.NewGuid(), TallyMachine.Limit + 1);
        (await silo.Tell(claim)).ShouldBeRefused(RejectionCode.HardLimit);
        (await silo.TallyRowsAsync()).Should().BeEmpty();
        silo.Generation.RaiseTo(EventGenerations.KeptRefusals);
        (await silo.Tell(claim)).ShouldBeRefused(RejectionCode.HardLimit);
        (await silo.TallyRowsAsync()).Should().ContainSingle().Which.Type.Should().Be("shell.refused");
    }

    [Fact]
    public void Generation_OfTheFirstRelease_IsWhatNobodyNames() =>
        EventGenerations.Of("account", "Registered").Should().Be(EventGenerations.First);
}
