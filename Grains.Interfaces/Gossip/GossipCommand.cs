using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Gossip;

/// <summary>What the keeper of announcements between operators is told. One for a deployment, key <see cref="Key"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Note), "note")]
[JsonDerivedType(typeof(Publish), "publish")]
[JsonDerivedType(typeof(SetFees), "set-fees")]
[JsonDerivedType(typeof(RecordSigned), "signed")]
[JsonDerivedType(typeof(RecordNotSigned), "not-signed")]
[JsonDerivedType(typeof(Hear), "hear")]
[JsonDerivedType(typeof(Drop), "drop")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.gossip-command")]
public abstract record GossipCommand : ICommand
{
    /// <summary>The grain's key.</summary>
    public const string Key = "channels";

    private GossipCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>This deployment has a side in a network: what others tell of it is of use.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.note")]
    public sealed record Note(Guid CommandId, RouterRef Network) : GossipCommand(CommandId), IInnerCommand;

    /// <summary>What a side here says of itself, and whether others are to hear it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.publish")]
    public sealed record Publish(Guid CommandId, ChannelOpening Opening, AnnouncedSide Side, bool IsPublic) : GossipCommand(CommandId), IInnerCommand;

    /// <summary>What this deployment asks for from now on.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.set-fees")]
    public sealed record SetFees(Guid CommandId, ForwardFees Fees) : GossipCommand(CommandId), IInnerCommand;

    /// <summary>The channel key signed the word of a side here.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.signed")]
    public sealed record RecordSigned(Guid CommandId, ChannelRef Side, SignedAnnouncement Word) : GossipCommand(CommandId), IInnerCommand;

    /// <summary>The channel key does not sign it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.not-signed")]
    public sealed record RecordNotSigned(Guid CommandId, ChannelRef Side, Rejection Reason) : GossipCommand(CommandId), IInnerCommand;

    /// <summary>Another operator passed a word on.</summary>
    /// <param name="From">That operator, by its name here.</param>
    /// <param name="Sight">What the contract shows of the channel in a final block; null: that is not known.</param>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.hear")]
    public sealed record Hear(Guid CommandId, Name From, SignedAnnouncement Word, FundingSight? Sight) : GossipCommand(CommandId), IInnerCommand;

    /// <summary>A final block shows that a channel of others is not open any more.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.drop")]
    public sealed record Drop(Guid CommandId, Bytes32 Channel) : GossipCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.gossip-command.tick")]
    public sealed record Tick(Guid CommandId) : GossipCommand(CommandId), IInnerCommand;
}

/// <summary>What a deployment asks for carrying payments on, whatever the channel.</summary>
/// <param name="BaseFee">Base units for each lock.</param>
/// <param name="FeePpm">Millionths of the amount that goes on.</param>
/// <param name="LockDelta">Seconds; null: twice the shortest lock of the channel.</param>
[GenerateSerializer, Immutable, Alias("tpw.forward-fees")]
public sealed record ForwardFees(UInt256 BaseFee, uint FeePpm, ulong? LockDelta);
