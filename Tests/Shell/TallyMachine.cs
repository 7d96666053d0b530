using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Shell;

/// <summary>The smallest machine that has everything a shell must handle: refusals, several events, an effect, an exclusive effect, a deadline.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Add), "add")]
[JsonDerivedType(typeof(Twice), "twice")]
[JsonDerivedType(typeof(Ask), "ask")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Waive), "waive")]
[JsonDerivedType(typeof(Explode), "explode")]
[JsonDerivedType(typeof(Promise), "promise")]
[JsonDerivedType(typeof(TickTally), "tick")]
[JsonDerivedType(typeof(Claim), "claim")]
[JsonDerivedType(typeof(Late), "late")]
[GenerateSerializer, Immutable, Alias("test.tally.command")]
public abstract record TallyCommand(Guid CommandId) : ICommand
{
    [GenerateSerializer, Immutable, Alias("test.tally.add")]
    public sealed record Add(Guid CommandId, long Value) : TallyCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("test.tally.twice")]
    public sealed record Twice(Guid CommandId, long Value) : TallyCommand(CommandId);

    /// <summary>Owes one effect; exclusive ones must wait for the fence.</summary>
    [GenerateSerializer, Immutable, Alias("test.tally.ask")]
    public sealed record Ask(Guid CommandId, string Name, bool Exclusive) : TallyCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("test.tally.answered")]
    public sealed record Answered(Guid CommandId, string Name) : TallyCommand(CommandId), IInnerCommand;

    /// <summary>As <see cref="Answered"/>, from a caller.</summary>
    [GenerateSerializer, Immutable, Alias("test.tally.waive")]
    public sealed record Waive(Guid CommandId, string Name) : TallyCommand(CommandId);

    /// <summary>As <see cref="Add"/>, decided once; while something is owed there is no room.</summary>
    [GenerateSerializer, Immutable, Alias("test.tally.claim")]
    public sealed record Claim(Guid CommandId, long Value) : TallyCommand(CommandId), IDecidedOnce;

    /// <summary>As <see cref="Add"/>, but it may wait for another command.</summary>
    [GenerateSerializer, Immutable, Alias("test.tally.late")]
    public sealed record Late(Guid CommandId, long Value) : TallyCommand(CommandId), IMayWait;

    [GenerateSerializer, Immutable, Alias("test.tally.explode")]
    public sealed record Explode(Guid CommandId) : TallyCommand(CommandId);

    /// <summary>Sets a deadline.</summary>
    [GenerateSerializer, Immutable, Alias("test.tally.promise")]
    public sealed record Promise(Guid CommandId, Instant Until) : TallyCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("test.tally.tick")]
    public sealed record TickTally(Guid CommandId) : TallyCommand(CommandId);
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Added), "added")]
[JsonDerivedType(typeof(AddedLate), "added-late")]
[JsonDerivedType(typeof(Asked), "asked")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Promised), "promised")]
public abstract record TallyEvent
{
    /// <param name="Before">What was added before it, one by one.</param>
    public sealed record Added(
        long Value, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<long>? Before = null) : TallyEvent;

    public sealed record AddedLate(long Value) : TallyEvent;

    public sealed record Asked(string Name, bool Exclusive) : TallyEvent;

    public sealed record Done(string Name) : TallyEvent;

    public sealed record Promised(Instant Until) : TallyEvent;
}

public sealed record TallyState(long Sum, int Count, ImmutableSortedDictionary<string, bool> Owed, Instant? Deadline = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TallyCommand))]
[JsonSerializable(typeof(TallyEvent))]
[JsonSerializable(typeof(TallyState))]
internal sealed partial class TallyJson : JsonSerializerContext;

public sealed class TallyMachine : IMachine<TallyState, TallyCommand, TallyEvent>
{
    public const long Limit = 1_000_000;

    public static string Kind => "tally";

    public static int CodeVersion => 1;

    public static TallyState Empty(string key) => new(0, 0, ImmutableSortedDictionary.Create<string, bool>(StringComparer.Ordinal));

    public static Decision<TallyEvent> Decide(TallyState state, TallyCommand command, Stamp stamp) => command switch
    {
        TallyCommand.Add c when state.Sum + c.Value > Limit => new Rejection(RejectionCode.HardLimit, $"at most {Limit}", $"{state.Sum + c.Value}"),
        TallyCommand.Add c => new TallyEvent.Added(c.Value),
        TallyCommand.Late c => new TallyEvent.AddedLate(c.Value),
        TallyCommand.Claim when !state.Owed.IsEmpty => new Rejection(RejectionCode.LaneFull, "room", "none"),
        TallyCommand.Claim c => Decide(state, new TallyCommand.Add(c.CommandId, c.Value), stamp),
        TallyCommand.Twice c => ImmutableArray.Create<TallyEvent>(new TallyEvent.Added(c.Value), new TallyEvent.Added(c.Value)),
        TallyCommand.Ask c => new TallyEvent.Asked(c.Name, c.Exclusive),
        TallyCommand.Answered c when state.Owed.ContainsKey(c.Name) => new TallyEvent.Done(c.Name),
        TallyCommand.Waive c when state.Owed.ContainsKey(c.Name) => new TallyEvent.Done(c.Name),
        TallyCommand.Answered or TallyCommand.Waive or TallyCommand.TickTally => ImmutableArray<TallyEvent>.Empty,
        TallyCommand.Promise c => new TallyEvent.Promised(c.Until),
        TallyCommand.Explode => throw new InvalidOperationException("a bug in a decider"),
        _ => new Rejection(RejectionCode.WrongState, "a known command", command.GetType().Name),
    };

    public static TallyState Evolve(TallyState state, TallyEvent @event, Instant at) => @event switch
    {
        TallyEvent.Added e => state with { Sum = state.Sum + e.Value + (e.Before ?? []).Sum(), Count = state.Count + 1 + (e.Before ?? []).Length },
        TallyEvent.AddedLate e => state with { Sum = state.Sum + e.Value, Count = state.Count + 1 },
        TallyEvent.Asked e => state with { Owed = state.Owed.Add(e.Name, e.Exclusive) },
        TallyEvent.Promised e => state with { Deadline = e.Until },
        TallyEvent.Done e => state with { Owed = state.Owed.Remove(e.Name) },
        _ => throw new UnreachableException(),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(TallyState state) => state.Owed.ToImmutableSortedDictionary(
        o => o.Key,
        o => o.Value
            ? new Effect.Broadcast(ChainId.Evm(1), Bytes32.Zero, HexBytes.Empty)
            : (Effect)new Effect.TellRevenue(o.Key, new RevenueCommand.PostFee(
                EffectId.Of(Kind, "", o.Key), default, default, FeeKind.Packing, new(AssetId.Native(ChainId.Evm(1)), 1))),
        StringComparer.Ordinal);

    public static TallyCommand? Resume(TallyState state, string intent, EffectResult result) =>
        result is EffectResult.Done ? new TallyCommand.Answered(EffectId.ResultOf(Kind, "", intent), intent) : null;

    public static TallyEvent? Joined(TallyEvent earlier, TallyEvent later) => (earlier, later) switch
    {
        (TallyEvent.AddedLate late, TallyEvent.Added added) => added with { Before = (added.Before ?? []).Insert(0, late.Value) },
        _ => null,
    };

    public static Instant? NextWake(TallyState state) => state.Deadline;

    public static TallyCommand Tick(Guid commandId) => new TallyCommand.TickTally(commandId);
}

public interface ITallyGrain : IWakeable
{
    Task<CommandReply> Submit(TallyCommand command);

    [ReadOnly]
    Task<TallyView> Read();

    Task Rest();
}

[GenerateSerializer, Immutable, Alias("test.tally")]
public sealed record TallyView(long Sum, int Count, long Version, int Owed);

[Reentrant]
public sealed class TallyGrain(ShellServices services) : MachineGrain<TallyMachine, TallyState, TallyCommand, TallyEvent>(services, _codec), ITallyGrain
{
    private static readonly MachineCodec<TallyState, TallyCommand, TallyEvent> _codec =
        new(TallyJson.Default.TallyCommand, TallyJson.Default.TallyEvent, TallyJson.Default.TallyState);

    public Task<TallyView> Read() => Task.FromResult(new TallyView(State.Sum, State.Count, Version, State.Owed.Count));

    public Task Rest()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
