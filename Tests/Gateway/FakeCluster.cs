using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Tests.Gateway;

/// <summary>
/// Stands where the grains are, for what only the gateway decides: it writes down every command that gets through, and answers as the test says.
/// </summary>
internal sealed class FakeCluster : IClusterClient
{
    /// <summary>Every command that reached a grain, with the grain's key.</summary>
    public ConcurrentQueue<(string Grain, ICommand Command)> Seen { get; } = new();

    /// <summary>What a grain answers.</summary>
    public Func<ICommand, Task<CommandReply>> Answer { get; set; } = _ => Task.FromResult<CommandReply>(new CommandReply.Accepted(1, ["done"]));

    public Func<AccountView?> Account { get; set; } = () => null;

    public Func<PacketView?> Packet { get; set; } = () => null;

    public AccountLineage? Lineage { get; set; }

    public Func<string, EvidenceReply> Evidence { get; set; } =
        packet => new EvidenceReply.Refused(new(RejectionCode.NotFound, $"packet {packet}", "none"));

    public IServiceProvider ServiceProvider => throw new NotSupportedException("The gateway has no business with the host's services.");

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        object grain = typeof(TGrainInterface) == typeof(IAccountGrain) ? new AccountGrain(this, primaryKey)
            : typeof(TGrainInterface) == typeof(ITokenPacketGrain) ? new PacketGrain(this, primaryKey)
            : typeof(TGrainInterface) == typeof(IEvidenceGrain) ? new EvidenceGrain(this, primaryKey)
            : typeof(TGrainInterface) == typeof(IChainTrackerGrain) ? new ChainGrain(primaryKey)
            : throw new NotSupportedException($"The gateway has no business with {typeof(TGrainInterface).Name}.");
        return (TGrainInterface)grain;
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    private Task<CommandReply> Take(string grain, ICommand command)
    {
        Seen.Enqueue((grain, command));
        return Answer(command);
    }

    private sealed class AccountGrain(FakeCluster cluster, string key) : IAccountGrain
    {
        public Task<CommandReply> Submit(AccountCommand command) => cluster.Take(key, command);

        public Task<AccountView?> Read() => Task.FromResult(cluster.Account());

        public Task<Assessment> Assess(PacketContent content, EffectBounds bounds, ImmutableArray<Vote> votes) => throw new NotSupportedException();

        public Task<AccountLineage?> ReadLineage() => Task.FromResult(cluster.Lineage);

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class PacketGrain(FakeCluster cluster, string key) : ITokenPacketGrain
    {
        public Task<CommandReply> Submit(PacketCommand command) => cluster.Take(key, command);

        public Task<PacketView?> Read() => Task.FromResult(cluster.Packet());

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class EvidenceGrain(FakeCluster cluster, string key) : IEvidenceGrain
    {
        public Task<EvidenceReply> Build() => Task.FromResult(cluster.Evidence(key));
    }

    private sealed class ChainGrain(string key) : IChainTrackerGrain
    {
        public Task<CommandReply> Submit(TrackerCommand command) => throw new NotSupportedException();

        public Task<ChainView> Read() => Task.FromResult(new ChainView(ChainId.Parse(key), null, null, false, null, 0, 0, 0));

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }
}
