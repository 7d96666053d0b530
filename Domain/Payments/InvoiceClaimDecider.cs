using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Payments;

/// <summary>
/// An account's claim to an invoice, by its payment hash: one payment of the account has it, and others of the same invoice send nothing. Two of them could both pay, or one could
/// fail for want of what the other holds and then be made on chain. It is kept for ever where the invoice was paid; a payment that is over and paid nothing loses it to the next.
/// </summary>
public sealed class InvoiceClaimDecider : IMachine<InvoiceClaimState, InvoiceClaimCommand, InvoiceClaimEvent>
{
    private InvoiceClaimDecider()
    {
    }

    public static string Kind => "invoice-claim";

    public static int CodeVersion => 1;

    public static InvoiceClaimState Empty(string key) => new(key, null);

    public static InvoiceClaimCommand Tick(Guid commandId) => new InvoiceClaimCommand.Tick(commandId);

    public static Instant? NextWake(InvoiceClaimState state) => null;

    public static Decision<InvoiceClaimEvent> Decide(InvoiceClaimState state, InvoiceClaimCommand command, Stamp stamp) => command switch
    {
        InvoiceClaimCommand.Take take when state.Payment == take.By => ImmutableArray<InvoiceClaimEvent>.Empty,
        InvoiceClaimCommand.Take take when state.Payment is null || state.Payment == take.Over => new InvoiceClaimEvent.Taken(take.By),
        InvoiceClaimCommand.Take => new Rejection(RejectionCode.ClaimTaken, $"an invoice that no other payment pays: {state.Key}", $"{state.Payment} pays it"),
        InvoiceClaimCommand.Tick => ImmutableArray<InvoiceClaimEvent>.Empty,
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a claim to an invoice", command.GetType().Name),
    };

    public static InvoiceClaimState Evolve(InvoiceClaimState state, InvoiceClaimEvent @event, Instant at) => @event switch
    {
        InvoiceClaimEvent.Taken e => state with { Payment = e.Payment },
        _ => throw new UnreachableException($"No event of a claim to an invoice: {@event}"),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(InvoiceClaimState state) => ImmutableSortedDictionary<string, Effect>.Empty;

    public static InvoiceClaimCommand? Resume(InvoiceClaimState state, string intent, EffectResult result) => null;
}

/// <param name="Key">Account, slash, payment hash.</param>
/// <param name="Payment">The payment that has it; null: none ever had.</param>
public sealed record InvoiceClaimState(string Key, Name? Payment);

/// <summary>What happened to a claim. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Taken), "invoice-claim.taken")]
public abstract record InvoiceClaimEvent
{
    private InvoiceClaimEvent()
    {
    }

    /// <summary>From now on only this payment pays the invoice.</summary>
    public sealed record Taken(Name Payment) : InvoiceClaimEvent;
}

/// <summary>The stored form of a claim's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(InvoiceClaimEvent))]
[JsonSerializable(typeof(InvoiceClaimState))]
public sealed partial class InvoiceClaimJson : JsonSerializerContext;
