using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>What is asked of a payment: by its account, by the channels that its parts go by, and by its own effects (inner commands).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Begin), "begin")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Pay), "pay")]
[JsonDerivedType(typeof(RecordTold), "told")]
[JsonDerivedType(typeof(RecordPrepared), "prepared")]
[JsonDerivedType(typeof(RecordWays), "ways")]
[JsonDerivedType(typeof(RecordSent), "sent")]
[JsonDerivedType(typeof(RecordEnd), "end")]
[JsonDerivedType(typeof(RecordCause), "cause")]
[JsonDerivedType(typeof(Recover), "recover")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.payment-command")]
public abstract record PaymentCommand : ICommand
{
    private PaymentCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Pays an invoice over channels that it finds by itself, if it is signed and asks for what is meant here.</summary>
    /// <param name="Invoice">Its text, as the payee gave it. Nothing keeps it: its description is the payee's.</param>
    /// <param name="Place">The payer's channels: of one key, and of the chain, contract and token that are meant.</param>
    /// <param name="Amount">What is to arrive: what the invoice asks for, where it does.</param>
    /// <param name="Until">No part begins later, nor after the invoice has expired.</param>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.begin-invoice")]
    public sealed record Begin(Guid CommandId, string Invoice, InvoicePlace Place, UInt256 Amount, UInt256 MostFee, int MostParts, Instant Until) : PaymentCommand(CommandId)
    {
        /// <inheritdoc cref="PaymentContent.Ring"/>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public PaymentRing? Ring { get; init; }

        /// <summary>A hash of which nobody knows the secret, in place of the invoice's: finds out whether the payee is reached, and pays nothing; null: it pays.</summary>
        [Id(1)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Bytes32? Probe { get; init; }
    }

    /// <summary>Begins the payment of a packet's leg, which the members voted on. It tells the packet how it ended.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.pay")]
    public sealed record Pay(Guid CommandId, PaymentContent Content, LegRef Leg) : PaymentCommand(CommandId), IDecidedOnce, IInnerCommand;

    /// <summary>The packet has heard a word.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.told")]
    public sealed record RecordTold(Guid CommandId, PaymentWord Word) : PaymentCommand(CommandId), IInnerCommand;

    /// <summary>Tries no further part. What is on its way may still be taken.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.stop")]
    public sealed record Stop(Guid CommandId) : PaymentCommand(CommandId);

    /// <summary>Who pays whom, by the channels that are known.</summary>
    /// <param name="Ends">Null: it cannot be begun.</param>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.prepared")]
    public sealed record RecordPrepared(Guid CommandId, PaymentEnds? Ends) : PaymentCommand(CommandId), IInnerCommand
    {
        /// <summary>Why there are no ends.</summary>
        [Id(0)]
        public PaymentFailure Failure { get; init; } = PaymentFailure.Unreachable;
    }

    /// <summary>The ways of the next parts, which together make up all that is not under way.</summary>
    /// <param name="First">The first part's number.</param>
    /// <param name="Ways">Empty: it cannot be made.</param>
    /// <param name="Failure">Why; null: it can.</param>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.ways")]
    public sealed record RecordWays(Guid CommandId, int First, ImmutableArray<PaymentWay> Ways, PaymentFailure? Failure) : PaymentCommand(CommandId), IInnerCommand;

    /// <summary>The first channel has taken a part, or never will.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.sent")]
    public sealed record RecordSent(Guid CommandId, int Part, Rejection? Refusal) : PaymentCommand(CommandId), IInnerCommand;

    /// <summary>How a part ended, as its channel says it.</summary>
    /// <param name="Secret">Null: it never pays.</param>
    /// <param name="Reason">Why it came back, for who made its onion (BOLT-4); null: nobody said.</param>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.end")]
    public sealed record RecordEnd(Guid CommandId, int Part, Bytes32? Secret, HexBytes? Reason) : PaymentCommand(CommandId), IInnerCommand;

    /// <summary>Why a part came back.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.cause")]
    public sealed record RecordCause(Guid CommandId, int Part, PartCause Cause) : PaymentCommand(CommandId), IInnerCommand;

    /// <inheritdoc cref="Channels.ChannelCommand.Recover"/>
    [GenerateSerializer, Immutable, Alias("tpw.payment-command.recover")]
    public sealed record Recover(Guid CommandId, long Epoch) : PaymentCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.payment-command.tick")]
    public sealed record Tick(Guid CommandId) : PaymentCommand(CommandId), IInnerCommand;
}
