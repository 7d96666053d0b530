using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Machines;

/// <summary>
/// One subject's whole behaviour, pure: the same state, command and stamp always give the same decision. The shell
/// (Grains, MachineGrain) loads, decides, appends, evolves, answers and runs what is owed; no rule lives there.
/// </summary>
/// <typeparam name="TState">Immutable; empty before the first event.</typeparam>
/// <typeparam name="TCommand">A closed union of Grains.Interfaces.</typeparam>
/// <typeparam name="TEvent">A closed union; stored, so append only.</typeparam>
public interface IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>The stream kind, a stored name: "account", "packet", …</summary>
    static abstract string Kind { get; }

    /// <summary>Changes whenever <typeparamref name="TState"/> or Evolve changes: older snapshots are then not used.</summary>
    static abstract int CodeVersion { get; }

    /// <summary>The state before the first event of the grain with this key.</summary>
    static abstract TState Empty(string key);

    /// <summary>Never throws for bad input; never looks at anything but its arguments.</summary>
    static abstract Decision<TEvent> Decide(TState state, TCommand command, Stamp stamp);

    /// <summary>Applies one durable event; <paramref name="at"/> is its time. Ends in UnreachableException for an event that cannot be.</summary>
    static abstract TState Evolve(TState state, TEvent @event, Instant at);

    /// <summary>
    /// Effects that are owed now, by name. A name is put into state by an event and leaves it only through the event of its result,
    /// so that what is owed survives a crash. Order by name is the order of start within one destination.
    /// </summary>
    static abstract ImmutableSortedDictionary<string, Effect> Owed(TState state);

    /// <summary>
    /// The command that records an effect's result. Null when the result decides nothing (no answer, overloaded): the effect stays owed and is
    /// tried again with back-off.
    /// </summary>
    static abstract TCommand? Resume(TState state, string intent, EffectResult result);

    /// <summary>The instant at which a Tick is due, or null.</summary>
    static abstract Instant? NextWake(TState state);

    /// <summary>The command that tells the machine that time has come.</summary>
    static abstract TCommand Tick(Guid commandId);

    /// <summary>
    /// The command that tells the machine that the journal was restored and may have lost what came after <paramref name="state"/>; null when it knows,
    /// or has nothing outside the journal that could be ahead of it. Decided before any other command, and before anything owed is done.
    /// </summary>
    /// <param name="epoch">The recovery, by the instant of its beginning in milliseconds since 1970.</param>
    static virtual TCommand? Recover(TState state, Guid commandId, long epoch) => null;

    /// <summary>The generation of what an event carries, where that came later than its type: see <see cref="EventGenerations"/>.</summary>
    static virtual int GenerationOf(TEvent @event) => EventGenerations.First;

    /// <summary>
    /// One event that says what both say, and has the later one's name; null where none does. Evolve of it is Evolve of the one after the other. Asked for
    /// the events of an <see cref="IMayWait"/> before the event that is written next.
    /// </summary>
    static virtual TEvent? Joined(TEvent earlier, TEvent later) => null;
}

/// <summary>What a decider says.</summary>
/// <typeparam name="TEvent">The machine's event union.</typeparam>
public abstract record Decision<TEvent>
{
    private Decision()
    {
    }

    /// <summary>The events to append, all or none; empty means: nothing to do, and that is fine (an effect result that came late).</summary>
    public sealed record Accept(ImmutableArray<TEvent> Events) : Decision<TEvent>;

    public sealed record Refuse(Rejection Rejection) : Decision<TEvent>;

    public static implicit operator Decision<TEvent>(TEvent @event) => new Accept([@event]);

    public static implicit operator Decision<TEvent>(Rejection rejection) => new Refuse(rejection);

    public static implicit operator Decision<TEvent>(ImmutableArray<TEvent> events) => new Accept(events);
}
