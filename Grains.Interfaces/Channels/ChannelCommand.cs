using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What is asked of one side of a channel: by its account and its peer, or (inner commands) by its own effects.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Pay), "pay")]
[JsonDerivedType(typeof(Offer), "offer")]
[JsonDerivedType(typeof(Carry), "carry")]
[JsonDerivedType(typeof(RecordRouted), "routed")]
[JsonDerivedType(typeof(RecordPassed), "passed")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(RecordOriginTold), "origin-told")]
[JsonDerivedType(typeof(RecordAnnounced), "announced")]
[JsonDerivedType(typeof(RecordRecalled), "recalled")]
[JsonDerivedType(typeof(RecordDealingsTold), "dealings-told")]
[JsonDerivedType(typeof(Allow), "allow")]
[JsonDerivedType(typeof(SetTower), "set-tower")]
[JsonDerivedType(typeof(SetPublic), "set-public")]
[JsonDerivedType(typeof(RecordHandedOver), "handed-over")]
[JsonDerivedType(typeof(Fulfil), "fulfil")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(RecordOrder), "order")]
[JsonDerivedType(typeof(RecordOrderRefused), "order-refused")]
[JsonDerivedType(typeof(RecordAct), "act")]
[JsonDerivedType(typeof(SetFrozen), "set-frozen")]
[JsonDerivedType(typeof(Look), "look")]
[JsonDerivedType(typeof(RecordSight), "sight")]
[JsonDerivedType(typeof(RecordTaken), "taken")]
[JsonDerivedType(typeof(RecordNotOpened), "not-opened")]
[JsonDerivedType(typeof(RecordSignatureRefused), "signature-refused")]
[JsonDerivedType(typeof(RecordNotice), "notice")]
[JsonDerivedType(typeof(Recover), "recover")]
[JsonDerivedType(typeof(Hear), "hear")]
[JsonDerivedType(typeof(RecordSignature), "signature")]
[JsonDerivedType(typeof(RecordHeard), "heard")]
[JsonDerivedType(typeof(Tick), "tick")]
[JsonDerivedType(typeof(Withdraw), "withdraw")]
[GenerateSerializer, Immutable, Alias("tpw.channel-command")]
public abstract record ChannelCommand : ICommand
{
    private ChannelCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>
    /// Begins with a channel that was opened on chain. It is open here once the signer signs for it, under the account's mandate, and the chain shows it with these
    /// terms.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.open")]
    public sealed record Open(Guid CommandId, ChannelOpening Opening) : ChannelCommand(CommandId);

    /// <summary>Pays the peer. Done when a state that holds it has both signatures.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.pay")]
    public sealed record Pay(Guid CommandId, UInt256 Amount) : ChannelCommand(CommandId);

    /// <summary>Locks an amount for the peer.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.offer")]
    public sealed record Offer(Guid CommandId, UInt256 Amount, ulong Expiry, LockKind Kind, Bytes32 Target) : ChannelCommand(CommandId)
    {
        /// <summary>The way of a payment over several channels, each hop under its own layer (BOLT-4); null: it ends at the peer.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public HexBytes? Onion { get; init; }
    }

    /// <summary>Locks an amount for the peer on behalf of a lock that another channel of the account holds for it, or of a payment of the account, and tells that one how it ended.</summary>
    /// <param name="Origin">The other channel's lock; null: it is a part of a payment.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.carry")]
    public sealed record Carry(Guid CommandId, ChannelLock Lock, HexBytes Onion, LockOrigin? Origin) : ChannelCommand(CommandId), IDecidedOnce
    {
        /// <summary>The part of a payment that it is; null: it is carried for a lock.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public PaymentPart? Payer { get; init; }
    }

    /// <summary>Where a lock of the peer's goes.</summary>
    /// <param name="Onward">Null: it ends here, or goes nowhere.</param>
    /// <param name="Refusal">Why it goes nowhere; null: it does.</param>
    /// <param name="Reason">The same for who made the onion.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.routed")]
    public sealed record RecordRouted(Guid CommandId, long Number, LockOnward? Onward, Rejection? Refusal, HexBytes? Reason) : ChannelCommand(CommandId), IInnerCommand
    {
        /// <summary>The invoice that it pays; null: none that this account made.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public LockPayment? Payment { get; init; }
    }

    /// <summary>The next channel has taken a lock that goes on, or will never take it.</summary>
    /// <param name="Refusal">Why it will not; null: it has.</param>
    /// <param name="Reason">The same for who made the onion.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.passed")]
    public sealed record RecordPassed(Guid CommandId, long Number, Rejection? Refusal, HexBytes? Reason) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>How what a lock of the peer's was handed on for has ended: the secret is known, or it will never pay.</summary>
    /// <param name="Secret">Null: it will never pay.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.answer")]
    public sealed record Answer(Guid CommandId, long Number, Bytes32? Secret, HexBytes? Reason) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The channel or the payment that a lock of ours is made for knows how it ended.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.origin-told")]
    public sealed record RecordOriginTold(Guid CommandId, long Number) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Whoever looks for ways knows this of the side.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.announced")]
    public sealed record RecordAnnounced(Guid CommandId, bool IsOpen, UInt256 Capacity) : ChannelCommand(CommandId), IInnerCommand
    {
        /// <summary>Other operators are told of it.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsPublic { get; init; }
    }

    /// <summary>The book of the state that it closes by was looked for.</summary>
    /// <param name="Book">Null: this side's events do not have it.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.recalled")]
    public sealed record RecordRecalled(Guid CommandId, ulong Nonce, ChannelBook? Book) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Whoever keeps the peer's standing has heard what this side saw of it.</summary>
    /// <param name="Number">Of the batch.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.dealings-told")]
    public sealed record RecordDealingsTold(Guid CommandId, long Number) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>What is held for the peer at most from now on, by its standing.</summary>
    /// <param name="Allowance">Null: what the terms allow.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.allow")]
    public sealed record Allow(Guid CommandId, PeerAllowance? Allowance) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Has another operator guard this side while this deployment cannot.</summary>
    /// <param name="Tower">By its name among the peers; null: nobody.</param>
    /// <param name="Waits">Whether nothing is acknowledged, carried on or given back before the tower has the state that it rests on.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.set-tower")]
    public sealed record SetTower(Guid CommandId, Name? Tower, bool Waits = false) : ChannelCommand(CommandId);

    /// <summary>Has other operators told of the side, or not any more; they learn of the channel once both sides want it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.set-public")]
    public sealed record SetPublic(Guid CommandId, bool IsPublic) : ChannelCommand(CommandId);

    /// <summary>The tower has what was handed to it, or does not take it.</summary>
    /// <param name="Newest">Nonce of the state that was handed over as the newest.</param>
    /// <param name="UpTo">Signed states up to this nonce were in it.</param>
    /// <param name="HistoryTo">And those of the side's own events up to this one; 0: none.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.handed-over")]
    public sealed record RecordHandedOver(Guid CommandId, Name Tower, ulong Newest, ulong UpTo, ulong HistoryTo, Rejection? Refusal)
        : ChannelCommand(CommandId), IInnerCommand, IMayWait;

    /// <summary>Takes what the peer locked for us.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.fulfil")]
    public sealed record Fulfil(Guid CommandId, long Number, Bytes32 Secret) : ChannelCommand(CommandId);

    /// <summary>Gives back what the peer locked for us.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.fail")]
    public sealed record Fail(Guid CommandId, long Number) : ChannelCommand(CommandId);

    /// <summary>Agrees with the peer on the last state, which needs that no lock is left.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.end")]
    public sealed record End(Guid CommandId) : ChannelCommand(CommandId);

    /// <summary>
    /// Closes on chain by the newest state, without the peer: what is ours is paid out after the contract's window, locks after their time. It cannot be taken back.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.close")]
    public sealed record Close(Guid CommandId) : ChannelCommand(CommandId);

    /// <summary>
    /// Takes an amount out of the open channel, to where the mandate says. Done when a state that both signed names it: from then on it is spent. It is paid out by the contract
    /// after that; should the channel close before, the contract gives it with what is left.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.withdraw")]
    public sealed record Withdraw(Guid CommandId, UInt256 Amount) : ChannelCommand(CommandId);

    /// <summary>The channel key signed what was asked of it for the contract.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.order")]
    public sealed record RecordOrder(Guid CommandId, ChannelOrder Order, HexBytes Signature) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The channel key does not sign it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.order-refused")]
    public sealed record RecordOrderRefused(Guid CommandId, Rejection Reason) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The packet of an act of this side was proposed, or cannot be.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.act")]
    public sealed record RecordAct(Guid CommandId, int Number, Rejection? Refusal) : ChannelCommand(CommandId), IInnerCommand
    {
        /// <summary>The packet that makes it with others; null: its own.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Name? Packet { get; init; }
    }

    /// <summary>Stops new payments and locks of ours, or lets them go on. What defends (fulfil, fail, count) and what the peer pays is not stopped.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.set-frozen")]
    public sealed record SetFrozen(Guid CommandId, bool Frozen) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>Has the channel looked up on the chain: its deposits, its clock, and whether it is closing.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.look")]
    public sealed record Look(Guid CommandId) : ChannelCommand(CommandId);

    /// <summary>What a final block says of the channel.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.sight")]
    public sealed record RecordSight(Guid CommandId, ChannelSight Sight) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The signer signs for the channel.</summary>
    /// <param name="Nonce">The highest that it ever signed in it.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.taken")]
    public sealed record RecordTaken(Guid CommandId, ulong Nonce) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The channel cannot be opened here.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.not-opened")]
    public sealed record RecordNotOpened(Guid CommandId, Rejection Reason) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The channel key does not sign the state with this nonce, now or later.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.signature-refused")]
    public sealed record RecordSignatureRefused(Guid CommandId, ulong Nonce, Rejection Reason) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The peer has taken a message that has no number.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.notice")]
    public sealed record RecordNotice(Guid CommandId, ChannelNotice Notice) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>The journal was restored: what came after this state may be lost.</summary>
    /// <param name="Epoch">The recovery.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel.recover")]
    public sealed record Recover(Guid CommandId, long Epoch) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>A message of the peer, whose machine keeps it until this is durable.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.hear")]
    public sealed record Hear(Guid CommandId, ChannelMessage Message) : ChannelCommand(CommandId);

    /// <summary>The channel key signed the state with this nonce.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.signature")]
    public sealed record RecordSignature(Guid CommandId, ulong Nonce, HexBytes Signature) : ChannelCommand(CommandId), IInnerCommand;

    /// <summary>What the peer said to a message: it is durable there, or refused.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel.heard")]
    public sealed record RecordHeard(Guid CommandId, long Number, Rejection? Refusal) : ChannelCommand(CommandId), IInnerCommand, IMayWait;

    [GenerateSerializer, Immutable, Alias("tpw.channel.tick")]
    public sealed record Tick(Guid CommandId) : ChannelCommand(CommandId), IInnerCommand;
}
