using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What the books of a channel key are told.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(NoteSide), "note-side")]
[JsonDerivedType(typeof(Look), "look")]
[JsonDerivedType(typeof(RecordReading), "reading")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.key-books-command")]
public abstract record KeyBooksCommand : ICommand
{
    private KeyBooksCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>What a side's ledger says; it comes with each of its looks at the chain.</summary>
    /// <param name="Party">The key's address.</param>
    [GenerateSerializer, Immutable, Alias("tpw.key-books-command.note-side")]
    public sealed record NoteSide(Guid CommandId, ChannelRef Side, Address Party, SideFigures Figures) : KeyBooksCommand(CommandId), IInnerCommand;

    /// <summary>Has contract and account read now.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.key-books-command.look")]
    public sealed record Look(Guid CommandId) : KeyBooksCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.key-books-command.reading")]
    public sealed record RecordReading(Guid CommandId, KeyBooksReading Reading) : KeyBooksCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.key-books-command.tick")]
    public sealed record Tick(Guid CommandId) : KeyBooksCommand(CommandId), IInnerCommand;
}
