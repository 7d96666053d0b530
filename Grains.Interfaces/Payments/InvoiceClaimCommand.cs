using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>What an account's payments ask of the claim to an invoice, before anything is sent. Inner commands.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Take), "take")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.invoice-claim-command")]
public abstract record InvoiceClaimCommand : ICommand
{
    private InvoiceClaimCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>This payment is to be the only one that pays it.</summary>
    /// <param name="Over">The payment that had it and is over, with nothing paid: whoever asks has seen that. Null: it is nobody's.</param>
    [GenerateSerializer, Immutable, Alias("tpw.invoice-claim-command.take")]
    public sealed record Take(Guid CommandId, Name By, Name? Over) : InvoiceClaimCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.invoice-claim-command.tick")]
    public sealed record Tick(Guid CommandId) : InvoiceClaimCommand(CommandId), IInnerCommand;
}
