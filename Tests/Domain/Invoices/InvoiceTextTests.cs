using System.Text;
using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Gossip;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Storage;

namespace TPWallet.Tests.Domain.Invoices;

/// <summary>An invoice has one text, and a text is one invoice's: whatever is altered in it is refused.</summary>
public sealed class InvoiceTextTests
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    /// <summary>Of <see cref="InvoiceScene.Rent"/>: what was handed out once must be read for ever.</summary>
    private const string Golden =
        "tpwi313371pqgsgz8mfra2c9nfytr002e6htgcwvsavyh4nf9qgtzuscnn6vw49f5syq3ex2mn5qcyxx6rpdehx2mrnpq2qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqrqq5" +
        "9qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpmsvzjqazrkun75yzze4zxu80qmm82dsc5zrpy8qyqlgzqrqrgcct3gqqysxqx333ye7sq2zp70g4yl3rrnrjtwaxx94lhg7p" +
        "hyysnmu0w8jjeyr5z9zfwwm75q2zcs23slvegj6t46e3ccf62kgk6jk53c8ful3rr379j0dda4epyucflgcyyp73h6206tnv0yvjjvvtqsemq62y6mtz9lhuqg0cuggh" +
        "09tneuk68c6qgzzg88aqy32j4cwq2vyxl8fjhd9ykr2rw0ku0gn0w00mvdx5zrd39djrzh0r0av8vxnn0q49txv9grrxpxkfs6ttks3n6sqqqqqqqqqqqqqqqqqqqqqq" +
        "yugqqqqqqqqqqqqqqqqqqqqqqqqqyqqqqqqqqqqqqqqqqqqqqqqp7sqqqqraqqqq8pqqqyn4qqrar055l5hxc7ge9ycckppnkp55f4kkytl0cqsl3cs3w72h8ned504r" +
        "6ktkvn5h22tky2esqksj5yfnjdyqppys9gaxd42j08m8hsz5hgyg5ylcm7paf6cfkdnryv0v38jndlt93gqqqqqqqqqqqqqqqqqqqqqqyugqqqqqqqqqqqqqqqqqqqqq" +
        "qqqqyqqqqqqqqqqqqqqqqqqqqqqp7sqqqqraqqqq8pqqqyn4qqrq474uazhckxyq37v79nuyuxw7q3jhv0qrgrg406cnn8cahag6y7pu9cpqgpsgpgxquyqjzstpsxsu" +
        "rcsfa3hgmmzv4ezqs9nee38pkfjvnc5m6s04ldtw8uy9686xk7w40tlel444e5n4rysld4vwdnfnuhsh33nvelsds8vchvuzqq28ypf8nmfwaaepf5jjn6fchv207c";

    private static readonly string _text = InvoiceText.Write(InvoiceScene.Rent);

    [Fact]
    public void Text_OfOnce_IsReadForEver()
    {
        _text.Should().Be(Golden);
        InvoiceScene.Read(Golden).Should().Be(InvoiceScene.Rent);
    }

    /// <summary>The description is not in it, and what is signed for it says nothing of it.</summary>
    [Fact]
    public void Terms_ThatAreSigned_AreStoredWithoutTheirWords()
    {
        var made = new InvoiceEvent.TermsMade(InvoiceScene.Rent.Invoice.Terms);
        Encoding.UTF8.GetString(GoldenEvents.Load("Tests/Storage/Golden/invoice/1-invoice.terms-made+seal.json").Payload)
            .Should().Be(JsonSerializer.Serialize(made, InvoiceJson.Default.InvoiceEvent));
        InvoiceDecider.GenerationOf(made).Should().Be(EventGenerations.SignedInvoices);
        (InvoiceScene.Rent.Words with { Blind = HexBytes.From(new byte[InvoiceWords.BlindLength]) }).Hash.Should().NotBe(InvoiceScene.Rent.Words.Hash);
    }

    [Fact]
    public void Text_OfAnyInvoice_IsThatInvoiceAgain()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var written = Any(random);
            var text = InvoiceText.Write(written);
            InvoiceScene.Read(text).Should().Be(written);
            InvoiceText.Write(InvoiceScene.Read(text)).Should().Be(text);
            text.Should().StartWith($"tpwi{written.Invoice.Place.Chain.EvmNumber}1p");
        }
    }

    [Fact]
    public void Text_LongestOfAll_FitsItsLimit()
    {
        var name = new string('n', Name.MaxLength);
        var terms = InvoiceScene.Plain.Terms with
        {
            WaysIn = [.. Enumerable.Range(1, InvoiceTerms.MostWaysIn).Select(InvoiceScene.WayOf)],
            LeastSeconds = uint.MaxValue,
            Seal = InvoiceScene.Plain.Terms.Seal! with { More = Field(33, new byte[InvoiceSeal.MostMore - 4]) },
        };
        var longest = InvoiceScene.Plain with
        {
            Ref = InvoiceScene.Plain.Ref with { Id = name },
            Place = InvoiceScene.Plain.Place with { Key = name, Chain = ChainId.Evm(long.MaxValue) },
            Amount = BookRules.MostDeposited,
            ExpiresAt = new(253_402_300_799_999),
            Terms = terms,
        };
        var written = InvoiceScene.Sign(longest, string.Concat(Enumerable.Repeat("\u20ac", InvoiceDescription.MostBytes / 3)));
        var text = InvoiceText.Write(written);
        text.Length.Should().BeInRange(2_500, InvoiceText.MostLength);
        InvoiceScene.Read(text).Should().Be(written);

        Refused(new string('q', InvoiceText.MostLength + 1)).Should().Be(RejectionCode.TooLarge);
        Judged(written.Invoice with { Terms = terms with { WaysIn = [.. terms.WaysIn, InvoiceScene.WayOf(9)] } }).Should().Be(RejectionCode.TooLarge);
        Judged(written.Invoice with { Terms = terms with { Seal = terms.Seal! with { More = Field(33, new byte[InvoiceSeal.MostMore - 1]) } } }).Should().Be(RejectionCode.TooLarge);
    }

    /// <summary>Every character by every other one.</summary>
    [Fact]
    public void Text_WithAnyCharacterAltered_IsRefused()
    {
        for (var at = 0; at < _text.Length; at++)
        {
            foreach (var other in $"{Alphabet}1bio-AQ \u00e9".Where(other => other != _text[at]))
                InvoiceText.Read($"{_text[..at]}{other}{_text[(at + 1)..]}").Refusal.Should().NotBeNull($"character {at} is {other}");
            InvoiceText.Read(_text.Remove(at, 1)).Refusal.Should().NotBeNull();
            InvoiceText.Read(_text.Insert(at, "q")).Refusal.Should().NotBeNull();
        }
    }

    /// <summary>Whoever alters a text can make its checksum fit: every bit is signed.</summary>
    [Fact]
    public void Text_WithAnyBitAltered_AndAChecksumThatFits_IsRefused()
    {
        var bytes = Bytes();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var altered = bytes.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            InvoiceText.Read(TextOf(altered)).Refusal.Should().NotBeNull($"bit {bit} is another");
        }

        Refused(TextOf(bytes, "tpwi2")).Should().Be(RejectionCode.BadSignature, "another chain was not signed for");
    }

    /// <summary>A payment makes its onions of them, and never looks again.</summary>
    [Fact]
    public void Invoice_WithKeysThatAreNoPoints_IsRefused_ThoughItsPayeeSignedIt()
    {
        var terms = InvoiceScene.Plain.Terms;
        HexBytes[] keys = [HexBytes.From(new byte[33]), HexBytes.From([2, .. new byte[32]]), HexBytes.From(terms.OnionKey.Span[..32]), HexBytes.Empty];
        foreach (var key in keys)
        {
            Judged(InvoiceScene.Plain with { Terms = terms with { OnionKey = key } }).Should().Be(RejectionCode.Malformed);
            Judged(InvoiceScene.Plain with { Terms = terms with { WaysIn = [InvoiceScene.WayOf(1) with { OnionKey = key }] } }).Should().Be(RejectionCode.Malformed);
        }
    }

    [Fact]
    public void Invoice_WithAnyFieldAltered_IsNotSigned()
    {
        var (invoice, terms) = (InvoiceScene.Rent.Invoice, InvoiceScene.Rent.Invoice.Terms);
        var (seal, way) = (terms.Seal!, terms.WaysIn[0]);
        ChannelInvoice[] others =
        [
            invoice with { Ref = invoice.Ref with { Account = new(Bytes32.Zero) } }, invoice with { Ref = invoice.Ref with { Id = "other" } },
            invoice with { Place = invoice.Place with { Key = "other" } }, invoice with { Place = invoice.Place with { Chain = ChainId.Evm(7) } },
            invoice with { Place = invoice.Place with { Manager = InvoiceScene.Payee } }, invoice with { Place = invoice.Place with { Token = InvoiceScene.Payee } },
            invoice with { Amount = 999 }, invoice with { Amount = null }, invoice with { ExpiresAt = invoice.ExpiresAt + Span.Seconds(1) },
            .. new[]
            {
                terms with { Hash = Bytes32.Zero }, terms with { PaymentSecret = Bytes32.Zero }, terms with { OnionKey = GossipScene.OnionKeyOf(2) }, terms with { LeastSeconds = 1 },
                terms with { WaysIn = [] }, terms with { WaysIn = [terms.WaysIn[1], way] }, terms with { WaysIn = [way with { Capacity = 1 }] },
                terms with { WaysIn = [way with { LongestLock = 1 }] }, terms with { WaysIn = [way with { OnionKey = GossipScene.OnionKeyOf(3) }] },
                terms with { WaysIn = [way with { Forwards = way.Forwards with { FeePpm = 0 } }] }, terms with { Seal = seal with { MadeAt = seal.MadeAt + Span.Seconds(1) } },
                terms with { Seal = seal with { Words = Bytes32.Zero } }, terms with { Seal = seal with { More = Field(33, [1]) } },
            }.Select(other => invoice with { Terms = other }),
        ];
        InvoiceRules.Judge(invoice).Should().BeNull();
        foreach (var other in others) Judged(other).Should().Be(RejectionCode.BadSignature);
        Judged(invoice with { Terms = terms with { Node = GossipScene.NodeOf(1), WaysIn = [] } }).Should().Be(RejectionCode.BadSignature);
        Judged(invoice with { Terms = terms with { Seal = null } }).Should().Be(RejectionCode.BadSignature);
        var act = () => InvoiceText.Write(InvoiceScene.Rent with { Words = InvoiceScene.Rent.Words with { Description = "November" } });
        act.Should().Throw<ArgumentException>().WithMessage("*description*");
    }

    [Fact]
    public void Text_InAnotherForm_IsRefused()
    {
        var (bytes, end) = (Bytes(), _text.Length - 6);
        var fields = Fields(bytes);
        Refused(_text.ToUpperInvariant()).Should().Be(RejectionCode.Malformed, "an invoice has one text, and that is in lower case");
        Refused($"tpwI{_text[4..]}").Should().Be(RejectionCode.Malformed);
        Refused(Bech32.Encode(Bech32Variant.Bech32, Prefix, Groups(bytes), InvoiceText.MostLength)).Should().Be(RejectionCode.BadChecksum);
        Refused(_text[..end] + "qqqqqq").Should().Be(RejectionCode.BadChecksum);
        Refused(Bech32.Encode(Bech32Variant.Bech32m, Prefix, [2, .. Bech32.ToGroups(bytes)], InvoiceText.MostLength)).Should().Be(RejectionCode.UnsupportedKind, "a version to come");
        Refused(Bech32.Encode(Bech32Variant.Bech32m, Prefix, [.. Groups(bytes), 0], InvoiceText.MostLength)).Should().Be(RejectionCode.Malformed, "a group more than the bytes need");
        Refused(Bech32.Encode(Bech32Variant.Bech32m, Prefix, [], InvoiceText.MostLength)).Should().Be(RejectionCode.Malformed);
        foreach (var prefix in new[] { "tpwi", "tpwi0", "tpwi01", "tpwi+1", "tpwi18446744073709551616", "tpwj1", "lnbc" }) Refused(TextOf(bytes, prefix)).Should().Be(RejectionCode.Malformed, prefix);
        foreach (var text in new[] { "", "tpwi", "tpwi1", "tpwi11", "hello", "0x00", "tpwi\u0131", "\ud800" }) Refused(text).Should().Be(RejectionCode.Malformed, text);
        Refused(TextOf([.. bytes, 0])).Should().Be(RejectionCode.Malformed, "half a field");
        Refused(TextOf(bytes[..^1])).Should().Be(RejectionCode.Malformed);
        Refused(TextOf([])).Should().Be(RejectionCode.Malformed);
        Refused(TextOf(Join(fields.Reverse()))).Should().Be(RejectionCode.Malformed, "fields in another order");
        Refused(TextOf(Join([.. fields, fields[^1]]))).Should().Be(RejectionCode.Malformed, "a field twice");
    }

    [Fact]
    public void Text_WithAFieldThatIsNotInItsOneForm_IsRefused()
    {
        var fields = Fields(Bytes());
        foreach (var (type, value) in fields)
        {
            var without = Refused(TextOf(Join(fields.Where(field => field.Type != type))));
            without.Should().Be(type is 14 or 26 or 28 ? RejectionCode.BadSignature : RejectionCode.Malformed, $"field {type} is missing");
            byte[][] others = type switch
            {
                14 or 16 or 18 or 26 => [[0, .. value], [], [.. new byte[33]]],
                4 or 6 => [[], [(byte)'A'], [0xC3, 0xA9], [.. Enumerable.Repeat((byte)'n', 65)]],
                30 => [value[..15], [.. value, 0xC3], [.. value, 7], [.. value, .. "\u202e"u8], [.. value, .. new byte[640]]],
                28 => [[], value[1..], [.. value, .. value, .. value]],
                _ => [[], value[1..], [.. value, 0]],
            };
            foreach (var other in others)
                Refused(TextOf(Join(fields.Select(field => field.Type == type ? (type, other) : field)))).Should().BeOneOf([RejectionCode.Malformed, RejectionCode.TooLarge], $"field {type}");
        }

        Refused(TextOf(Join([.. fields, (34, [1])]))).Should().Be(RejectionCode.UnsupportedKind, "whoever adds a field that has to be known gives it an even number");
        Refused(TextOf(Join([(0, [1]), .. fields]))).Should().Be(RejectionCode.UnsupportedKind);
        Refused(TextOf(Join([.. fields, (35, [1])]))).Should().Be(RejectionCode.BadSignature, "what may be passed over is signed too");
    }

    /// <summary>A field of an odd number is a later build's: it is kept, so that the text stays the same and its signature good.</summary>
    [Fact]
    public void Text_WithOddFieldsThatAreSigned_KeepsThem()
    {
        var seal = InvoiceScene.Plain.Terms.Seal! with { More = HexBytes.From([.. Field(3, [9]).Span, .. Field(201, [1, 2]).Span]) };
        var written = InvoiceScene.Sign(InvoiceScene.Plain with { Terms = InvoiceScene.Plain.Terms with { Seal = seal } }, "");
        var text = InvoiceText.Write(written);
        InvoiceScene.Read(text).Should().Be(written);
        Fields(Bech32.FromGroups(Decoded(text).Groups.AsSpan()[1..])!).Select(static field => field.Type).Should().BeInAscendingOrder().And.Contain([3, 201]);
        foreach (var more in new[] { Field(34, [1]), HexBytes.From([33]), HexBytes.From([35, 0, 33, 0]) })
            InvoiceRules.JudgeForm(written.Invoice with { Terms = written.Invoice.Terms with { Seal = seal with { More = more } } }).Should().NotBeNull();
    }

    [Fact]
    public void Text_OfRandomBytes_IsRefusedAndNeverThrows()
    {
        var random = new Random(11);
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = new byte[random.Next(0, 700)];
            random.NextBytes(bytes);
            InvoiceText.Read(Encoding.Latin1.GetString(bytes)).Refusal.Should().NotBeNull();
            InvoiceText.Read(TextOf(bytes)).Refusal.Should().NotBeNull();
            var mixed = Fields(Bytes()).Select(field => random.Next(4) == 0 ? (field.Type, Value: bytes[..Math.Min(bytes.Length, random.Next(0, 64))]) : field).Where(_ => random.Next(20) > 0).ToArray();
            var text = TextOf(Join(mixed));
            if (text != _text) InvoiceText.Read(text).Refusal.Should().NotBeNull($"round {round}");
        }
    }

    private static string Prefix => $"tpwi{InvoiceScene.Plain.Place.Chain.EvmNumber}";

    private static RejectionCode Refused(string text)
    {
        var (written, refusal) = InvoiceText.Read(text);
        written.Should().BeNull();
        refusal!.Expected.Should().NotBeEmpty();
        refusal.Actual.Should().NotBeEmpty();
        return refusal.Code;
    }

    private static RejectionCode? Judged(ChannelInvoice invoice) => InvoiceRules.Judge(invoice)?.Code;

    private static Bech32Text Decoded(string text) => Bech32.TryDecode(text, out var decoded, out _, InvoiceText.MostLength) ? decoded : throw new FormatException(text);

    private static byte[] Bytes() => Bech32.FromGroups(Decoded(_text).Groups.AsSpan()[1..])!;

    private static byte[] Groups(byte[] bytes) => [1, .. Bech32.ToGroups(bytes)];

    private static string TextOf(byte[] bytes, string? prefix = null) => Bech32.Encode(Bech32Variant.Bech32m, prefix ?? Prefix, Groups(bytes), 20_000);

    private static HexBytes Field(byte type, byte[] value) => HexBytes.From(Join([(type, value)]));

    private static (byte Type, byte[] Value)[] Fields(byte[] bytes)
    {
        var fields = new List<(byte, byte[])>();
        for (var at = 0; at < bytes.Length;)
        {
            var (header, length) = bytes[at + 1] < 0xFD ? (2, bytes[at + 1]) : (4, (bytes[at + 2] << 8) | bytes[at + 3]);
            fields.Add((bytes[at], bytes[(at + header)..(at + header + length)]));
            at += header + length;
        }

        return [.. fields];
    }

    private static byte[] Join(IEnumerable<(byte Type, byte[] Value)> fields) => [.. fields.SelectMany(static field => (byte[])
        [field.Type, .. field.Value.Length < 0xFD ? new byte[] { (byte)field.Value.Length } : [0xFD, (byte)(field.Value.Length >> 8), (byte)field.Value.Length], .. field.Value])];

    private static WrittenInvoice Any(Random random)
    {
        var plain = InvoiceScene.Plain;
        var made = new Instant(random.NextInt64(1, 4_000_000_000_000));
        string[] words = ["", "October", "Miete \u00fcber \u20ac 5", "\ud83c\udfe0 \ud83d\udc68\u200d\ud83d\udc69", "\u05e9\u05db\u05d9\u05e8\u05d5\u05ea", "\ufffd"];
        return InvoiceScene.Sign(
            plain with
            {
                Ref = new(new(PacketRun.Hash($"account {random.Next()}")), $"n{random.Next()}"),
                Place = plain.Place with { Chain = ChainId.Evm((ulong)random.NextInt64(1, 1L << random.Next(1, 62))), Key = $"k.{random.Next()}" },
                Amount = random.Next(3) == 0 ? null : (UInt256)(ulong)random.NextInt64(1, 1L << random.Next(1, 62)),
                ExpiresAt = made + new Span(random.NextInt64(1, 1L << 40)),
                Terms = plain.Terms with
                {
                    LeastSeconds = random.Next(2) == 0 ? 0 : (uint)random.Next(),
                    WaysIn = [.. Enumerable.Range(1, random.Next(0, InvoiceTerms.MostWaysIn + 1)).Select(InvoiceScene.WayOf)],
                    Seal = plain.Terms.Seal! with { MadeAt = made, More = random.Next(3) == 0 ? Field((byte)(33 + (2 * random.Next(50))), new byte[random.Next(0, 250)]) : default },
                },
            },
            words[random.Next(words.Length)]);
    }
}
