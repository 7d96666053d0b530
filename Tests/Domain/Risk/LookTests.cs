using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>A score is had in the end, also where others push it out of the profile before it is read. Found by seed 20037.</summary>
public sealed class LookTests
{
    private static readonly Guid _effect = People.Id("look");

    private readonly RiskRun _run = new();

    [Fact]
    public async Task Score_ThatWasPushedOut_IsMadeAgain()
    {
        var profile = new Profile(_run);
        var payment = _run.Inflow(1, RiskRun.Stranger);
        // The look is recorded, its reader dies, and others come.
        (await AssessAsync(profile, payment)).Should().NotBeNull();
        for (var i = 0; i < RiskProfileState.MaxPending; i++) _run.Deposit(1, RiskRun.Stranger);
        _run.State.PendingOf(payment.Id).Should().BeNull();
        (await AssessAsync(profile, payment)).Should().NotBeNull("who asks again gets a score");
    }

    [Fact]
    public async Task Score_ThatIsStillThere_IsNotMadeAgain()
    {
        var profile = new Profile(_run);
        var payment = _run.Inflow(1, RiskRun.Stranger);
        await AssessAsync(profile, payment);
        var events = _run.Events.Count;
        (await AssessAsync(profile, payment)).Should().NotBeNull();
        _run.Events.Should().HaveCount(events);
    }

    private async Task<PendingRisk?> AssessAsync(IRiskProfileGrain profile, RiskPayment payment) =>
        (await RiskEnds.AssessAsync(profile, _effect, payment, _run.Context, RiskSettings.Default)).Scored;

    /// <summary>The profile's grain: a command that it knows is answered as before.</summary>
    private sealed class Profile(RiskRun run) : IRiskProfileGrain
    {
        private readonly HashSet<Guid> _known = [];

        public Task<CommandReply> Submit(RiskProfileCommand command)
        {
            if (_known.Add(command.CommandId)) run.Accept(command);
            return Task.FromResult<CommandReply>(new CommandReply.Accepted(run.Events.Count, []));
        }

        public Task<ImmutableArray<PendingRisk>> ReadPending() => Task.FromResult(RiskProfileDecider.Pending(run.State));

        public Task<RiskScore?> ReadScore(Guid payment) => Task.FromResult(run.State.PendingOf(payment)?.Score);

        public Task<RiskProfileView> Read() => Task.FromResult(RiskProfileDecider.View(run.State, run.Now));

        public Task<Instant?> Wake(int attempts) => Task.FromResult<Instant?>(null);
    }
}
