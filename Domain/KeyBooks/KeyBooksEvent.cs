using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.KeyBooks;

/// <summary>What happened to the books of a channel key. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SideNoted), "key-books.side-noted")]
[JsonDerivedType(typeof(LookWanted), "key-books.look-wanted")]
[JsonDerivedType(typeof(BooksRead), "key-books.read")]
public abstract record KeyBooksEvent
{
    private KeyBooksEvent()
    {
    }

    /// <summary>A side's ledger says something new; contract and account are to be read.</summary>
    /// <param name="Party">The key's address.</param>
    public sealed record SideNoted(ChannelRef Side, Address Party, SideFigures Figures) : KeyBooksEvent;

    public sealed record LookWanted : KeyBooksEvent;

    public sealed record BooksRead(KeyBooksReading Reading) : KeyBooksEvent;
}

/// <summary>The stored form of a key's books: events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(KeyBooksEvent))]
[JsonSerializable(typeof(KeyBooksState))]
public sealed partial class KeyBooksJson : JsonSerializerContext;
