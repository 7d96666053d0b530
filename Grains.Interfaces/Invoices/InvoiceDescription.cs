using System.Globalization;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Invoices;

/// <summary>What may stand in a description: another operator's people read it, and pay by it.</summary>
public static class InvoiceDescription
{
    /// <summary>Most bytes in UTF-8, as in BOLT-11.</summary>
    public const int MostBytes = 639;

    /// <summary>Why it may not stand; null: it may. Nothing that moves what is shown around it, and nothing that has no UTF-8.</summary>
    public static Rejection? Judge(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostBytes) return TooLong($"{text.Length} characters");
        if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) != text) return Bad("half a pair of UTF-16");
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator || IsTurn(rune.Value))
                return Bad(string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}"));
        }

        return Encoding.UTF8.GetByteCount(text) is > MostBytes and var bytes ? TooLong($"{bytes} bytes") : null;
    }

    /// <summary>Embeddings, overrides and isolates of UAX #9: they make a text look like another.</summary>
    private static bool IsTurn(int rune) => rune is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static Rejection TooLong(string actual) => new(RejectionCode.TooLarge, $"a description of at most {MostBytes} bytes in UTF-8", actual);

    private static Rejection Bad(string actual) => new(RejectionCode.Malformed, "a description without control characters, in one line", actual);
}
