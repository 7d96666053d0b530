using System.Collections.Immutable;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Gossip;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.KeyBooks;
using TPWallet.Domain.Keys;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Domain.Payments;
using TPWallet.Domain.Peers;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Domain.Risk.Incidents;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Reviews;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Simulation;

/// <summary>A machine as the checks use it: from stored rows to states, without a grain.</summary>
internal abstract class MirroredMachine
{
    private static readonly ImmutableSortedDictionary<string, MirroredMachine> _byKind = new MirroredMachine[]
    {
        new Of<AccountDecider, AccountState, Grains.Interfaces.Accounts.AccountCommand, AccountEvent>(
            new(ContractJson.Default.AccountCommand, AccountJson.Default.AccountEvent, AccountJson.Default.AccountState)),
        new Of<PacketDecider, PacketState, Grains.Interfaces.Packets.PacketCommand, PacketEvent>(
            new(ContractJson.Default.PacketCommand, PacketJson.Default.PacketEvent, PacketJson.Default.PacketState)),
        new Of<KeyDecider, KeyState, Grains.Interfaces.Signing.KeyCommand, KeyEvent>(
            new(ContractJson.Default.KeyCommand, KeyJson.Default.KeyEvent, KeyJson.Default.KeyState)),
        new Of<LaneDecider, LaneState, Grains.Interfaces.Lanes.LaneCommand, LaneEvent>(
            new(ContractJson.Default.LaneCommand, LaneJson.Default.LaneEvent, LaneJson.Default.LaneState)),
        new Of<WatchedDecider, WatchedState, WatchedCommand, WatchedEvent>(
            new(ContractJson.Default.WatchedCommand, WatchedJson.Default.WatchedEvent, WatchedJson.Default.WatchedState)),
        new Of<TrackerDecider, TrackerState, TrackerCommand, TrackerEvent>(
            new(TrackerJson.Default.TrackerCommand, TrackerJson.Default.TrackerEvent, null)),
        new Of<SupernodeDecider, SupernodeState, SupernodeCommand, SupernodeEvent>(
            new(SupernodeJson.Default.SupernodeCommand, SupernodeJson.Default.SupernodeEvent, null)),
        new Of<RevenueDecider, RevenueState, Grains.Interfaces.Ledger.RevenueCommand, RevenueEvent>(
            new(ContractJson.Default.RevenueCommand, AccountJson.Default.RevenueEvent, AccountJson.Default.RevenueState)),
        new Of<RiskProfileDecider, RiskProfileState, Grains.Interfaces.Risk.RiskProfileCommand, RiskProfileEvent>(
            new(ContractJson.Default.RiskProfileCommand, RiskProfileJson.Default.RiskProfileEvent, RiskProfileJson.Default.RiskProfileState)),
        new Of<DappDecider, DappState, Grains.Interfaces.Dapps.DappCommand, DappEvent>(
            new(ContractJson.Default.DappCommand, DappJson.Default.DappEvent, DappJson.Default.DappState)),
        new Of<IncidentDecider, IncidentState, Grains.Interfaces.Risk.IncidentCommand, IncidentEvent>(
            new(ContractJson.Default.IncidentCommand, IncidentJson.Default.IncidentEvent, IncidentJson.Default.IncidentState)),
        new Of<ReviewQueueDecider, ReviewQueueState, Grains.Interfaces.Risk.ReviewQueueCommand, ReviewQueueEvent>(
            new(ContractJson.Default.ReviewQueueCommand, ReviewQueueJson.Default.ReviewQueueEvent, ReviewQueueJson.Default.ReviewQueueState)),
        new Of<CaseDecider, CaseState, Grains.Interfaces.Risk.CaseCommand, CaseEvent>(
            new(ContractJson.Default.CaseCommand, CaseJson.Default.CaseEvent, CaseJson.Default.CaseState)),
        new Of<ChannelDecider, ChannelState, Grains.Interfaces.Channels.ChannelCommand, ChannelEvent>(
            new(ContractJson.Default.ChannelCommand, ChannelJson.Default.ChannelEvent, ChannelJson.Default.ChannelState)),
        new Of<PaymentDecider, PaymentState, Grains.Interfaces.Payments.PaymentCommand, PaymentEvent>(
            new(ContractJson.Default.PaymentCommand, PaymentJson.Default.PaymentEvent, PaymentJson.Default.PaymentState)),
        new Of<InvoiceDecider, InvoiceState, Grains.Interfaces.Invoices.InvoiceCommand, InvoiceEvent>(
            new(ContractJson.Default.InvoiceCommand, InvoiceJson.Default.InvoiceEvent, InvoiceJson.Default.InvoiceState)),
        new Of<InvoiceClaimDecider, InvoiceClaimState, Grains.Interfaces.Payments.InvoiceClaimCommand, InvoiceClaimEvent>(
            new(ContractJson.Default.InvoiceClaimCommand, InvoiceClaimJson.Default.InvoiceClaimEvent, InvoiceClaimJson.Default.InvoiceClaimState)),
        new Of<RouterDecider, RouterState, Grains.Interfaces.Routing.RouterCommand, RouterEvent>(
            new(ContractJson.Default.RouterCommand, RouterJson.Default.RouterEvent, RouterJson.Default.RouterState)),
        new Of<GossipDecider, GossipState, Grains.Interfaces.Gossip.GossipCommand, GossipEvent>(
            new(ContractJson.Default.GossipCommand, GossipJson.Default.GossipEvent, GossipJson.Default.GossipState)),
        new Of<KeyBooksDecider, KeyBooksState, Grains.Interfaces.Channels.KeyBooksCommand, KeyBooksEvent>(
            new(ContractJson.Default.KeyBooksCommand, KeyBooksJson.Default.KeyBooksEvent, KeyBooksJson.Default.KeyBooksState)),
        new Of<PeerDecider, PeerState, Grains.Interfaces.Peers.PeerCommand, PeerEvent>(
            new(ContractJson.Default.PeerCommand, PeerJson.Default.PeerEvent, PeerJson.Default.PeerState)),
    }.ToImmutableSortedDictionary(machine => machine.Kind, machine => machine, StringComparer.Ordinal);

    public abstract string Kind { get; }

    /// <summary>The union of its commands.</summary>
    public abstract Type Command { get; }

    public static MirroredMachine OfKind(string kind) => _byKind[kind];

    public abstract object Empty(string key);

    /// <summary>The event of a row, and the state after it.</summary>
    public abstract (object Event, object State) Apply(object state, JournalRow row);

    public abstract ImmutableSortedDictionary<string, Effect> Owed(object state);

    private sealed class Of<TMachine, TState, TCommand, TEvent>(MachineCodec<TState, TCommand, TEvent> codec) : MirroredMachine
        where TMachine : IMachine<TState, TCommand, TEvent>
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class
    {
        public override string Kind => TMachine.Kind;

        public override Type Command => typeof(TCommand);

        public override object Empty(string key) => TMachine.Empty(key);

        public override (object Event, object State) Apply(object state, JournalRow row)
        {
            var @event = codec.Read(row);
            return (@event, TMachine.Evolve((TState)state, @event, new Instant(row.AtUnixMs)));
        }

        public override ImmutableSortedDictionary<string, Effect> Owed(object state) => TMachine.Owed((TState)state);
    }
}

/// <summary>One stream as it is on disk, with the state after each of its rows.</summary>
internal sealed class Mirror(StreamName name)
{
    private readonly MirroredMachine _machine = MirroredMachine.OfKind(name.Kind);
    private readonly List<object> _states = [MirroredMachine.OfKind(name.Kind).Empty(name.Key)];
    private readonly List<Bytes32> _hashes = [Bytes32.Zero];
    private readonly Dictionary<Guid, (long First, List<string> Names)> _commands = [];
    private List<string>? _current;
    private byte[] _hash = [];

    public StreamName Name => name;

    public long Version => _states.Count - 1;

    public object State => _states[^1];

    public object StateAt(long version) => _states[(int)version];

    public Bytes32 HashAt(long version) => _hashes[(int)version];

    public ImmutableSortedDictionary<string, Effect> Owed => _machine.Owed(State);

    /// <summary>A key as a person reads it in a trace.</summary>
    public static string Short(string key) => key.Length <= 12 ? key : string.Join('/', key.Split('/').Select(part => part.Length > 16 ? part[..8] : part));

    /// <summary>The version of a command's last row and the names of its events; null if it was never accepted with an event.</summary>
    public (long Version, IReadOnlyList<string> Names)? Find(Guid command) =>
        _commands.TryGetValue(command, out var found) && found.Names.Count > 0 ? (found.First + found.Names.Count - 1, found.Names) : null;

    /// <summary>Whether the command's refusal is its answer for ever.</summary>
    public bool IsRefused(Guid command) => _commands.TryGetValue(command, out var found) && found.Names.Count == 0;

    /// <summary>Adds a row; null for one of the shell's own. A row that does not follow is told by the result.</summary>
    public (object? Event, string? Fault) Add(JournalRow row)
    {
        if (row.Version != Version + 1) return (null, $"version {row.Version} came after {Version}");
        var hash = HashChain.Next(row, _hash);
        if (!hash.AsSpan().SequenceEqual(row.Hash)) return (null, $"version {row.Version} has a hash that does not follow");
        _hash = hash;
        _hashes.Add(Bytes32.From(hash));
        var own = row.Type.StartsWith(RowTypes.Shell, StringComparison.Ordinal);
        if (row.CommandId is { } command)
        {
            if (_commands.ContainsKey(command)) return (null, $"command {command} was accepted twice");
            _commands.Add(command, (row.Version, _current = []));
        }

        if (own)
        {
            _current = null;
            _states.Add(State);
            return (null, null);
        }

        if (_current is null) return (null, $"version {row.Version} belongs to no command");
        _current.Add(row.Type);
        var (@event, next) = _machine.Apply(State, row);
        _states.Add(next);
        return (@event, null);
    }
}
