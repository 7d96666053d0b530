using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>What happened to an invoice. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Created), "invoice.created")]
[JsonDerivedType(typeof(TermsMade), "invoice.terms-made")]
[JsonDerivedType(typeof(PartHeld), "invoice.part-held")]
[JsonDerivedType(typeof(Settled), "invoice.settled")]
[JsonDerivedType(typeof(GivenBack), "invoice.given-back")]
[JsonDerivedType(typeof(PartAnswered), "invoice.part-answered")]
[JsonDerivedType(typeof(Expired), "invoice.expired")]
[JsonDerivedType(typeof(Cancelled), "invoice.cancelled")]
public abstract record InvoiceEvent
{
    private InvoiceEvent()
    {
    }

    /// <param name="Intent">The command's id: its secret is of this intention alone, also where a restored journal forgot an earlier one of the same name.</param>
    public sealed record Created(Guid Intent, InvoiceContent Content) : InvoiceEvent;

    /// <summary>It can be paid.</summary>
    public sealed record TermsMade(InvoiceTerms Terms) : InvoiceEvent;

    /// <param name="Part">Counts all that were ever held, from 1.</param>
    public sealed record PartHeld(int Part, LockOrigin Origin, UInt256 Amount, UInt256 Total) : InvoiceEvent;

    /// <summary>All parts are there. From now on the secret goes out.</summary>
    public sealed record Settled : InvoiceEvent;

    /// <summary>What was held goes back: the rest did not come in time, or the invoice was cancelled.</summary>
    public sealed record GivenBack : InvoiceEvent;

    /// <summary>The part's channel knows what became of it.</summary>
    public sealed record PartAnswered(int Part) : InvoiceEvent;

    public sealed record Expired : InvoiceEvent;

    public sealed record Cancelled : InvoiceEvent;
}

/// <summary>The stored form of an invoice's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(InvoiceEvent))]
[JsonSerializable(typeof(InvoiceState))]
public sealed partial class InvoiceJson : JsonSerializerContext;
