using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Peers;

/// <summary>What the keeper of a peer's standing is told. Key: the peer's name.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(SetPolicy), "set-policy")]
[JsonDerivedType(typeof(Report), "report")]
[JsonDerivedType(typeof(RecordAllowed), "allowed")]
[JsonDerivedType(typeof(Forgive), "forgive")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.peer-command")]
public abstract record PeerCommand : ICommand
{
    private PeerCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>What holds from now on.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.peer-command.set-policy")]
    public sealed record SetPolicy(Guid CommandId, PeerPolicy Policy) : PeerCommand(CommandId), IInnerCommand;

    /// <summary>What a side of a channel with it has seen since it reported last.</summary>
    /// <param name="IsOpen">It is open, and is told what it may hold.</param>
    [GenerateSerializer, Immutable, Alias("tpw.peer-command.report")]
    public sealed record Report(Guid CommandId, ChannelRef Side, bool IsOpen, ImmutableArray<Dealing> Dealings) : PeerCommand(CommandId), IInnerCommand;

    /// <summary>A side knows what it may hold.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.peer-command.allowed")]
    public sealed record RecordAllowed(Guid CommandId, ChannelRef Side, PeerAllowance? Allowance) : PeerCommand(CommandId), IInnerCommand;

    /// <summary>An operator has what the peer did wrong count no more. What it did stays listed.</summary>
    /// <param name="Operator">The API key that asks.</param>
    /// <param name="Because">Why; kept readable for ever: it names no person.</param>
    [GenerateSerializer, Immutable, Alias("tpw.peer-command.forgive")]
    public sealed record Forgive(Guid CommandId, string Operator, string Because) : PeerCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.peer-command.tick")]
    public sealed record Tick(Guid CommandId) : PeerCommand(CommandId), IInnerCommand;
}
