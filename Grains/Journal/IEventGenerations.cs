namespace TPWallet.Grains.Journal;

/// <summary>
/// Which generation of events may be written on this database (Domain/Machines/EventGenerations). It is raised only when every silo that lives reads it, under
/// one lock with the coming of silos, and never goes back: so no silo ever joins that cannot read what is written. Both databases pass one specification.
/// </summary>
public interface IEventGenerations
{
    /// <summary>
    /// Says that a silo lives and what it reads; sweeps silos that were silent for longer than <paramref name="silence"/>; raises what may be written to what
    /// all that are left read. The same again only says that it still lives.
    /// </summary>
    /// <returns>The generation that may be written.</returns>
    /// <exception cref="EventsTooNewException">A newer generation may be written already: this silo was not announced, and must not run.</exception>
    Task<int> AnnounceAsync(Guid silo, int reads, TimeSpan silence, CancellationToken cancellationToken);

    /// <summary>The silo ends: others need not wait for its silence.</summary>
    Task LeaveAsync(Guid silo, CancellationToken cancellationToken);
}

/// <summary>The database's events are of a generation that this build cannot read.</summary>
public sealed class EventsTooNewException(int written, int reads)
    : Exception($"The journal's events are of generation {written} and this build reads up to {reads}: start the newer release.");
