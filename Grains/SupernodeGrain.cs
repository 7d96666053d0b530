using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Supernode machine; score and last error are measured by the pool, not journalled.</summary>
[Reentrant]
public sealed class SupernodeGrain(ShellServices services, ChainSet chains)
    : MachineGrain<SupernodeDecider, SupernodeState, SupernodeCommand, SupernodeEvent>(services, _codec), ISupernodeGrain
{
    private static readonly MachineCodec<SupernodeState, SupernodeCommand, SupernodeEvent> _codec =
        new(SupernodeJson.Default.SupernodeCommand, SupernodeJson.Default.SupernodeEvent, null);

    private readonly ServiceReports _reports = new();
    private readonly JournalClock _clock = services.Clock;
    private RelayDesk? _relay;

    /// <summary>A cordon acts on this silo's pool at once; the others hear of it at their next look (NodeRegister).</summary>
    public new async Task<CommandReply> Submit(SupernodeCommand command)
    {
        var reply = await base.Submit(command);
        if (reply is CommandReply.Accepted && State.Chain is { } chain) chains.NodesOf(chain)?.Cordon(State.Node, State.IsCordoned);
        return reply;
    }

    public Task<NodeView?> Read()
    {
        if (State.Chain is not { } chain) return Task.FromResult<NodeView?>(null);
        var health = chains.NodesOf(chain)?.Members.FirstOrDefault(n => n.Node.Name == State.Node).Health;
        return Task.FromResult<NodeView?>(new(
            State.Node.ToString(), State.Organisation.ToString(), State.Standing, health?.Score ?? 0, null, health?.LastError?.ToString(), State.IsCordoned,
            State.Cause?.Fact, State is { Contradiction: null, Standstill: not null }));
    }

    public Task ReportService(Guid silo, NodeService counts)
    {
        _reports.Take(silo, counts);
        return Task.CompletedTask;
    }

    public Task<ServiceLine?> ReadService() => Task.FromResult(
        State.Chain is not null && _reports.Sum is { } sum ? new ServiceLine(State.Node, State.Organisation, sum) : null);

    public Task RecordRelayed(Relayed sent) => Relay.RecordAsync(sent);

    public Task LookAtRelay(Name organisation) => Relay.LookAsync(organisation);

    public Task<RelayLine?> ReadRelay() => Task.FromResult(_relay?.Line);

    private RelayDesk Relay => _relay ??= new(this.GetPrimaryKeyString(), GrainFactory, _clock);

    public Task<NodeEvidence?> ReadEvidence() => Task.FromResult(State is { Chain: { } chain, Cause: { } cause }
        ? new NodeEvidence(chain, State.Node, State.Organisation, cause.Fact, cause.Evidence, cause.Since)
        : null);
}
