using TPWallet.Domain.Accounts;
using TPWallet.Domain.Lanes;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// The journal's database is put back to an older copy while signer, chain and clients go on, as docs/restore.md tells an operator to do it: every silo is
/// stopped, the copy put in place, a restore that no silo can notice is announced, one silo started before the others; then clients repeat what they asked for.
/// In one seed of twelve, and in a third of those twice.
/// </summary>
internal sealed class Restores(World world, Chance chance)
{
    /// <summary>Its part of the seed's randomness.</summary>
    public const string Part = "restores";

    private const int OneSeedOf = 12;
    private const int MaxLooks = 40;

    /// <summary>Client operations after a copy within which something should be signed that it lacks.</summary>
    private const int LongestTail = 200;

    /// <summary>Commands of clients that may be under way at once.</summary>
    private const int UnderWay = 20;

    private readonly int _rounds = chance.Below(OneSeedOf) != 0 ? 0 : chance.Below(3) == 0 ? 2 : 1;
    private readonly bool _needsSignatures = chance.Below(4) != 0;
    private readonly List<Copy> _copies = [];
    private bool _mustBegin;
    private int _explained;
    private int _done;

    /// <summary>Whether the journal is put back in a seed.</summary>
    public static bool AreIn(ulong seed) => new Chance(seed).Fork(Part).Below(OneSeedOf) == 0;

    /// <summary>Client operations that a seed with restores has beyond those of others.</summary>
    public int Extra => 100 * _rounds;

    /// <summary>Whether more of the legs are on the chain, so that there is something to lose.</summary>
    public bool MoreOnChain => _rounds > 0;

    /// <summary>Between a restore and the last repetition of what was asked for before it.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Runs beside the clients, as long as they work.</summary>
    /// <param name="operations">How much the clients did so far.</param>
    /// <param name="wanted">How much they will have done in the end.</param>
    public async Task RunAsync(Func<long> operations, long wanted)
    {
        for (var round = 0; round < _rounds; round++)
        {
            var copyAt = Math.Min(wanted, operations() + chance.Between(10, 120));
            while (operations() < copyAt) await world.Pause(TimeSpan.FromSeconds(1));
            _copies.Add(new(world.Store.Copy(), world.Checks.Mark, world.Checks.Signatures, world.Requests.Count, _explained));
            world.Tell("a copy of the journal is made");
            var (backAt, latest) = (Math.Min(wanted, operations() + chance.Between(5, 90)), Math.Min(wanted, operations() + LongestTail));
            while (operations() < backAt || (_needsSignatures && world.Checks.Signatures == _copies[^1].Signed && operations() < latest))
                await world.Pause(TimeSpan.FromSeconds(1));
            await PutBackAsync();
        }
    }

    /// <summary>A silo began a recovery.</summary>
    public void Begun(RecoveryEpoch recovery)
    {
        world.Tell($"recovery {recovery.BeganAtUnixMs} begins: {recovery.Reason}");
        if (_done == 0) world.Fail("false-restore", $"no copy was put back: {recovery}");
        (_mustBegin, _explained) = (false, world.Checks.Requests);
    }

    /// <summary>A silo serves from now on.</summary>
    public void Serves(SimulatedSilo silo)
    {
        if (_mustBegin) world.Fail("restore-unnoticed", $"silo {silo.Number} serves a journal that lacks requests which were signed");
    }

    private async Task PutBackAsync()
    {
        var index = chance.Below(_copies.Count);
        var copy = _copies[index];
        _copies.RemoveRange(index + 1, _copies.Count - index - 1);
        IsUnderWay = true;
        world.StopSilos();
        await world.Pause(chance.Milliseconds(0, 300_000));
        world.Faults.Note(_done++ == 0 ? Fault.Restore : Fault.RestoreTwice);
        world.Tell($"the journal is put back by {world.Checks.Mark - copy.Mark} rows and {world.Checks.Signatures - copy.Signed} signatures");
        world.Store.PutBack(copy.Store);
        world.Checks.PutBack(copy.Mark);
        _explained = copy.Explained;
        _mustBegin = world.Checks.HasLostRequests(_explained);
        if (!_mustBegin) await Operator(journal => journal.BeginRecoveryAsync("a copy was put back", 0, CancellationToken.None));
        await world.StartAgainAsync();
        // What was under way when the copy was made is asked for again, too.
        await world.Requests.RepeatAsync(Math.Max(0, copy.Asked - UnderWay));
        IsUnderWay = false;
        if (chance.Below(3) != 0) await EndAsync();
    }

    /// <summary>An operator ends the recovery once every leg that the signer signed is held or settled: then the windows say what went out.</summary>
    private async Task EndAsync()
    {
        for (var look = 0; look < MaxLooks && world.Store.Recoveries is [.., { EndedAtUnixMs: null } recovery]; look++)
        {
            if (world.Checks.IsRecovered(recovery.BeganAtUnixMs))
            {
                world.Tell("an operator ends the recovery");
                await Operator(journal => journal.EndRecoveryAsync(recovery.BeganAtUnixMs, "looked at every limit", CancellationToken.None));
                world.Checks.Authority.RecoveryEnded();
                return;
            }

            await world.Pause(TimeSpan.FromSeconds(15));
        }
    }

    /// <param name="Mark">Of the rows.</param>
    /// <param name="Signed">Signatures that there were.</param>
    /// <param name="Asked">What clients had asked for.</param>
    /// <param name="Explained">Signed requests that a recovery in this copy accounts for.</param>
    private sealed record Copy(MemoryStore Store, int Mark, int Signed, int Asked, int Explained);

    private async Task Operator(Func<IRecoveryStore, Task> command)
    {
        await using var journal = new MemoryJournal(world.Store, world.Seal, world.Clocks.Database);
        await command(journal);
    }
}
