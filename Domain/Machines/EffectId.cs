using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Domain.Machines;

/// <summary>
/// The id of an effect's command: SHA-256("tpw.effect.v1" ‖ 0 ‖ kind ‖ 0 ‖ key ‖ 0 ‖ intent), first 16 bytes. The same intent
/// always sends the same id, so however often it runs, the receiver does it once.
/// </summary>
public static class EffectId
{
    public static Guid Of(string kind, string key, string intent)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"tpw.effect.v1\0{kind}\0{key}\0{intent}"));
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>The id of the command that records the effect's result at its own machine.</summary>
    public static Guid ResultOf(string kind, string key, string intent) => Of(kind, key, intent + "\0result");
}
