using Orleans.Runtime;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>An invariant that does not hold: its stable name, and what was seen.</summary>
internal sealed class InvariantBrokenException(string invariant, string detail) : Exception($"{invariant}: {detail}")
{
    public string Invariant => invariant;
}

/// <summary>Everything of one seed: clock, scheduler, network, disks, chain, signer and silos, and what goes wrong with them.</summary>
internal sealed class World : IJudge, IDisposable
{
    public const string Tenant = "acme";
    public const int SiloCount = 2;

    /// <summary>How often, out of a million steps, the clock moves on although work is ready: a machine that is slow, a thread that was descheduled.</summary>
    private const int TimePassesPerMillion = 40_000;

    /// <summary>Several times what the longest runs take: whoever goes round in circles is told of soon.</summary>
    private const int MaxSteps = 600_000;

    /// <summary>How often an operator looks for incidents about nodes.</summary>
    private const int SecondsBetweenLooks = 300;

    private static readonly byte[] _sealKey = new byte[JournalSeal.KeySize];

    private readonly List<SimulatedSilo> _lives = [];
    private readonly int[] _replaced = new int[3];
    private readonly Chance _moments;
    private readonly Action<string>? _trace;
    private InvariantBrokenException? _broken;
    private int _nextNumber;
    private int _heldBack;
    private bool _isHeld;
    private int _seconds;

    public World(ulong seed, Action<string>? trace)
    {
        (Seed, _trace) = (seed, trace);
        Chance = new Chance(seed);
        Dispatcher = new SeededDispatcher((int)(Chance.Fork("schedule").Next() >> 33), maxSteps: MaxSteps) { BeforeStep = BeforeStep, Quiet = () => Time.FireNext() };
        Faults = new Faults(Chance.Fork("faults"));
        _moments = Chance.Fork("moments");
        // Windows are counted in hours of the clock, and any minute may be a run's first.
        Time.Skip(TimeSpan.FromSeconds(Chance.Fork("start").Below(3_600)));
        Clocks = new Clocks(Time, Faults, Chance.Fork("clocks"), Tell);
        Log = new Logbook(this);
        Restores = new Restores(this, Chance.Fork(Restores.Part));
        Network = new Network(this, Time, Faults, Chance.Fork("network"));
        Profile = ProfileOf(Chance.Fork("profile"));
        Risk = TownRisk.Of(Chance.Fork("risk"));
        HasPools = Chance.Fork("pools").Below(3) == 0;
        Lag = Chance.Fork("lag").Below(2) == 0 ? new(2, 3) : LagRule.For(Domain.People.Chain);
        Checks = new Checks(this);
        Store = new MemoryStore { IsShared = true, Written = Checks.Written };
        Chain = new ModelChain(Time, Faults, Chance.Fork("chain"), Profile.Finality is FinalityRule.Depth ? ModelChain.DeepestReorg : ModelChain.TagDepth)
        {
            Taken = Checks.Broadcast,
            Manager = new(Time, Chance.Fork("contract"), Tell),
        };
        Nodes = [.. Enumerable.Range(0, 3).Select(i => new ModelNode(Chain, Time, Faults, Chance.Fork($"node {i}"), HasPools))];
        Signer = new SimulatedSigner(Time, Clocks.Signer, Faults, Chance.Fork("signer"), Checks.Signed) { StateSigned = Checks.StateSigned };
    }

    string IJudge.Tenant => Tenant;

    Span IJudge.CommonClockError => Clocks.Common;

    public static Span ClockDoubt => Span.Seconds(30);

    /// <summary>Sweeps cost steps, and a simulated minute is nobody's. Three steps of four started sweepers that ran, when each silo did so every ten seconds.</summary>
    public static ShellTimes WakeTimes { get; } = new(Span.Seconds(20), Span.Seconds(40)) { StartEvery = Span.Seconds(60) };

    public ulong Seed { get; }

    public Chance Chance { get; }

    public SimulatedTime Time { get; } = new();

    public SeededDispatcher Dispatcher { get; }

    public Faults Faults { get; }

    public Clocks Clocks { get; }

    public Network Network { get; }

    public MemoryStore Store { get; }

    public JournalSeal Seal { get; } = new(_sealKey);

    public ModelChain Chain { get; }

    public IReadOnlyList<ModelNode> Nodes { get; }

    public ChainProfile Profile { get; }

    public RiskSettings Risk { get; }

    /// <summary>In one world of three nodes tell of what comes into their pools.</summary>
    public bool HasPools { get; }

    /// <summary>In one world of two a node that stood still for a minute is out of use.</summary>
    public LagRule Lag { get; }

    public SimulatedSigner Signer { get; }

    public Logbook Log { get; }

    public Checks Checks { get; }

    public Restores Restores { get; }

    public Requests Requests { get; } = new();

    public Coverage Coverage { get; } = new();

    public Instant Now => new(Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Runs a scenario to its end; throws what broke.</summary>
    public void Run(Func<Task> scenario)
    {
        Dispatcher.Run(scenario);
        ThrowIfBroken();
    }

    /// <summary>Starts silos, blocks and misfortune.</summary>
    public void Start()
    {
        for (var i = 0; i < SiloCount; i++) Boot();
        NextBlock();
        EverySecond();
    }

    /// <summary>From now on nothing goes wrong any more.</summary>
    public void Heal()
    {
        Tell("healed");
        Faults.Healed = true;
        Network.Heal();
        foreach (var node in Nodes) node.Heal();
        Clocks.Heal();
        ReplaceLiars();
    }

    /// <summary>How the nodes are called in the configuration of silos that start now.</summary>
    public string NodeName(int number) => _replaced[number] == 0 ? $"node-{number}" : $"node-{number}-{_replaced[number]}";

    /// <summary>
    /// An operator who reads the incident puts other nodes in the place of those that were caught, under other names, and starts all silos anew, also those on their way. Agreement
    /// needs two organisations, and each of three may have been caught at a time of its own. One that stood still comes back by itself while two others agree.
    /// </summary>
    private void ReplaceLiars()
    {
        var caught = Enumerable.Range(0, Nodes.Count).Where(number => Checks.IsQuarantined(NodeName(number)) || Network.Silos.Any(silo => silo.HasQuarantined(NodeName(number)))).ToArray();
        var still = Enumerable.Range(0, Nodes.Count).Except(caught).Where(number => Checks.StandsStill(NodeName(number))).ToArray();
        if (Nodes.Count - caught.Length - still.Length < 2) caught = [.. caught, .. still];
        if (caught.Length == 0) return;
        foreach (var number in caught) _replaced[number]++;
        Tell($"nodes {string.Join(", ", caught)} are replaced");
        CrashAll();
    }

    /// <summary>An operator stops every silo, and nothing starts one until <see cref="StartAgainAsync"/>.</summary>
    public void StopSilos()
    {
        _isHeld = true;
        CrashAll();
        Network.LoseAll();
    }

    /// <summary>An operator starts one silo, waits until it serves, and starts the others (docs/restore.md).</summary>
    public async Task StartAgainAsync()
    {
        while (Network.Silos.Count == 0)
        {
            if (_heldBack > 0 && _lives.TrueForAll(life => !life.IsRunning)) BootOneHeldBack();
            await Pause(TimeSpan.FromSeconds(1));
        }

        _isHeld = false;
        while (_heldBack > 0) BootOneHeldBack();
    }

    /// <summary>Every machine is switched off, and on again after a long time. Blocks went on meanwhile as they do in one moment.</summary>
    public void Sleep(TimeSpan length)
    {
        CrashAll();
        Checks.SleptFrom(Now, new((long)length.TotalMilliseconds));
        Time.Skip(length);
        Tell($"{length} later");
    }

    /// <summary>A dead silo's machine starts again after a while.</summary>
    public void Reboot() => Time.After(_moments.Milliseconds(500, 40_000), Boot);

    /// <summary>An invariant does not hold: the run ends at the next step with this. The first one counts.</summary>
    public void Fail(string invariant, string detail)
    {
        Tell($"BROKEN {invariant}: {detail}");
        _broken ??= new InvariantBrokenException(invariant, detail);
    }

    public void Tell(string line) => _trace?.Invoke($"{Dispatcher?.Steps ?? 0,7} {Time.GetUtcNow():HH:mm:ss.fff} {line}");

    public bool IsTraced => _trace is not null;

    /// <summary>Completes after a simulated while.</summary>
    public Task Pause(TimeSpan length)
    {
        var over = new TaskCompletionSource();
        Time.After(length, over.SetResult);
        return over.Task;
    }

    public void Dispose()
    {
        foreach (var life in _lives) life.Dispose();
        Signer.Dispose();
    }

    private static ChainProfile ProfileOf(Chance chance) => new(
        Domain.People.Chain,
        1,
        ProofLevel.Agreed,
        chance.Below(4) == 0 ? new FinalityRule.FinalizedTag() : new FinalityRule.Depth(chance.Between(2, 6)),
        HistoryDepth: 2 * ModelChain.DeepestReorg,
        Span.Seconds(chance.Between(2, 6)));

    private void CrashAll() => _lives.FindAll(static life => life.IsRunning).ForEach(static life => life.Crash());

    private void BootOneHeldBack()
    {
        _heldBack--;
        BootNow();
    }

    private void Boot()
    {
        if (_isHeld) _heldBack++;
        else BootNow();
    }

    private void BootNow()
    {
        var silo = new SimulatedSilo(this, ++_nextNumber);
        _lives.Add(silo);
        Tell($"silo {silo.Number} starts");
        silo.Start();
    }

    private void NextBlock() => Time.After(_moments.Milliseconds(2_000, 20_000), () =>
    {
        Chain.Advance();
        if (IsTraced) Tell($"block {Chain.Head.Ref} with {Chain.Head.Transactions.Length} transactions, base fee {Chain.BaseFee}");
        NextBlock();
    });

    private void BeforeStep()
    {
        ThrowIfBroken();
        if (_moments.Hit(TimePassesPerMillion)) Time.FireNext(Time.GetTimestamp() + (50 * TimeSpan.TicksPerMillisecond));
        if (Faults.Hit(Fault.SiloCrash) && Network.Silos.Count > 0) Network.Silos.ElementAt(_moments.Below(Network.Silos.Count)).Crash();
        if (Dispatcher.Steps % 50 == 0) Checks.Scan();
    }

    private void ThrowIfBroken()
    {
        if (_broken is { } broken) throw broken;
    }

    private void EverySecond() => Time.After(TimeSpan.FromSeconds(1), () =>
    {
        if (++_seconds % SecondsBetweenLooks == 0) ReplaceLiars();
        if (Faults.Hit(Fault.Partition)) Network.Split(_moments.Milliseconds(2_000, 90_000));
        if (Faults.Hit(Fault.SignerRestart)) Signer.Restart(_moments.Milliseconds(0, 120_000));
        Clocks.Tick(Network.Silos.Count > 0 ? Network.Silos.ElementAt(_moments.Below(Network.Silos.Count)).Time : null);
        if (Faults.Hit(Fault.Outage)) Sleep(TimeSpan.FromMinutes(_moments.Between(10, 100)));
        if (Network.Silos.Count > 0) Misfortune(Network.Silos.ElementAt(_moments.Below(Network.Silos.Count)));
        foreach (var node in Nodes) node.Tick(mayLie: Nodes.All(other => other.Lie == Lie.None));
        EverySecond();
    });

    private void Misfortune(SimulatedSilo silo)
    {
        if (Faults.Hit(Fault.SiloStop)) silo.Stop();
        if (Faults.Hit(Fault.ActivationEnded)) silo.EndOne(_moments);

        // The whole machine sleeps: all timers come late.
        if (Faults.Hit(Fault.Pause)) Time.Skip(_moments.Milliseconds(1_000, 60_000));
    }
}
