using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Notifications;

/// <summary>
/// Secrets are sealed as personal texts are, under a data key of their own: an erasure of what people wrote about the account leaves its endpoints able to sign.
/// </summary>
public static class WebhookSecrets
{
    /// <summary>Whose data key seals the secrets of an account's endpoints. No account has this id: it would have to be the hash of its genesis.</summary>
    public static AccountId SubjectOf(string owner) => new(Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes($"tpw/webhook/secrets/1\0{owner}"))));
}
