using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Invoices;

/// <summary>What is asked of an invoice: by its account, by the channels that locks for it come in by, and by its own effects (inner commands).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Create), "create")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(RecordTerms), "terms")]
[JsonDerivedType(typeof(Hold), "hold")]
[JsonDerivedType(typeof(RecordAnswered), "answered")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.invoice-command")]
public abstract record InvoiceCommand : ICommand
{
    private InvoiceCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Asks for a payment. The hash is in the view once it is made.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.invoice-command.create")]
    public sealed record Create(Guid CommandId, InvoiceContent Content) : InvoiceCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Content.Description;

        Rejection? IPersonalCommand.CheckPersonal() => InvoiceDescription.Judge(Content.Description);

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Content = Content with { Description = text } };
    }

    /// <summary>No payment of it is taken any more. One that is whole already cannot be cancelled.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.invoice-command.cancel")]
    public sealed record Cancel(Guid CommandId) : InvoiceCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.invoice-command.terms")]
    public sealed record RecordTerms(Guid CommandId, InvoiceTerms Terms) : InvoiceCommand(CommandId), IInnerCommand;

    /// <summary>A lock has come in that pays it. What was refused is given back there, and must not be held later.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.invoice-command.hold")]
    public sealed record Hold(Guid CommandId, InvoicePart Part) : InvoiceCommand(CommandId), IDecidedOnce;

    /// <summary>The channel knows what became of this part.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.invoice-command.answered")]
    public sealed record RecordAnswered(Guid CommandId, int Part) : InvoiceCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.invoice-command.tick")]
    public sealed record Tick(Guid CommandId) : InvoiceCommand(CommandId), IInnerCommand;
}
