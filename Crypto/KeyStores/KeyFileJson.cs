using System.Text.Json;

namespace TPWallet.Crypto.KeyStores;

/// <summary>Strict reading of small JSON files: an accessor gives a value or throws the one internal exception that becomes a refusal.</summary>
internal sealed class KeyFileJson(JsonElement element)
{
    /// <summary>Longest key file read, in UTF-16 units.</summary>
    internal const int MaximumLength = 65_536;

    private static readonly JsonDocumentOptions _options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Parses a file and hands its root to a reader; a malformed text or member becomes a refusal.</summary>
    internal static T? Read<T>(string json, Func<KeyFileJson, T> reader, out KeyStoreRefusal? refusal)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(json);
        refusal = null;
        if (json.Length > MaximumLength)
        {
            refusal = new KeyStoreRefusal(KeyStoreCodes.TooLarge, $"at most {MaximumLength} characters", $"{json.Length}");
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, _options);
            return reader(new KeyFileJson(document.RootElement));
        }
        catch (RefusedException refused)
        {
            refusal = refused.Refusal;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // The parser's own text could quote the file, so it is not passed on.
            refusal = new KeyStoreRefusal(KeyStoreCodes.Damaged, "JSON", "malformed text");
        }

        return null;
    }

    internal static RefusedException Refuse(string code, string expected, string actual) => new(new KeyStoreRefusal(code, expected, actual));

    internal bool Has(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _)) return true;
        }

        return false;
    }

    /// <summary>The object under the first of the names that is there.</summary>
    internal KeyFileJson Object(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name)) return new KeyFileJson(Member(name, JsonValueKind.Object));
        }

        throw Refuse(KeyStoreCodes.Damaged, names[0], "missing");
    }

    internal string Text(string name) => Member(name, JsonValueKind.String).GetString()!;

    internal long Number(string name) => Member(name, JsonValueKind.Number).TryGetInt64(out var number)
        ? number : throw Refuse(KeyStoreCodes.Damaged, $"{name}: an integer", "another number");

    /// <summary>Hex digits, with or without 0x, giving between the two lengths of bytes.</summary>
    internal byte[] Hex(string name, int minimum, int maximum)
    {
        var digits = Text(name).AsSpan();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        if (digits.Length % 2 != 0 || digits.Length / 2 < minimum || digits.Length / 2 > maximum)
            throw Refuse(KeyStoreCodes.Damaged, $"{name}: {minimum} to {maximum} bytes of hex", $"{digits.Length} digits");
        var bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes : throw Refuse(KeyStoreCodes.Damaged, $"{name}: hex digits", "other characters");
    }

    private JsonElement Member(string name, JsonValueKind kind)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var member))
            throw Refuse(KeyStoreCodes.Damaged, name, "missing");
        return member.ValueKind == kind ? member : throw Refuse(KeyStoreCodes.Damaged, $"{name}: {kind}", $"{member.ValueKind}");
    }

    /// <summary>Carries a refusal out of a reader; never leaves <see cref="Read"/>.</summary>
#pragma warning disable CA1032, CA1064 // Not an exception of the API.
    internal sealed class RefusedException(KeyStoreRefusal refusal) : Exception(refusal.Code)
#pragma warning restore CA1032, CA1064
    {
        internal KeyStoreRefusal Refusal { get; } = refusal;
    }
}
