using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain;

/// <summary>
/// A machine driven by hand, as its shell would: decide, store, evolve. Each decision is taken twice (it must be pure), each event and each
/// state goes through its stored form and comes back the same.
/// </summary>
internal class MachineRun<TMachine, TState, TCommand, TEvent>
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private readonly JsonTypeInfo<TEvent> _eventJson;
    private readonly JsonTypeInfo<TState> _stateJson;
    private readonly List<TEvent> _events = [];

    protected MachineRun(string key, JsonTypeInfo<TEvent> eventJson, JsonTypeInfo<TState> stateJson)
    {
        Key = key;
        (_eventJson, _stateJson) = (eventJson, stateJson);
        State = TMachine.Empty(key);
    }

    internal string Key { get; }

    internal TState State { get; private set; }

    /// <summary>Whether the state goes through its stored form after each command. Off where a test only needs many of them.</summary>
    internal bool ChecksSnapshots { get; init; } = true;

    internal Instant Now { get; set; } = People.Start;

    internal IReadOnlyList<TEvent> Events => _events;

    internal ImmutableSortedDictionary<string, Effect> Owed => TMachine.Owed(State);

    internal Decision<TEvent> Decide(TCommand command)
    {
        var decision = TMachine.Decide(State, command, Stamp.At(Now));
        Describe(TMachine.Decide(State, command, Stamp.At(Now))).Should().Be(Describe(decision), "a decision depends on its arguments alone");
        return decision;
    }

    /// <summary>Decides and applies; a refusal changes nothing.</summary>
    internal Decision<TEvent> Do(TCommand command)
    {
        var decision = Decide(command);
        if (decision is not Decision<TEvent>.Accept accept) return decision;
        foreach (var @event in accept.Events)
        {
            var text = JsonSerializer.Serialize(@event, _eventJson);
            var stored = JsonSerializer.Deserialize(text, _eventJson)!;
            JsonSerializer.Serialize(stored, _eventJson).Should().Be(text);
            _events.Add(stored);
            State = TMachine.Evolve(State, stored, Now);
        }

        if (!ChecksSnapshots) return decision;
        var snapshot = Snapshot(State);
        State = JsonSerializer.Deserialize(snapshot, _stateJson)!;
        Snapshot(State).Should().Be(snapshot, "a snapshot holds the whole state");
        return decision;
    }

    internal ImmutableArray<TEvent> Accept(TCommand command) =>
        Do(command).Should().BeOfType<Decision<TEvent>.Accept>("{0} is fine here", command).Which.Events;

    internal Rejection Refuse(TCommand command) =>
        Do(command).Should().BeOfType<Decision<TEvent>.Refuse>("{0} is not fine here", command).Which.Rejection;

    /// <summary>The one owed effect of this type.</summary>
    internal (string Intent, T Effect) Owes<T>()
        where T : Effect
    {
        var (intent, effect) = Owed.Should().ContainSingle(owed => owed.Value is T, "one {0} is owed", typeof(T).Name).Which;
        return (intent, (T)effect);
    }

    /// <summary>The result of the one owed effect of this type arrives.</summary>
    internal ImmutableArray<TEvent> Answer<T>(EffectResult result)
        where T : Effect => Answer(Owes<T>().Intent, result);

    internal ImmutableArray<TEvent> Answer(string intent, EffectResult result) =>
        TMachine.Resume(State, intent, result) is { } command ? Accept(command) : [];

    /// <summary>The clock moves on and the machine is told.</summary>
    internal ImmutableArray<TEvent> Pass(Span time)
    {
        Now += time;
        return Accept(TMachine.Tick(NewId()));
    }

    /// <summary>A command id that follows from what was done before: the same in every run.</summary>
    internal Guid NewId() => People.Id($"{Key}|{_events.Count}|{Now}");

    internal TState Replay()
    {
        // Times differ from event to event, so only a run at one instant replays to the same state.
        var state = TMachine.Empty(Key);
        foreach (var @event in _events) state = TMachine.Evolve(state, @event, Now);
        return state;
    }

    internal string Snapshot(TState state) => JsonSerializer.Serialize(state, _stateJson);

    /// <summary>A decision in words: stored names of the events, or the code of the refusal.</summary>
    internal string Describe(Decision<TEvent> decision) => decision switch
    {
        Decision<TEvent>.Accept { Events.IsEmpty: true } => "nothing",
        Decision<TEvent>.Accept accept => string.Join(", ", accept.Events.Select(NameOf)),
        Decision<TEvent>.Refuse refuse => $"refused: {refuse.Rejection.Code}",
        _ => throw new UnreachableException(),
    };

    internal string NameOf(TEvent @event) => StoredName(_eventJson, @event);

    internal static string StoredName(JsonTypeInfo<TEvent> json, TEvent @event) =>
        (string)json.PolymorphismOptions!.DerivedTypes.Single(type => type.DerivedType == @event.GetType()).TypeDiscriminator!;
}
