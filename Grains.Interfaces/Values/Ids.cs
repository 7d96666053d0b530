using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>The hash of an account's genesis (design.md, Authority): it commits to members, devices, policy 1 and recovery.</summary>
[GenerateSerializer, Immutable, Alias("tpw.account-id")]
[JsonConverter(typeof(TextJsonConverter<AccountId>))]
public readonly record struct AccountId(Bytes32 Hash) : IText<AccountId>, IComparable<AccountId>, ISpanFormattable, IUtf8SpanFormattable
{
    public static string Form => "an account id: 0x and 64 lower-case hex digits";

    public static AccountId Parse(string text) => new(Bytes32.Parse(text));

    public static bool TryParse(string? text, out AccountId value)
    {
        var ok = Bytes32.TryParse(text, out var hash);
        value = new(hash);
        return ok;
    }

    public int CompareTo(AccountId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();

    /// <summary>The one text; format and provider do not matter.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => Hash.ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Hash.TryFormat(destination, out charsWritten, format, provider);

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Hash.TryFormat(utf8Destination, out bytesWritten, format, provider);
}

/// <summary>
/// A short name that people and programs choose: 1 to 64 characters of a–z, 0–9, '-', '_', '.', starting with a letter or digit.
/// Members, devices, legs, rules and changes are named so. Never put personal data here: names are written into events.
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.name")]
[JsonConverter(typeof(TextJsonConverter<Name>))]
public readonly record struct Name(string Value) : IText<Name>, IComparable<Name>
{
    public const int MaxLength = 64;

    public static string Form => "a name of 1 to 64 characters of a-z, 0-9, '-', '_' and '.', starting with a letter or digit";

    public static implicit operator Name(string text) => TryParse(text, out var name) ? name : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out Name value)
    {
        value = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !char.IsAsciiLetterOrDigit(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiDigit(c) && !char.IsAsciiLetterLower(c) && c is not ('-' or '_' or '.')) return false;
        value = new(text);
        return true;
    }

    public int CompareTo(Name other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";
}

/// <summary>A client-chosen packet id, unique per owner; the grain key is owner and id (see <see cref="Key"/>).</summary>
[GenerateSerializer, Immutable, Alias("tpw.packet-ref")]
public readonly record struct PacketRef(AccountId Owner, Name Id)
{
    /// <summary>The grain key: owner, slash, id.</summary>
    public string Key => $"{Owner}/{Id}";

    public static PacketRef Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? new(AccountId.Parse(key[..slash]), key[(slash + 1)..]) : throw new FormatException("Expected owner/packet-id.");
    }

    public override string ToString() => Key;
}

/// <summary>One leg of one packet: what a claim, a reservation, a lane entry and a watched transaction point back to.</summary>
[GenerateSerializer, Immutable, Alias("tpw.leg-ref")]
public readonly record struct LegRef(PacketRef Packet, Name Leg) : ISpanFormattable
{
    public override string ToString() => $"{this}";

    /// <summary>The one text: owner, packet and leg; format and provider do not matter.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{Packet.Owner}/{Packet.Id}/{Leg}", out charsWritten);
}
