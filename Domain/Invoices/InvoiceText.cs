using System.Globalization;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>An invoice with what only its text holds.</summary>
public sealed record WrittenInvoice(ChannelInvoice Invoice, InvoiceWords Words);

/// <summary>
/// An invoice as one text, as BOLT-11's: Bech32m under "tpwi" and the number of its EVM chain, a group for the version, then fields (<see cref="InvoiceFields"/>). Lower case only, fields in
/// their order, every number in its shortest form: one invoice has one text. A field of an even number that is not known is refused; one of an odd number is signed and kept as it is
/// ("it's OK to be odd").
/// </summary>
public static class InvoiceText
{
    /// <summary>How a text begins; the number of its EVM chain follows.</summary>
    public const string Prefix = "tpwi";

    /// <summary>Longest text in characters: longest names and description, most channels and other fields.</summary>
    public const int MostLength = 4_096;

    private const byte Version = 1;

    /// <summary>Writes an invoice.</summary>
    /// <exception cref="ArgumentException"><see cref="InvoiceRules"/> do not take it, or the words are not those that were signed.</exception>
    public static string Write(WrittenInvoice written)
    {
        ArgumentNullException.ThrowIfNull(written);
        if ((InvoiceRules.Judge(written.Invoice) ?? JudgeWords(written)) is { } refusal) throw new ArgumentException(refusal.ToString(), nameof(written));
        return Bech32.Encode(Bech32Variant.Bech32m, PrefixOf(written.Invoice.Place.Chain), [Version, .. Bech32.ToGroups(InvoiceFields.Write(written))], MostLength);
    }

    /// <summary>
    /// Reads a text. In this order: its length (TooLarge), its form (Malformed), its checksum (BadChecksum), its version (UnsupportedKind), its fields (Malformed, TooLarge; UnsupportedKind for
    /// one that has to be known), the description, what they say (<see cref="InvoiceRules"/>) and its signature (BadSignature).
    /// </summary>
    public static (WrittenInvoice? Written, Rejection? Refusal) Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostLength) return Refused(RejectionCode.TooLarge, $"at most {MostLength} characters", $"{text.Length}");
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return Bad($"an invoice: \"{Prefix}\" and the number of an EVM chain", "another text");
        if (!Bech32.TryDecode(text, out var decoded, out var fault, MostLength) || decoded.Variant != Bech32Variant.Bech32m)
        {
            return fault is Bech32Fault.Form or Bech32Fault.Character
                ? Bad("Bech32m in lower case", fault == Bech32Fault.Form ? "another form" : "a character of no meaning")
                : Refused(RejectionCode.BadChecksum, "the checksum of Bech32m", "another");
        }

        if (!ulong.TryParse(decoded.Prefix.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0 || decoded.Prefix != PrefixOf(ChainId.Evm(number)))
            return Bad($"\"{Prefix}\" and the number of an EVM chain", decoded.Prefix);
        if (decoded.Groups is not [var version, .. var groups]) return Bad("a version", "nothing");
        if (version != Version) return Refused(RejectionCode.UnsupportedKind, $"version {Version} of invoices", $"version {version}");
        if (Bech32.FromGroups(groups.AsSpan()) is not { } bytes) return Bad("whole bytes, filled with zeros", "other bits at the end");
        var (written, refusal) = InvoiceFields.Read(bytes, ChainId.Evm(number));
        if ((refusal ?? JudgeWords(written!) ?? InvoiceRules.Judge(written!.Invoice)) is { } found) return (null, found);
        // What is read above leaves no second text; a text that is none of ours must not be one because of a mistake here.
        return Write(written!) == text ? (written, null) : Bad("the one text of this invoice", "another");
    }

    /// <summary>Why bytes are no fields that may be passed over; null: they are.</summary>
    internal static Rejection? JudgeMore(ReadOnlySpan<byte> bytes)
    {
        var stream = new TlvReader(bytes);
        while (stream.Next(out var type, out _))
            if (type % 2 == 0) return new(RejectionCode.UnsupportedKind, "a field of an odd number", $"field {type}");
        return stream.IsBroken ? new(RejectionCode.Malformed, "fields of rising numbers", "other bytes") : null;
    }

    private static Rejection? JudgeWords(WrittenInvoice written)
    {
        if (written.Words.Blind.Length != InvoiceWords.BlindLength)
            return new(RejectionCode.Malformed, $"{InvoiceWords.BlindLength} bytes before the description", $"{written.Words.Blind.Length}");
        if (Grains.Interfaces.Invoices.InvoiceDescription.Judge(written.Words.Description) is { } bad) return bad;
        return written.Words.Hash == written.Invoice.Terms.Seal!.Words ? null : new(RejectionCode.BadSignature, "the description that was signed", "another");
    }

    private static string PrefixOf(ChainId chain) => Prefix + chain.EvmNumber.ToString(CultureInfo.InvariantCulture);

    private static (WrittenInvoice?, Rejection?) Bad(string expected, string actual) => Refused(RejectionCode.Malformed, expected, actual);

    private static (WrittenInvoice?, Rejection?) Refused(RejectionCode code, string expected, string actual) => (null, new(code, expected, actual));
}
