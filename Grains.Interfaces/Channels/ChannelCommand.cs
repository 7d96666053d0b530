using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What is asked of a channel: by its account (first group), by the chain, the peer and its own effects (second group).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Pay), "pay")]
[JsonDerivedType(typeof(Offer), "offer")]
[JsonDerivedType(typeof(Fulfil), "fulfil")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(SetFrozen), "set-frozen")]
[JsonDerivedType(typeof(RecordDeposit), "deposit")]
[JsonDerivedType(typeof(RecordTime), "time")]
[JsonDerivedType(typeof(Hear), "hear")]
[JsonDerivedType(typeof(RecordSignature), "signature")]
[JsonDerivedType(typeof(RecordHeard), "heard")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.channel-command")]
public abstract record ChannelCommand : ICommand
{
    private ChannelCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Begins with a channel that the chain knows. The grain's key is the id of these facts.</summary>
    /// <param name="Us">Which party this side is.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.open")]
    public sealed record Open(Guid CommandId, ChannelFacts Facts, ChannelSide Us, ChannelTerms Terms) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Pays the peer. Done when a state that holds it has both signatures.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.pay")]
    public sealed record Pay(Guid CommandId, UInt256 Amount) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Locks an amount for the peer.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.offer")]
    public sealed record Offer(Guid CommandId, UInt256 Amount, ulong Expiry, LockKind Kind, Bytes32 Target) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Takes what the peer locked for us.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.fulfil")]
    public sealed record Fulfil(Guid CommandId, long Number, Bytes32 Secret) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Gives back what the peer locked for us.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.fail")]
    public sealed record Fail(Guid CommandId, long Number) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Agrees with the peer on the last state, which needs that no lock is left.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.end")]
    public sealed record End(Guid CommandId) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Stops new payments and locks of ours, or lets them go on. What defends (fulfil, fail, count) and what the peer pays is not stopped.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.set-frozen")]
    public sealed record SetFrozen(Guid CommandId, bool Frozen) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>A party's total of deposits, final on the chain.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.deposit")]
    public sealed record RecordDeposit(Guid CommandId, ChannelSide Side, UInt256 Total) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The contract's clock: the time of a final block in seconds since 1970.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.time")]
    public sealed record RecordTime(Guid CommandId, ulong Second) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>A message of the peer, whose machine keeps it until this is durable.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.hear")]
    public sealed record Hear(Guid CommandId, ChannelMessage Message) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The channel key signed the state with this nonce.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.signature")]
    public sealed record RecordSignature(Guid CommandId, ulong Nonce, HexBytes Signature) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>What the peer said to a message: it is durable there, or refused.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.heard")]
    public sealed record RecordHeard(Guid CommandId, long Number, Rejection? Refusal) : ChannelCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.channel.tick")]
    public sealed record Tick(Guid CommandId) : ChannelCommand(CommandId), IInnerCommand;
}
