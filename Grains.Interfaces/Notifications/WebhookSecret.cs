using System.Security.Cryptography;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>A symmetric secret of the Standard Webhooks specification: "whsec_" and base64 of 24 to 64 random bytes.</summary>
public static class WebhookSecret
{
    /// <summary>How a secret begins.</summary>
    public const string Prefix = "whsec_";

    /// <summary>Fewest bytes.</summary>
    public const int MinBytes = 24;

    /// <summary>Most bytes.</summary>
    public const int MaxBytes = 64;

    /// <summary>Bytes of a secret that is made here: as many as the MAC has.</summary>
    public const int Bytes = 32;

    /// <summary>What a secret looks like.</summary>
    public const string Form = "\"whsec_\" and base64 of 24 to 64 random bytes";

    /// <summary>A new one. Keep it where the receiver is; the silo does not show it again.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The bytes of a secret; null if it is none.</summary>
    public static byte[]? TryRead(string? text)
    {
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var bytes = new byte[MaxBytes];
        return Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length) && length is >= MinBytes and <= MaxBytes ? bytes[..length] : null;
    }

    /// <summary>Null if the text is a secret.</summary>
    public static Rejection? Check(string text) => TryRead(text) is null ? new(RejectionCode.Malformed, Form, "another text") : null;
}
