using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Machines;

/// <summary>
/// The id of an effect's command: SHA-256("tpw.effect.v1" ‖ 0 ‖ kind ‖ 0 ‖ key ‖ 0 ‖ intent), first 16 bytes. The same intent
/// always sends the same id, so however often it runs, the receiver does it once.
/// </summary>
public static class EffectId
{
    private const string Prefix = "tpw.effect.v1\0";
    private const string Result = "\0result";
    private const int OnStack = 1024;

    public static Guid Of(string kind, string key, string intent) => Of(kind, key, intent, "");

    /// <summary>The same for an account, whose text is made in place.</summary>
    public static Guid Of(string kind, AccountId key, string intent) => Of(kind, key, intent, "");

    /// <summary>The id of the command that records the effect's result at its own machine.</summary>
    public static Guid ResultOf(string kind, string key, string intent) => Of(kind, key, intent, Result);

    /// <inheritdoc cref="ResultOf(string, string, string)"/>
    public static Guid ResultOf(string kind, AccountId key, string intent) => Of(kind, key, intent, Result);

    private static Guid Of<TKey>(string kind, TKey key, string intent, string suffix)
    {
        var text = (Span<byte>)stackalloc byte[OnStack];
        if (!Utf8.TryWrite(text, $"{Prefix}{kind}\0{key}\0{intent}{suffix}", out var length))
            length = (text = Encoding.UTF8.GetBytes($"{Prefix}{kind}\0{key}\0{intent}{suffix}")).Length;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
