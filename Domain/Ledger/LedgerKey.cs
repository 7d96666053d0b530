using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>One book of one asset. As text: asset, bar, book.</summary>
[JsonConverter(typeof(TextJsonConverter<LedgerKey>))]
public readonly record struct LedgerKey(AssetId Asset, Book Book) : IText<LedgerKey>, IComparable<LedgerKey>
{
    public static string Form => "an asset, a bar and the name of a book";

    public static bool TryParse(string? text, out LedgerKey value)
    {
        value = default;
        var bar = text?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        if (bar < 0 || !AssetId.TryParse(text![..bar], out var asset) || !Enum.TryParse<Book>(text[(bar + 1)..], out var book)) return false;
        // The enumeration reads numbers and blanks too; a book has one text.
        if (!text.AsSpan(bar + 1).SequenceEqual(book.ToString())) return false;
        value = new(asset, book);
        return Enum.IsDefined(book);
    }

    public int CompareTo(LedgerKey other) => Asset == other.Asset ? ((int)Book).CompareTo((int)other.Book) : Asset.CompareTo(other.Asset);

    public override string ToString() => $"{Asset}|{Book}";
}
