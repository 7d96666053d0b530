using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace TPWallet.Domain.Machines;

/// <summary>
/// The id of an effect's command: SHA-256("tpw.effect.v1" ‖ 0 ‖ kind ‖ 0 ‖ key ‖ 0 ‖ intent), first 16 bytes. The same intent
/// always sends the same id, so however often it runs, the receiver does it once.
/// </summary>
public static class EffectId
{
    private const string Prefix = "tpw.effect.v1\0";
    private const int OnStack = 1024;

    public static Guid Of(string kind, string key, string intent)
    {
        var length = Encoding.UTF8.GetMaxByteCount(Prefix.Length + kind.Length + key.Length + intent.Length + 2);
        var text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        Utf8.TryWrite(text, $"{Prefix}{kind}\0{key}\0{intent}", out length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>The id of the command that records the effect's result at its own machine.</summary>
    public static Guid ResultOf(string kind, string key, string intent) => Of(kind, key, intent + "\0result");
}
