using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The clocks of a world, and what goes wrong with them: they step, forward or back, by up to ten minutes, or stand still for minutes, and are right again.
/// The silos' clocks, the database's and the signer's are wrong by turns, never at once: against two that err alike nothing helps. What silos and database
/// have from one machine's clock (the embedded silo on SQLite) errs as one; the checks allow for that error and no more.
/// </summary>
internal sealed class Clocks(SimulatedTime time, Faults faults, Chance chance, Action<string> tell)
{
    /// <summary>After a clock was set right, others may still go by what it said for so long.</summary>
    private static readonly TimeSpan _echo = TimeSpan.FromMinutes(5);

    private readonly List<MachineTime> _wrong = [];
    private string? _turn;
    private DateTimeOffset _turnEnds;
    private Span _common;

    /// <summary>Where silos and database have their time from.</summary>
    public MachineTime Rack { get; } = new(time);

    public MachineTime Signer { get; } = new(time);

    public MachineTime Database => field ??= new MachineTime(time, Rack);

    /// <summary>The largest error that the silos' and the database's clock had at once so far.</summary>
    public Span Common
    {
        get
        {
            var error = Math.Abs((long)Rack.Error.TotalMilliseconds);
            if (error > _common.Ms) _common = new(error);
            return _common;
        }
    }

    /// <summary>Whether it is right, and was for so long that everybody goes by it.</summary>
    public bool IsRight(MachineTime clock) => clock.Error == Rack.Error && (_turn is "silo" or null || time.GetUtcNow() > _turnEnds + _echo);

    /// <summary>The clock of a machine that starts; now and then it is wrong until somebody tells it the time.</summary>
    public MachineTime OfSilo()
    {
        var clock = new MachineTime(time, Rack);
        if (faults.Has(Fault.ClockSkew) && chance.Below(4) == 0 && MayErr("silo")) Step(clock, "of a silo that starts");
        return clock;
    }

    /// <summary>Asked every second.</summary>
    /// <param name="silo">One of the silos' clocks.</param>
    public void Tick(MachineTime? silo)
    {
        if (silo is not null)
        {
            Err(Fault.ClockSkew, Fault.ClockStops, "silo", silo);
        }

        Err(Fault.DatabaseClockSkew, Fault.DatabaseClockStops, "database", Database);
        Err(Fault.SignerClockSkew, Fault.SignerClockStops, "signer", Signer);
        Err(Fault.SharedClockSkew, Fault.SharedClockStops, "rack", Rack);
    }

    /// <summary>Every clock is right from now on.</summary>
    public void Heal()
    {
        foreach (var clock in _wrong.ToArray()) SetRight(clock);
    }

    private void Err(Fault step, Fault stop, string whose, MachineTime clock)
    {
        if (!faults.Has(step) && !faults.Has(stop)) return;
        if (!MayErr(whose)) return;
        if (faults.Hit(step)) Step(clock, $"of the {whose}");
        if (faults.Hit(stop)) Stop(clock, $"of the {whose}");
    }

    private bool MayErr(string whose)
    {
        if (_turn != whose && time.GetUtcNow() < _turnEnds + _echo) return false;
        _turn = whose;
        return true;
    }

    private void Step(MachineTime clock, string whose)
    {
        Turn(clock, whose);
        var length = chance.Milliseconds(5_000, 200_000);
        // Once more before it is right: a clock that was ahead may fall behind at once.
        if (chance.Below(2) == 0) After(clock, length / 2, () => Turn(clock, whose));
        Until(clock, length);
    }

    private void Turn(MachineTime clock, string whose)
    {
        // Within the doubt nobody notices; beyond it everybody must.
        clock.Skew = TimeSpan.FromSeconds(chance.Below(3) == 0 ? chance.Between(-29, 29) : chance.Between(-600, 600));
        tell($"the clock {whose} is wrong by {clock.Error}");
        _ = Common;
    }

    private void Stop(MachineTime clock, string whose)
    {
        clock.Stop();
        tell($"the clock {whose} stands still");
        Until(clock, chance.Milliseconds(20_000, 400_000));
    }

    private void Until(MachineTime clock, TimeSpan length)
    {
        if (!_wrong.Contains(clock)) _wrong.Add(clock);
        if (time.GetUtcNow() + length > _turnEnds) _turnEnds = time.GetUtcNow() + length;
        After(clock, length, () => SetRight(clock));
    }

    private void After(MachineTime clock, TimeSpan length, Action action) => time.After(length, () =>
    {
        if (_wrong.Contains(clock)) action();
    });

    private void SetRight(MachineTime clock)
    {
        _ = Common;
        _wrong.Remove(clock);
        clock.SetRight();
        tell("a clock is right again");
    }
}
