using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>What is asked of one side of a channel, by its account, and what its peer and its own effects tell it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Fund), "fund")]
[JsonDerivedType(typeof(Update), "update")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(Hear), "hear")]
[JsonDerivedType(typeof(RecordKeys), "keys")]
[JsonDerivedType(typeof(RecordSigned), "signed")]
[JsonDerivedType(typeof(RecordTaken), "taken")]
[JsonDerivedType(typeof(RecordEnd), "end-signed")]
[JsonDerivedType(typeof(RecordRefused), "refused")]
[JsonDerivedType(typeof(RecordHeard), "heard")]
[JsonDerivedType(typeof(RecordSight), "sight")]
[JsonDerivedType(typeof(RecordSent), "sent")]
[JsonDerivedType(typeof(Recover), "recover")]
[JsonDerivedType(typeof(Look), "look")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.coin-command")]
public abstract record CoinCommand : ICommand
{
    private CoinCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Begins a channel: the other side begins it with the same parties and terms.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.open")]
    public sealed record Open(Guid CommandId, CoinOpening Opening) : CoinCommand(CommandId);

    /// <summary>Says, at the opener, which output will fund it. The transaction must not be sent before the phase is Funding.</summary>
    /// <param name="Transaction">The signed transaction, which this side then sends when it may; null: whoever has it sends it then.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin.fund")]
    public sealed record Fund(Guid CommandId, SpentOutput Funding, HexBytes? Transaction = null) : CoinCommand(CommandId);

    /// <summary>Asks for an update. Done when both have revoked the state before it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.update")]
    public sealed record Update(Guid CommandId, CoinUpdate Wish) : CoinCommand(CommandId);

    /// <summary>Ends the channel together with the peer, once no HTLC is left.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.end")]
    public sealed record End(Guid CommandId) : CoinCommand(CommandId);

    /// <summary>Leaves the channel alone, by the newest commitment.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.close")]
    public sealed record Close(Guid CommandId) : CoinCommand(CommandId);

    /// <summary>What the peer says.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.hear")]
    public sealed record Hear(Guid CommandId, CoinMessage Message) : CoinCommand(CommandId);

    /// <summary>The signer has made the keys of this side.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.keys")]
    public sealed record RecordKeys(Guid CommandId, CoinBasepoints Basepoints, HexBytes Point, HexBytes NextPoint) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The signer has signed the peer's commitment of this number.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.signed")]
    public sealed record RecordSigned(Guid CommandId, long Commitment, CoinSignatures Signatures) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The signer has found the peer's signatures for this side's commitment right, and gives up the one before.</summary>
    /// <param name="Revocation">Null for commitment 0, which replaces none.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin.taken")]
    public sealed record RecordTaken(Guid CommandId, long Commitment, CoinRevocation? Revocation) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The signer has signed the transaction that ends the channel.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.end-signed")]
    public sealed record RecordEnd(Guid CommandId, HexBytes Signature) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The signer does not do what it was asked for.</summary>
    /// <param name="Intent">The name of the effect.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin.refused")]
    public sealed record RecordRefused(Guid CommandId, string Intent, Rejection Reason) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The peer has made a message durable.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.heard")]
    public sealed record RecordHeard(Guid CommandId, long Number) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The chain was looked at.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.sight")]
    public sealed record RecordSight(Guid CommandId, CoinSight Sight) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>A transaction of this side was handed to the chain's nodes, or is not worth its fee.</summary>
    /// <param name="Intent">The name of the effect.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin.sent")]
    public sealed record RecordSent(Guid CommandId, string Intent, bool IsWorthIt) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>The journal was restored: the peer is asked where it stands.</summary>
    /// <param name="Epoch">Milliseconds since 1970 at which the recovery began; questions count on from there, so that none has the bytes of an older one.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin.recover")]
    public sealed record Recover(Guid CommandId, long Epoch) : CoinCommand(CommandId), IInnerCommand;

    /// <summary>Has the chain looked at, and what is seen recorded even where it is nothing new.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.look")]
    public sealed record Look(Guid CommandId) : CoinCommand(CommandId);

    /// <summary>Time has come: nothing follows from it, as the chain is looked at all the time.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin.tick")]
    public sealed record Tick(Guid CommandId) : CoinCommand(CommandId), IInnerCommand;
}
