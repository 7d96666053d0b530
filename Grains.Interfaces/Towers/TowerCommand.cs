using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Towers;

/// <summary>What a tower is told.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Keep), "keep")]
[JsonDerivedType(typeof(RecordSight), "sight")]
[JsonDerivedType(typeof(RecordAct), "act")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.tower-command")]
public abstract record TowerCommand : ICommand
{
    private TowerCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>The customer hands over what guards its side.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tower-command.keep")]
    public sealed record Keep(Guid CommandId, TowerHandOver HandOver) : TowerCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.tower-command.sight")]
    public sealed record RecordSight(Guid CommandId, TowerSight Sight) : TowerCommand(CommandId), IInnerCommand;

    /// <summary>The packet of an act is there, or could not be made.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tower-command.act")]
    public sealed record RecordAct(Guid CommandId, int Number, Rejection? Refusal) : TowerCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.tower-command.tick")]
    public sealed record Tick(Guid CommandId) : TowerCommand(CommandId), IInnerCommand;
}
