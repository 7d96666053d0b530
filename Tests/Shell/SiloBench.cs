using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Journal;
using TPWallet.Tests.Runtime;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Shell;

/// <summary>
/// One silo with the product's own grains, without the filter that keeps inner commands from clients, so that a test can say what other grains say. Two
/// of them on one store are two silos that do not know each other: each has an activation of the same grain.
/// </summary>
internal sealed class SiloBench : IAsyncDisposable
{
    private static readonly byte[] _key = new byte[JournalSeal.KeySize];

    private SiloBench(MemoryStore store, int generation)
    {
        Generation = new(generation);
        Time.Advance(TimeSpan.FromMilliseconds(People.Start.UnixMs - Time.GetUtcNow().ToUnixTimeMilliseconds()));
        Journal = new(store, new JournalSeal(_key), TimeProvider.System);
        var services = new ShellServices(
            Journal, new JournalClock(Time, default), Effects, Time, NullLoggerFactory.Instance, "test", Guid.NewGuid, ShellTimes.Default)
        {
            Generation = Generation,
            Personal = Texts = new(Journal, new MasterKey(new byte[MasterKey.Size]), RandomNumberGenerator.GetBytes),
        };
        Cluster = new InProcessTestClusterBuilder(1).ConfigureSilo((_, silo) => silo.Services.AddSingleton(services)).Build();
    }

    /// <summary>This silo's clock.</summary>
    public ManualTime Time { get; } = new();

    public MemoryJournal Journal { get; }

    public PersonalTexts Texts { get; }

    /// <summary>Nothing that is owed is ever answered.</summary>
    public SteeredEffects Effects { get; } = new();

    /// <summary>What this silo may write; all that the build knows, unless the test says otherwise before the start.</summary>
    public EventGeneration Generation { get; }

    private InProcessTestCluster Cluster { get; }

    public static async Task<SiloBench> StartAsync(MemoryStore store, int generation = EventGenerations.Reads)
    {
        var bench = new SiloBench(store, generation);
        await bench.Cluster.DeployAsync();
        return bench;
    }

    public Task<CommandReply> Tell(AccountId account, AccountCommand command) =>
        Cluster.Client.GetGrain<IAccountGrain>(account.ToString()).Submit(command);

    /// <summary>Asked by the silo itself, so that what the grain holds comes back and not a copy of it.</summary>
    public Task<AccountLineage?> LineageOf(AccountId account) =>
        Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(account.ToString()).ReadLineage();

    public Task<CommandReply> Tell(string lane, Grains.Interfaces.Lanes.LaneCommand command) => Cluster.Client.GetGrain<ILaneGrain>(lane).Submit(command);

    public Task<CommandReply> Tell(TallyCommand command) => Cluster.Client.GetGrain<ITallyGrain>("one").Submit(command);

    public async Task<IReadOnlyList<JournalRow>> TallyRowsAsync() =>
        await Journal.ReadAsync(StreamId.Of("test", TallyMachine.Kind, "one"), 1, JournalLimits.MaxPage, CancellationToken.None);

    /// <summary>As <see cref="Tell(AccountId, AccountCommand)"/>, until it is known what became of it: an activation that was overtaken says "again".</summary>
    public async Task<CommandReply> Ask(AccountId account, AccountCommand command)
    {
        const int most = 4;
        for (var attempt = 0; attempt < most; attempt++)
        {
            var reply = await Tell(account, command);
            if (reply is not CommandReply.Refused { Rejection.Code: RejectionCode.Retry or RejectionCode.OutcomeUnknown }) return reply;
        }

        throw new InvalidOperationException($"{command} was not decided in {most} attempts.");
    }

    /// <summary>The account as it is on disk.</summary>
    public async Task<AccountState.Open> DiskAsync(AccountId account)
    {
        var mirror = new Mirror(new("test", AccountDecider.Kind, account.ToString()));
        foreach (var row in await Journal.ReadAsync(mirror.Name.Id, 1, JournalLimits.MaxPage, CancellationToken.None))
            mirror.Add(row).Fault.Should().BeNull();
        return (AccountState.Open)mirror.State;
    }

    public async ValueTask DisposeAsync()
    {
        Journal.Kill();
        await Cluster.DisposeAsync();
    }
}
