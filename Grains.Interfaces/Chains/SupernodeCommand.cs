using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>What is asked of a supernode's grain (key: chain/node): by operators, and by the pool when the node was caught.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Register), "register")]
[JsonDerivedType(typeof(Cordon), "cordon")]
[JsonDerivedType(typeof(Uncordon), "uncordon")]
[JsonDerivedType(typeof(Quarantine), "quarantine")]
[JsonDerivedType(typeof(RecordStandstill), "standstill")]
[JsonDerivedType(typeof(RecordCaughtUp), "caught-up")]
[JsonDerivedType(typeof(Reinstate), "reinstate")]
[GenerateSerializer, Immutable, Alias("tpw.node-command")]
public abstract record SupernodeCommand : ICommand
{
    private SupernodeCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>The node is in the configuration.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.register")]
    public sealed record Register(Guid CommandId, ChainId Chain, Name Node, Name Organisation) : SupernodeCommand(CommandId);

    /// <summary>An operator takes the node out of use, as for maintenance.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.cordon")]
    public sealed record Cordon(Guid CommandId, string Operator, string Reason) : SupernodeCommand(CommandId);

    /// <summary>An operator puts the node back into use.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.uncordon")]
    public sealed record Uncordon(Guid CommandId, string Operator) : SupernodeCommand(CommandId);

    /// <summary>It contradicted a proven fact; the evidence is kept.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.quarantine")]
    public sealed record Quarantine(Guid CommandId, string Fact, HexBytes Evidence) : SupernodeCommand(CommandId);

    /// <summary>It stood still while others proved that the chain went on; its own answers are kept beside what they proved.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.standstill")]
    public sealed record RecordStandstill(Guid CommandId, string Fact, HexBytes Evidence) : SupernodeCommand(CommandId);

    /// <summary>One that stood still was seen level with the others again.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.caught-up")]
    public sealed record RecordCaughtUp(Guid CommandId, string Fact) : SupernodeCommand(CommandId);

    /// <summary>An operator puts a node back into use that stood still; never one that contradicted a proven fact.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.reinstate")]
    public sealed record Reinstate(Guid CommandId, string Operator, string Reason) : SupernodeCommand(CommandId);
}
