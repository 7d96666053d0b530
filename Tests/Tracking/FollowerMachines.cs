using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Tracking;

/// <summary>The real machines of one chain's tracker and watchers around a follower, without grains between them.</summary>
internal abstract class FollowerMachines(ChainId chain) : IFollowerHost
{
    private readonly Dictionary<Bytes32, WatchedState> _watchers = [];

    public TrackerState State { get; private set; } = TrackerState.Empty;

    public List<(string Code, string Subject, string Detail)> Incidents { get; } = [];

    /// <summary>How often a watcher was told anything.</summary>
    public int Told { get; private set; }

    /// <summary>Where a block is followed it does not matter what an account does with a deposit.</summary>
    public bool ScreensDeposits => false;

    public bool TellsStranded { get; set; } = true;

    protected ChainId Chain => chain;

    public Task SubmitAsync(Func<Guid, TrackerCommand> command)
    {
        Decide(command(Guid.NewGuid()));
        return Task.CompletedTask;
    }

    /// <summary>A watcher that takes nothing.</summary>
    public Bytes32? Refusing { get; init; }

    public Task TellAsync(Bytes32 transaction, Func<Guid, WatchedCommand> command)
    {
        if (transaction == Refusing) throw new IOException("refused");
        Told++;
        var decision = WatchedDecider.Decide(Watcher(transaction), command(Guid.NewGuid()), default);
        if (decision is Decision<WatchedEvent>.Refuse refuse) throw new IOException(refuse.Rejection.ToString());
        foreach (var @event in ((Decision<WatchedEvent>.Accept)decision).Events)
            _watchers[transaction] = WatchedDecider.Evolve(Watcher(transaction), @event, default);
        return Task.CompletedTask;
    }

    public Task<BlockRef?> StandingAsync(Bytes32 transaction) => Task.FromResult(Watcher(transaction).Stage.Inclusion?.Block);

    public Task<Inclusion?> ConflictAsync(Bytes32 transaction) => Task.FromResult((Watcher(transaction).Stage as WatchedStage.Conflicted)?.By);

    public void Raise(string code, string subject, string detail) => Incidents.Add((code, subject, detail));

    /// <summary>What accounts were told of.</summary>
    public List<(AccountId Account, AccountIncident Incident)> Heard { get; } = [];

    public Task RaiseAsync(AccountIncident incident, ImmutableArray<AccountId> accounts, string detail)
    {
        Raise(incident.Code.ToString(), $"{incident.Chain}/{incident.Transaction}", detail);
        Heard.AddRange(accounts.Select(account => (account, incident)));
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<AccountId>> AccountsOfAsync(Bytes32 transaction) => Task.FromResult(WatchedDecider.AccountsOf(Watcher(transaction)));

    protected WatchedState Watcher(Bytes32 transaction) => _watchers.GetValueOrDefault(transaction) ?? WatchedDecider.Empty($"{Chain}/{transaction}");

    protected void Decide(TrackerCommand command)
    {
        foreach (var @event in TrackerDecider.Decide(State, command, default).Should().BeOfType<Decision<TrackerEvent>.Accept>().Subject.Events)
            State = TrackerDecider.Evolve(State, @event, default);
    }
}
