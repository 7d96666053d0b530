using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// When something was decided, by the true time. A command may be decided several times before one of the decisions becomes durable: a check on what comes too
/// late takes the first of them, a check on what comes too early the last.
/// </summary>
internal readonly record struct Moment(Instant First, Instant Last);

/// <summary>
/// What silos take for the time: each event is dated within the doubt of the true time at which it was decided, and a silo whose clock is further away than that
/// from the database's decides nothing.
/// </summary>
internal sealed class ClockCheck(World world)
{
    /// <summary>The database's word is as old as its way to the silo was long; what took longer than a quarter of the doubt is not taken.</summary>
    private static readonly long _travelMs = World.ClockDoubt.Ms / 4;

    private readonly Dictionary<(string Kind, Guid Command), Moment> _decided = [];
    private readonly Dictionary<string, (long At, Moment? Moment)> _newest = new(StringComparer.Ordinal);

    /// <summary>A silo decided a command now.</summary>
    public void Decided(SimulatedSilo silo, string kind, Guid command)
    {
        _decided[(kind, command)] = new(_decided.TryGetValue((kind, command), out var before) ? before.First : world.Now, world.Now);
        var apart = Math.Abs((silo.Time.Error - world.Clocks.Rack.Error).TotalMilliseconds);
        if (world.Clocks.IsRight(world.Clocks.Database) && apart > World.ClockDoubt.Ms + _travelMs)
            world.Fail("clock-doubt", $"silo {silo.Number} decided {kind} {command} with a clock that is {silo.Time.Error} off");
    }

    /// <summary>The journal was put back to these rows, and no silo lives that decided anything.</summary>
    public void PutBack(IEnumerable<WrittenRow> rows)
    {
        _decided.Clear();
        _newest.Clear();
        foreach (var (stream, row, when) in rows) _newest[stream.ToString()] = (row.AtUnixMs, when);
    }

    /// <summary>When the command was decided that a row belongs to; null for a row of the shell's own.</summary>
    public Moment? Of(StreamName stream, JournalRow row)
    {
        var (before, moment) = _newest.GetValueOrDefault(stream.ToString());
        if (row.CommandId is { } command) moment = _decided.TryGetValue((stream.Kind, command), out var found) ? found : null;
        else if (row.Type.StartsWith(RowTypes.Shell, StringComparison.Ordinal)) moment = null;
        _newest[stream.ToString()] = (row.AtUnixMs, moment);

        // A date that repeats the stream's last one may be that of a clock which ran back since.
        if (row.AtUnixMs <= before) return moment;
        var bound = World.ClockDoubt.Ms + world.Clocks.Common.Ms;
        if (row.AtUnixMs > world.Now.UnixMs + bound) world.Fail("dated", $"{stream} {row.Version} {row.Type} is dated {new Instant(row.AtUnixMs)}, it is {world.Now}");
        if (moment is not { } decided) return null;
        if (row.AtUnixMs < decided.First.UnixMs - bound || row.AtUnixMs > decided.Last.UnixMs + bound)
            world.Fail("dated", $"{stream} {row.Version} {row.Type} is dated {new Instant(row.AtUnixMs)}, it was decided at {decided.First}");
        return moment;
    }
}
