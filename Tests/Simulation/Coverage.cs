using TPWallet.Domain.Accounts;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.Keys;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Packets;
using TPWallet.Domain.Payments;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Tests.Simulation;

/// <summary>Which (machine, state, command) were decided, how often, and how often accepted; and which kinds of faults were met.</summary>
internal sealed class Coverage
{
    private readonly SortedDictionary<(string Kind, string State, string Command), (long Accepted, long Refused)> _pairs = [];
    private readonly SortedDictionary<Fault, long> _faults = [];
    private readonly SortedDictionary<string, long> _ends = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<(string Kind, string State, string Command), (long Accepted, long Refused)> Pairs => _pairs;

    public IReadOnlyDictionary<Fault, long> Faults => _faults;

    /// <summary>The fault kinds that no run met.</summary>
    public IReadOnlyList<Fault> Missed => [.. _faults.Where(fault => fault.Value == 0).Select(fault => fault.Key)];

    /// <summary>A machine decided.</summary>
    public void Decided(string kind, object state, ICommand command, CommandReply reply)
    {
        var key = (kind, NameOf(state), command.GetType().Name);
        var (accepted, refused) = _pairs.GetValueOrDefault(key);
        _pairs[key] = reply is CommandReply.Accepted ? (accepted + 1, refused) : (accepted, refused + 1);
    }

    /// <summary>What money came to, which no single command says.</summary>
    public IReadOnlyDictionary<string, long> Ends => _ends;

    /// <summary>Something that should come about now and then did, so often.</summary>
    public void Came(string what, long times) => _ends[what] = _ends.GetValueOrDefault(what) + times;

    /// <summary>Adds what another run saw.</summary>
    public void Add(Coverage other, Faults faults)
    {
        foreach (var (key, (accepted, refused)) in other._pairs)
        {
            var sum = _pairs.GetValueOrDefault(key);
            _pairs[key] = (sum.Accepted + accepted, sum.Refused + refused);
        }

        foreach (var (what, times) in other._ends) Came(what, times);
        foreach (var kind in Enum.GetValues<Fault>()) _faults[kind] = _faults.GetValueOrDefault(kind) + faults.Met(kind);
    }

    /// <summary>Pairs seen, per machine and in all, those never seen, and the fault kinds.</summary>
    public IEnumerable<string> Report()
    {
        foreach (var machine in _pairs.GroupBy(pair => pair.Key.Kind, StringComparer.Ordinal))
        {
            var states = machine.Select(pair => pair.Key.State).Distinct().Order(StringComparer.Ordinal).ToArray();
            var commands = CommandsOf(machine.Key);
            yield return $"{machine.Key}: {machine.Count()} of {states.Length * commands.Length} pairs of {states.Length} states met and {commands.Length} commands";
            foreach (var command in commands)
            {
                var met = machine.Where(pair => pair.Key.Command == command).ToArray();
                var words = met.Select(pair => $"{pair.Key.State} {pair.Value.Accepted}+{pair.Value.Refused}");
                yield return $"  {command}: {(met.Length == 0 ? "never decided" : string.Join(", ", words))}";
            }
        }

        yield return $"came about: {string.Join(", ", _ends.Select(end => $"{end.Key} {end.Value}"))}";
        yield return $"faults met: {string.Join(", ", _faults.Where(fault => fault.Value > 0).Select(fault => $"{fault.Key} {fault.Value}"))}";
        yield return Missed.Count == 0 ? "every fault kind was met" : $"faults never met: {string.Join(", ", Missed)}";
    }

    private static string[] CommandsOf(string kind)
    {
        var union = MirroredMachine.OfKind(kind).Command;
        return [.. union.GetNestedTypes().Where(type => type.IsSubclassOf(union)).Select(type => type.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>The state's name as far as it decides what a command may do.</summary>
    private static string NameOf(object state) => state switch
    {
        AccountState.Open { Freeze.IsFrozen: true } => "Frozen",
        ChannelState channel => channel.Phase.ToString(),
        PaymentState payment => payment.Stage.ToString(),
        InvoiceState invoice => invoice.Stage.ToString(),
        AccountState.Open open when open.InDeficit() is not null => "Deficit",
        PacketState packet => packet.Phase switch
        {
            PacketPhase.Running { Closing: not null } => "Closing",
            PacketPhase.Reserving { Closing: not null } => "ReservingClosing",
            PacketPhase.Running => PacketDecider.StateName(packet),
            PacketPhase.Ended ended => $"Ended{ended.End}",
            _ => packet.Phase.GetType().Name,
        },
        KeyState key => key.Stage.GetType().Name,
        WatchedState watched => watched.Forget == ForgetStage.Forgotten ? "Forgotten" : watched.Stage.GetType().Name,
        LaneState { Stop: not null } => "Stopped",
        LaneState lane => lane.Entries.IsEmpty ? "Empty" : lane.Entries.Values.Last().Stage.GetType().Name,
        TrackerState tracker => tracker.Profile is null ? "Absent" : tracker.StopReason is null ? "Tracking" : "Stopped",
        CaseState held => held.Stage.GetType().Name,
        SupernodeState node => node.Standing,
        _ => state.GetType().Name.Replace("State", "", StringComparison.Ordinal),
    };
}
