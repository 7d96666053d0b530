namespace TPWallet.Tests.Simulation;

/// <summary>What can go wrong in a simulated world. Each kind is counted, so that a report can say which were met.</summary>
internal enum Fault
{
    CallDropped,
    CallDelayed,
    CallDuplicated,
    CallRepeated,
    AnswerDropped,
    AnswerDelayed,
    Partition,
    SiloCrash,
    SiloCrashAtAppend,
    SiloStop,
    ActivationEnded,
    ClockSkew,
    ClockStops,
    DatabaseClockSkew,
    DatabaseClockStops,
    SignerClockSkew,
    SignerClockStops,
    SharedClockSkew,
    SharedClockStops,
    Outage,
    Pause,
    AppendSlow,
    AppendNotWritten,
    AppendUnknownWritten,
    AppendUnknownNotWritten,
    AppendSilent,
    ReadFails,
    ReadSlow,
    SignerSlow,
    SignerDown,
    SignerAnswerLost,
    SignerRestart,
    NodeStalls,
    NodeLags,
    NodeLies,
    NodeGarbles,
    NodeRefuses,
    TransactionDropped,
    TransactionHeldBack,
    TransactionReverts,
    FeeSpike,
    Reorg,
    DeepReorg,
    ClientRepeats,
    ClientDoubles,
    ClientMixesUp,
    Restore,
    RestoreTwice,
}

/// <summary>
/// Which faults a seed has, how often, and how often each was met. A seed has some kinds and not others: a world in which everything goes wrong at
/// once seldom gets far enough to go wrong in interesting ways.
/// </summary>
internal sealed class Faults
{
    private static readonly Fault[] _kinds = Enum.GetValues<Fault>();

    private readonly Chance _chance;
    private readonly int[] _perMillion = new int[_kinds.Length];
    private readonly long[] _met = new long[_kinds.Length];

    public Faults(Chance chance)
    {
        _chance = chance;
        // One seed in eight is quiet: it shows what the faults of the others have to do with a failure.
        var quiet = chance.Below(8) == 0;
        foreach (var kind in _kinds)
        {
            var chosen = chance.Below(5) < 2;
            var strength = chance.Pick([1, 2, 4]);
            if (chosen && !quiet && kind < Fault.Restore) _perMillion[(int)kind] = BaseRate(kind) * strength;
        }
    }

    /// <summary>Off once the world is healed: from then on everything works, and everything has to come to its end.</summary>
    public bool Healed { get; set; }

    public bool Has(Fault kind) => !Healed && _perMillion[(int)kind] > 0;

    /// <summary>Whether this one goes wrong now.</summary>
    public bool Hit(Fault kind)
    {
        if (Healed || !_chance.Hit(_perMillion[(int)kind])) return false;
        _met[(int)kind]++;
        return true;
    }

    /// <summary>Something went wrong that others decided on.</summary>
    public void Note(Fault kind) => _met[(int)kind]++;

    public long Met(Fault kind) => _met[(int)kind];

    /// <summary>How often out of a million occasions; occasions differ in number, so that each kind is met a few times in a seed that has it.</summary>
    private static int BaseRate(Fault kind) => kind switch
    {
        // Asked before each step.
        Fault.SiloCrash => 40,
        // Asked for each message between machines.
        Fault.CallDropped or Fault.AnswerDropped => 4_000,
        Fault.CallDelayed or Fault.AnswerDelayed or Fault.CallDuplicated or Fault.CallRepeated => 20_000,
        // Asked every second of simulated time.
        Fault.Partition => 2_000,
        Fault.SiloStop or Fault.SignerRestart => 2_000,
        Fault.ActivationEnded => 40_000,
        Fault.ClockSkew or Fault.ClockStops or Fault.SignerClockSkew or Fault.SignerClockStops => 3_000,
        Fault.DatabaseClockSkew or Fault.DatabaseClockStops or Fault.SharedClockSkew or Fault.SharedClockStops => 3_000,
        Fault.Outage => 2_000,
        Fault.Pause => 5_000,
        Fault.NodeStalls or Fault.NodeLags or Fault.NodeLies or Fault.NodeRefuses => 4_000,
        // Asked for each append.
        Fault.SiloCrashAtAppend => 600,
        Fault.AppendSilent => 1_000,
        Fault.AppendSlow => 20_000,
        Fault.AppendNotWritten or Fault.AppendUnknownWritten or Fault.AppendUnknownNotWritten => 5_000,
        // Asked for each read of the journal, and for each call of the signer or of a node.
        Fault.ReadFails or Fault.ReadSlow => 10_000,
        Fault.SignerSlow or Fault.SignerDown or Fault.SignerAnswerLost => 60_000,
        Fault.NodeGarbles => 4_000,
        // Asked for each transaction that comes to a node, and for each block.
        Fault.TransactionDropped or Fault.TransactionHeldBack => 80_000,
        Fault.TransactionReverts => 60_000,
        Fault.FeeSpike => 40_000,
        Fault.Reorg => 60_000,
        Fault.DeepReorg => 15_000,
        // Asked for each command of a client.
        Fault.ClientRepeats or Fault.ClientDoubles => 40_000,
        Fault.ClientMixesUp => 15_000,
        _ => throw new UnreachableException(),
    };
}
