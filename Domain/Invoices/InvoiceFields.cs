using System.Text;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>The fields of an invoice's text, in the order of their numbers: each once, none but what may be left out missing.</summary>
internal static class InvoiceFields
{
    private const byte Account = 2;
    private const byte Name = 4;
    private const byte Key = 6;
    private const byte Manager = 8;
    private const byte Token = 10;
    private const byte Payee = 12;

    /// <summary>Left out: the payer chooses.</summary>
    private const byte Amount = 14;

    private const byte MadeAt = 16;
    private const byte ExpiresAt = 18;
    private const byte Hash = 20;
    private const byte PaymentSecret = 22;
    private const byte OnionKey = 24;

    /// <summary>Left out: 0.</summary>
    private const byte LeastSeconds = 26;

    /// <summary>Left out: none.</summary>
    private const byte Ways = 28;

    private const byte Words = 30;
    private const byte Signature = 32;

    private const int AddressSize = 20;
    private const int KeySize = 33;

    public static byte[] Write(WrittenInvoice written)
    {
        var (invoice, terms, seal) = (written.Invoice, written.Invoice.Terms, written.Invoice.Terms.Seal!);
        var fields = new SortedDictionary<byte, byte[]>
        {
            [Account] = invoice.Ref.Account.Hash.ToArray(),
            [Name] = Encoding.ASCII.GetBytes(invoice.Ref.Id.Value),
            [Key] = Encoding.ASCII.GetBytes(invoice.Place.Key.Value),
            [Manager] = invoice.Place.Manager.ToArray(),
            [Token] = invoice.Place.Token.ToArray(),
            [Payee] = terms.Node!.Value.ToArray(),
            [MadeAt] = Shortest((ulong)seal.MadeAt.UnixMs),
            [ExpiresAt] = Shortest((ulong)invoice.ExpiresAt.UnixMs),
            [Hash] = terms.Hash.ToArray(),
            [PaymentSecret] = terms.PaymentSecret.ToArray(),
            [OnionKey] = terms.OnionKey.Span.ToArray(),
            [Words] = written.Words.ToArray(),
            [Signature] = seal.Signature.Span.ToArray(),
        };
        if (invoice.Amount is { } amount) fields.Add(Amount, Shortest(amount));
        if (terms.LeastSeconds > 0) fields.Add(LeastSeconds, Shortest(terms.LeastSeconds));
        if (!terms.WaysIn.IsDefaultOrEmpty) fields.Add(Ways, InvoiceWays.Write(terms));
        var more = new TlvReader(seal.More.Span);
        while (more.Next(out var type, out var value)) fields.Add(type, value.ToArray());
        var tlv = new TlvWriter();
        foreach (var (type, value) in fields) tlv.Add(type, value);
        return tlv.ToArray();
    }

    public static (WrittenInvoice? Written, Rejection? Refusal) Read(ReadOnlySpan<byte> bytes, ChainId chain)
    {
        var (fields, more) = (new Dictionary<byte, byte[]>(), new TlvWriter());
        var stream = new TlvReader(bytes);
        while (stream.Next(out var type, out var value))
        {
            if (type is >= Account and <= Signature && type % 2 == 0) fields.Add(type, value.ToArray());
            else if (type % 2 == 0) return (null, new(RejectionCode.UnsupportedKind, "fields that are known, and others of odd numbers", $"field {type}"));
            else more.Add(type, value);
        }

        if (stream.IsBroken) return (null, new(RejectionCode.Malformed, "fields of rising numbers", "other bytes"));
        foreach (byte type in (byte[])[Account, Name, Key, Manager, Token, Payee, MadeAt, ExpiresAt, Hash, PaymentSecret, OnionKey, Words, Signature])
            if (!fields.ContainsKey(type)) return (null, new(RejectionCode.Malformed, $"field {type}", "none"));
        foreach (var (type, value) in fields)
            if (!IsWhole(type, value)) return (null, new(RejectionCode.Malformed, $"field {type} in its one form", $"0x{Convert.ToHexStringLower(value)}"));
        return Of(fields, HexBytes.From(more.ToArray()), chain);
    }

    private static (WrittenInvoice? Written, Rejection? Refusal) Of(Dictionary<byte, byte[]> fields, HexBytes more, ChainId chain)
    {
        var payee = Address.From(fields[Payee]);
        ImmutableArray<WayIn>? ways = fields.TryGetValue(Ways, out var written) ? InvoiceWays.Read(written, payee) : default(ImmutableArray<WayIn>);
        if (ways is null) return (null, new(RejectionCode.Malformed, $"channels of {InvoiceWays.Size} bytes each", $"{written!.Length} bytes"));
        var invoice = new ChannelInvoice(
            new(new(Bytes32.From(fields[Account])), Encoding.ASCII.GetString(fields[Name])),
            new(Encoding.ASCII.GetString(fields[Key]), chain, Address.From(fields[Manager]), Address.From(fields[Token])),
            fields.TryGetValue(Amount, out var amount) ? UInt256.FromBigEndian(amount) : default(UInt256?),
            InstantOf(fields[ExpiresAt]),
            new(Bytes32.From(fields[Hash]), Bytes32.From(fields[PaymentSecret]), HexBytes.From(fields[OnionKey]))
            {
                Node = payee,
                LeastSeconds = fields.TryGetValue(LeastSeconds, out var least) ? (uint)(ulong)UInt256.FromBigEndian(least) : 0,
                WaysIn = ways.Value,
                Seal = new(InstantOf(fields[MadeAt]), Words32(fields[Words], out var words), HexBytes.From(fields[Signature])) { More = more },
            });
        return (new(invoice, words), null);
    }

    /// <summary>Whether what stands there is what this field may hold, and the shortest form of it.</summary>
    private static bool IsWhole(byte type, ReadOnlySpan<byte> value) => type switch
    {
        Account or Hash or PaymentSecret => value.Length == UInt256.Size,
        Manager or Token or Payee => value.Length == AddressSize,
        OnionKey => value.Length == KeySize,
        Name or Key => Ascii.IsValid(value) && Grains.Interfaces.Values.Name.TryParse(Encoding.ASCII.GetString(value), out _),
        Amount => IsNumber(value, UInt256.Size),
        // Its sign is a date's.
        MadeAt or ExpiresAt => IsNumber(value, sizeof(ulong)) && (value.Length < sizeof(ulong) || value[0] < 0x80),
        LeastSeconds => IsNumber(value, sizeof(uint)),
        Words => value.Length >= InvoiceWords.BlindLength && System.Text.Unicode.Utf8.IsValid(value[InvoiceWords.BlindLength..]),
        Signature => value.Length == ChannelSignature.Length,
        _ => true,
    };

    private static bool IsNumber(ReadOnlySpan<byte> value, int most) => !value.IsEmpty && value.Length <= most && value[0] != 0;

    private static Bytes32 Words32(byte[] bytes, out InvoiceWords words)
    {
        words = new(HexBytes.From(bytes.AsSpan(0, InvoiceWords.BlindLength)), Encoding.UTF8.GetString(bytes.AsSpan(InvoiceWords.BlindLength)));
        return words.Hash;
    }

    private static Instant InstantOf(byte[] value) => new((long)(ulong)UInt256.FromBigEndian(value));

    private static byte[] Shortest(UInt256 value)
    {
        Span<byte> word = stackalloc byte[UInt256.Size];
        value.ToBigEndian(word);
        return word.TrimStart((byte)0).ToArray();
    }
}
