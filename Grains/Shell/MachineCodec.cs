using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>How one machine's commands, events and state are written; stored names come from the event union's discriminators.</summary>
/// <param name="state">Null when a state is cheap to replay and never snapshotted.</param>
/// <param name="reading">How events and states are read back, where equal parts of them are to be one object; null: as they are written.</param>
public sealed class MachineCodec<TState, TCommand, TEvent>(
    JsonTypeInfo<TCommand> command, JsonTypeInfo<TEvent> @event, JsonTypeInfo<TState>? state, JsonSerializerOptions? reading = null)
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>The schema that this code writes. Reading an unknown one stops the stream, it never skips.</summary>
    public const int Schema = 1;

    private readonly FrozenDictionary<Type, (string Name, ImmutableArray<string> Alone)> _names = (@event.PolymorphismOptions
            ?? throw new ArgumentException($"{typeof(TEvent)} is not a polymorphic union."))
        .DerivedTypes.ToFrozenDictionary(d => d.DerivedType, d => ((string)d.TypeDiscriminator!, ImmutableArray.Create((string)d.TypeDiscriminator!)));

    private readonly UnionWriter<TCommand> _commands = new(command);
    private readonly UnionWriter<TEvent> _events = new(@event);
    private readonly JsonTypeInfo<TEvent> _eventAgain = (JsonTypeInfo<TEvent>?)reading?.GetTypeInfo(typeof(TEvent)) ?? @event;
    private readonly JsonTypeInfo<TState>? _stateAgain = (JsonTypeInfo<TState>?)reading?.GetTypeInfo(typeof(TState)) ?? state;

    public bool HasSnapshots => state is not null;

    public string NameOf(TEvent value) => _names[value.GetType()].Name;

    /// <summary>The names of a command's events. Most commands have one event, and every answer with it holds the same array.</summary>
    public ImmutableArray<string> NamesOf(ReadOnlySpan<TEvent> events)
    {
        if (events is [var one]) return _names[one.GetType()].Alone;
        var names = ImmutableArray.CreateBuilder<string>(events.Length);
        foreach (var @event in events) names.Add(NameOf(@event));
        return names.MoveToImmutable();
    }

    public Bytes32 Fingerprint(TCommand value) => Canonical.Fingerprint(_commands.Write(value));

    public NewRow Row(TEvent value, Guid? commandId, Bytes32 fingerprint, Instant at) =>
        new(NameOf(value), Schema, _events.Write(value).ToArray(), commandId, commandId is null ? default : fingerprint.ToArray(), at.UnixMs);

    /// <exception cref="StreamUnreadableException">Unknown type or schema, or a payload that does not read.</exception>
    public TEvent Read(JournalRow row)
    {
        if (row.Schema != Schema) throw new StreamUnreadableException(row.Stream, row.Version, StreamFault.Undecodable);
        try
        {
            return JsonSerializer.Deserialize(row.Payload.Span, _eventAgain) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new StreamUnreadableException(row.Stream, row.Version, StreamFault.Undecodable);
        }
    }

    public byte[] Write(TState value) => JsonSerializer.SerializeToUtf8Bytes(value, state!);

    public TState? ReadState(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, _stateAgain!);
}
