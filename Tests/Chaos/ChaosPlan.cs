using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>What is done to real processes. The names stand in the report.</summary>
internal enum ChaosFault
{
    /// <summary>kill -9 of a silo, and another one started.</summary>
    SiloKilled = 1,

    /// <summary>
    /// SIGSTOP of a silo while another one takes over its grains; then SIGCONT, and both go on until one is killed, or, in a cluster, until the stopped one
    /// learns that it counts as dead.
    /// </summary>
    SiloStopped,

    /// <summary>PostgreSQL ends at once, without a checkpoint, and starts again.</summary>
    DatabaseKilled,

    /// <summary>Every session of the database is ended, several times in a row.</summary>
    ConnectionsCut,

    /// <summary>Each write of an event is refused with SQLSTATE 53100 (disk_full).</summary>
    DiskFull,

    /// <summary>SIGTERM of a silo, as a rolling upgrade does: it hands its grains over and ends; then another one is started.</summary>
    SiloDrained,
}

/// <summary>One fault.</summary>
/// <param name="Fault">Which.</param>
/// <param name="Before">Load that runs undisturbed before it.</param>
/// <param name="Lasts">How long it lasts, for those that last.</param>
/// <param name="Contends">How long both silos serve after a stopped one goes on.</param>
internal sealed record ChaosStep(ChaosFault Fault, TimeSpan Before, TimeSpan Lasts, TimeSpan Contends);

/// <summary>The faults of one run, decided by the seed before it begins, with how large it is.</summary>
/// <param name="Clients">Clients at once, each a program with an API key of its own.</param>
/// <param name="ClientProcesses">Processes that share these clients.</param>
/// <param name="Accounts">Accounts that pay one another.</param>
/// <param name="Drain">Bound on everything's coming to its end once nothing goes wrong any more.</param>
internal sealed record ChaosPlan(ulong Seed, ImmutableArray<ChaosStep> Steps, int Clients, int ClientProcesses, int Accounts, TimeSpan Drain)
{
    /// <summary>A silo's append deadline is 10 s and its wakes come every second here: a stopped one is behind all of them.</summary>
    private static readonly TimeSpan ShortStop = TimeSpan.FromSeconds(11);

    private static readonly TimeSpan LongStop = TimeSpan.FromSeconds(60);

    /// <summary>A long run's kill -9 comes every 10 s, and one of the other faults after every second kill.</summary>
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A silo of a cluster counts as dead about 30 s after a kill -9, and the one that takes its place may have to wait for that: 40 s leave time for all three.
    /// </summary>
    private static readonly TimeSpan BetweenClusterKills = TimeSpan.FromSeconds(40);

    private static readonly ChaosFault[] Others = [ChaosFault.ConnectionsCut, ChaosFault.DiskFull, ChaosFault.DatabaseKilled, ChaosFault.SiloStopped];

    /// <summary>Orleans silos of one cluster; 0: one process of the embedded runtime.</summary>
    public int Silos { get; private init; }

    /// <summary>The silo's assembly; null for the one that is built beside these tests.</summary>
    public string? SiloProgram { get; init; }

    /// <summary>What is decided while a run of this seed lasts; each part of it forks its own.</summary>
    public static Chance ChanceOf(ulong seed) => new Chance(seed).Fork("run");

    /// <summary>For continuous integration: one fault of each kind, in an order that the seed decides.</summary>
    public static ChaosPlan Short(ulong seed)
    {
        var chance = new Chance(seed).Fork("plan");
        var faults = Shuffled([ChaosFault.SiloKilled, .. Others], chance);
        return new(
            seed,
            [.. faults.Select(fault => new ChaosStep(
                fault, chance.Milliseconds(500, 1_500), fault == ChaosFault.SiloStopped ? ShortStop : chance.Milliseconds(500, 1_500), TimeSpan.FromSeconds(3)))],
            Clients: 16,
            ClientProcesses: 2,
            Accounts: 24,
            TimeSpan.FromSeconds(60));
    }

    /// <summary>Faults for about so long.</summary>
    public static ChaosPlan Long(ulong seed, TimeSpan length) => Long(seed, length, BetweenKills, Others);

    /// <summary>Faults for about so long on a cluster of Orleans silos.</summary>
    /// <param name="silos">At least 2.</param>
    public static ChaosPlan LongOfCluster(ulong seed, TimeSpan length, int silos) =>
        Long(seed, length, BetweenClusterKills, [.. Others, ChaosFault.SiloDrained]) with { Silos = silos };

    private static ChaosPlan Long(ulong seed, TimeSpan length, TimeSpan betweenKills, ChaosFault[] otherFaults)
    {
        var chance = new Chance(seed).Fork("plan");
        var steps = ImmutableArray.CreateBuilder<ChaosStep>();
        var others = new Queue<ChaosFault>();
        for (var planned = TimeSpan.Zero; planned < length;)
        {
            if (others.Count == 0) others = new(Shuffled(otherFaults, chance));
            var fault = steps.Count % 3 == 2 ? others.Dequeue() : ChaosFault.SiloKilled;
            // What no longer fits is left out, but for a run that is too short for any stop.
            var lasts = fault == ChaosFault.SiloStopped ? LongStop : chance.Milliseconds(500, 5_000);
            if (planned + lasts > length && fault == ChaosFault.SiloStopped) fault = ChaosFault.SiloKilled;
            var step = new ChaosStep(fault, betweenKills + chance.Milliseconds(-2_000, 2_000), lasts, chance.Milliseconds(3_000, 12_000));
            steps.Add(step);
            planned += step.Before + (fault == ChaosFault.SiloKilled ? TimeSpan.Zero : lasts);
        }

        return new(seed, steps.ToImmutable(), Clients: 64, ClientProcesses: 4, Accounts: 256, TimeSpan.FromMinutes(3));
    }

    private static ImmutableArray<ChaosFault> Shuffled(ChaosFault[] faults, Chance chance)
    {
        var left = faults.ToList();
        var order = ImmutableArray.CreateBuilder<ChaosFault>();
        while (left.Count > 0)
        {
            order.Add(chance.Pick(left));
            left.Remove(order[^1]);
        }

        return order.ToImmutable();
    }
}
