using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Personal;

/// <summary>
/// Seals what people write about an account in their own words, and opens it for who may see it, each time with the key that the store has at that moment. Sealing
/// the same text again gives the same bytes, so that a repeated command is the same command.
/// </summary>
/// <param name="random">So many unpredictable bytes; seeded in simulation.</param>
public sealed class PersonalTexts(IPersonalKeys keys, MasterKey master, Func<int, byte[]> random)
{
    /// <summary>Sealed texts that are opened in one text; no machine puts more together.</summary>
    private const int MaxOpened = 8;

    private const string Unreadable = "(sealed under another master key)";

    /// <summary>A <see cref="SealedText"/>; the account's first makes its key.</summary>
    public async Task<string> SealAsync(AccountId account, string text, CancellationToken cancellationToken)
    {
        var id = new Guid(random(SealedText.KeyIdSize), bigEndian: true);
        var candidate = new PersonalKey(id, master.Wrap(account, id, random(MasterKey.Size), random(SealedText.NonceSize)));
        var key = await keys.TakeKeyAsync(account, candidate, cancellationToken);
        return Seal(account, key.Id, master.Unwrap(account, key), text);
    }

    /// <summary>The text with every sealed text in it opened, or <see cref="SealedText.Erased"/> in its place.</summary>
    public async Task<string> OpenAsync(AccountId account, string text, CancellationToken cancellationToken)
    {
        var opened = new StringBuilder();
        var from = 0;
        for (var n = 0; n < MaxOpened; n++)
        {
            var start = text.IndexOf(SealedText.Prefix, from, StringComparison.Ordinal);
            if (start < 0) break;
            var end = start + SealedText.Prefix.Length;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '_')) end++;
            opened.Append(text, from, start - from);
            opened.Append(SealedText.IsSealed(text[start..end])
                ? await OpenOneAsync(account, Base64Url.DecodeFromChars(text.AsSpan()[(start + SealedText.Prefix.Length)..end]), cancellationToken)
                : text[start..end]);
            from = end;
        }

        return opened.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Opens what a refusal says.</summary>
    public async Task<Rejection> OpenAsync(AccountId account, Rejection rejection, CancellationToken cancellationToken) =>
        rejection with { Actual = await OpenAsync(account, rejection.Actual, cancellationToken) };

    /// <summary>Makes sure that this master key is the one that the store's keys are wrapped under, by a key that belongs to no account.</summary>
    /// <exception cref="CryptographicException">It is another.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) => SealAsync(default, "", cancellationToken);

    /// <summary>Destroys the account's keys. Whatever was sealed until then is erased when the task ends.</summary>
    public Task EraseAsync(AccountId account, CancellationToken cancellationToken) => keys.DestroyKeysAsync(account, cancellationToken);

    private async Task<string> OpenOneAsync(AccountId account, byte[] bytes, CancellationToken cancellationToken)
    {
        var id = new Guid(bytes.AsSpan(0, SealedText.KeyIdSize), bigEndian: true);
        if (await keys.FindKeyAsync(account, id, cancellationToken) is not { } key) return SealedText.Erased;
        try
        {
            return Open(account, master.Unwrap(account, key), bytes);
        }
        catch (CryptographicException)
        {
            return Unreadable;
        }
    }

    private static string Seal(AccountId account, Guid id, byte[] dataKey, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[SealedText.HeaderSize + plain.Length];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var nonce = bytes.AsSpan(SealedText.KeyIdSize, SealedText.NonceSize);

        // A nonce that follows from key and text is used twice for the same text alone, and then everything else is the same too (as in RFC 8452).
        HMACSHA256.HashData(Derived(dataKey, "tpw/personal/nonce/1"), plain).AsSpan(0, SealedText.NonceSize).CopyTo(nonce);
        using var aes = new AesGcm(Derived(dataKey, "tpw/personal/text/1"), SealedText.TagSize);
        aes.Encrypt(
            nonce, plain, bytes.AsSpan(SealedText.HeaderSize), bytes.AsSpan(SealedText.KeyIdSize + SealedText.NonceSize, SealedText.TagSize), Bound(account));
        return SealedText.Prefix + Base64Url.EncodeToString(bytes);
    }

    private static string Open(AccountId account, byte[] dataKey, byte[] bytes)
    {
        var plain = new byte[bytes.Length - SealedText.HeaderSize];
        using var aes = new AesGcm(Derived(dataKey, "tpw/personal/text/1"), SealedText.TagSize);
        aes.Decrypt(
            bytes.AsSpan(SealedText.KeyIdSize, SealedText.NonceSize), bytes.AsSpan(SealedText.HeaderSize),
            bytes.AsSpan(SealedText.KeyIdSize + SealedText.NonceSize, SealedText.TagSize), plain, Bound(account));
        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Derived(byte[] dataKey, string use) => HKDF.Expand(HashAlgorithmName.SHA256, dataKey, MasterKey.Size, Encoding.UTF8.GetBytes(use));

    private static byte[] Bound(AccountId account) => Encoding.UTF8.GetBytes(account.ToString());
}
