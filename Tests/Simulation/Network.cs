using Orleans.Runtime;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The network between the silos, and who believes whom to be where. Every silo has a directory of its own, as on machines of their own; a view says
/// which silo hosts a grain, and during a partition each side has its own view, so that one grain may live on both. Within a silo calls are direct.
/// </summary>
internal sealed class Network(World world, SimulatedTime time, Faults faults, Chance chance) : CallCarrier
{
    /// <summary>How long it takes until the others know that a silo is gone.</summary>
    private const int LongestDetectionMs = 15_000;

    /// <summary>How much more often.</summary>
    private const int OnceMore = 8;

    private readonly SortedDictionary<int, SimulatedSilo> _silos = [];
    private readonly Dictionary<int, int> _sides = [];
    private Dictionary<GrainId, int>[] _views = [[]];
    private int _lost;

    public bool IsSplit => _views.Length > 1;

    /// <summary>Silos that run now, by number.</summary>
    public IReadOnlyCollection<SimulatedSilo> Silos => _silos.Values;

    public void Join(SimulatedSilo silo)
    {
        _silos[silo.Number] = silo;
        _sides[silo.Number] = IsSplit ? chance.Below(2) : 0;
    }

    /// <summary>The silo is gone; the others notice after a while and place its grains anew.</summary>
    public void Lose(SimulatedSilo silo)
    {
        _silos.Remove(silo.Number);
        time.After(chance.Milliseconds(0, LongestDetectionMs), () => Forget(silo));
    }

    /// <summary>Splits the silos in two. Each side goes on with what it knew, and notices after a while that the other side is gone.</summary>
    public void Split(TimeSpan length)
    {
        if (IsSplit || _silos.Count < 2) return;
        _views = [_views[0], new(_views[0])];
        var first = _silos.Keys.First();
        foreach (var number in _silos.Keys) _sides[number] = number == first ? 0 : 1;
        time.After(chance.Milliseconds(0, LongestDetectionMs), ForgetOtherSides);
        time.After(length, Heal);
    }

    /// <summary>One view again. Of two activations of one grain one is chosen; the other lives on unknown until its first write fails.</summary>
    public void Heal()
    {
        if (!IsSplit) return;
        var merged = _views[0];
        foreach (var (grain, silo) in _views[1])
            if (!merged.TryGetValue(grain, out var other) || !_silos.ContainsKey(other) || chance.Below(2) == 0) merged[grain] = silo;
        _views = [merged];
        foreach (var number in _silos.Keys) _sides[number] = 0;
    }

    /// <summary>Nothing that is under way arrives any more, however late: whoever sent it is stopped for good, and a person saw to it.</summary>
    public void LoseAll() => _lost++;

    /// <inheritdoc/>
    public override void Send(GrainCall call, Orleans.Runtime.Silo? from)
    {
        var sender = from is null ? Gateway() : _silos.Values.FirstOrDefault(silo => ReferenceEquals(silo.Host, from));
        if (sender is null) return;
        var target = Locate(call.Target, sender);
        if (from is not null) MayRepeat(call);
        if (world.IsTraced) world.Tell($"call of {call.Target} {call.Entry.Method.Name} from {sender.Number} to {target?.Number.ToString() ?? "nobody"}");
        if (target is null) return;
        if (from is not null && target == sender)
        {
            Hand(call, sender.Host);
            return;
        }

        if (faults.Hit(Fault.CallDropped)) return;
        Carry(sender, target, Fault.CallDelayed, () => Hand(call, target.Host));
        if (faults.Hit(Fault.CallDuplicated))
        {
            var copy = Copy(call);
            Carry(sender, target, Fault.CallDelayed, () => Hand(copy, target.Host));
        }
    }

    /// <inheritdoc/>
    public override void Answer(GrainCall call, Orleans.Runtime.Silo from, Action arrive)
    {
        var sender = _silos.Values.FirstOrDefault(silo => ReferenceEquals(silo.Host, from));
        if (sender is null) return;
        // The caller's silo is known by the cluster that it has to itself; a client has none.
        var target = _silos.Values.FirstOrDefault(silo => ReferenceEquals(silo.Host.Cluster, call.Cluster));
        if (target == sender)
        {
            arrive();
            return;
        }

        if (!faults.Hit(Fault.AnswerDropped)) Carry(sender, target, Fault.AnswerDelayed, arrive);
    }

    /// <summary>What is decided once is repeated more often: a refusal that was forgotten is no refusal.</summary>
    private void MayRepeat(GrainCall call)
    {
        for (var chances = call.Arguments is [IDecidedOnce, ..] ? OnceMore : 1; chances > 0; chances--)
            if (faults.Hit(Fault.CallRepeated)) RepeatLater(call);
    }

    /// <summary>
    /// The same call once more when it is long over, to whoever has the grain then: from a machine that was stopped in the middle and goes on, or from an
    /// activation that nobody knows any more. It has a deadline of its own, so that nothing but the receiver tells it from a new one.
    /// </summary>
    private void RepeatLater(GrainCall call)
    {
        var copy = Copy(call);
        copy.Deadline = long.MaxValue;
        var delay = chance.Below(4) switch
        {
            0 => chance.Milliseconds(1_000, 60_000),
            3 => TimeSpan.FromMinutes(chance.Between(15, 1_500)),
            _ => chance.Milliseconds(60_000, 900_000),
        };
        After(delay, () =>
        {
            if (_silos.Count > 0 && Locate(copy.Target, Gateway()!) is { } target) Hand(copy, target.Host);
        });
    }

    private void Carry(SimulatedSilo from, SimulatedSilo? to, Fault delayed, Action arrive)
    {
        var delay = faults.Hit(delayed) ? chance.Milliseconds(10, 40_000) : chance.Milliseconds(0, 3);
        After(delay, () =>
        {
            if (to is null || (to.IsRunning && _sides[to.Number] == _sides.GetValueOrDefault(from.Number))) arrive();
        });
    }

    private void After(TimeSpan delay, Action arrive)
    {
        var lost = _lost;
        time.After(delay, () =>
        {
            if (lost == _lost) arrive();
        });
    }

    private SimulatedSilo? Gateway() => _silos.Count == 0 ? null : _silos.Values.ElementAt(chance.Below(_silos.Count));

    private SimulatedSilo? Locate(GrainId grain, SimulatedSilo sender)
    {
        var view = _views[_sides[sender.Number]];
        if (!view.TryGetValue(grain, out var number))
        {
            var near = _silos.Keys.Where(silo => _sides[silo] == _sides[sender.Number]).ToArray();
            number = view[grain] = near[chance.Below(near.Length)];
        }

        // A view may still name a silo that is gone: nobody answers then.
        return _silos.GetValueOrDefault(number);
    }

    private void Forget(SimulatedSilo silo)
    {
        foreach (var view in _views)
            foreach (var grain in view.Where(entry => entry.Value == silo.Number).Select(entry => entry.Key).ToArray()) view.Remove(grain);
    }

    private void ForgetOtherSides()
    {
        if (!IsSplit) return;
        for (var side = 0; side < _views.Length; side++)
            foreach (var grain in _views[side].Where(entry => _sides.GetValueOrDefault(entry.Value) != side).Select(entry => entry.Key).ToArray())
                _views[side].Remove(grain);
    }
}
