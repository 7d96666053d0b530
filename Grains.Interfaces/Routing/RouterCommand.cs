using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>What the network's keeper is told.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Announce), "announce")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.router-command")]
public abstract record RouterCommand : ICommand
{
    private RouterCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>A side of a channel has opened, changed or closed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.router-command.announce")]
    public sealed record Announce(Guid CommandId, AnnouncedSide Side) : RouterCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.router-command.tick")]
    public sealed record Tick(Guid CommandId) : RouterCommand(CommandId), IInnerCommand;
}
