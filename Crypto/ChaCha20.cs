using TPWallet.Crypto.Native;

namespace TPWallet.Crypto;

/// <summary>The bare ChaCha20 stream (RFC 8439) through libsodium. It authenticates nothing: for protocols that do so themselves.</summary>
public static unsafe class ChaCha20
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeyLength = 32;

    private const int NonceLength = 12;

    /// <summary>Adds the stream of a key, from block 0 and with a nonce of zeros, to the bytes: every key may be used once.</summary>
    /// <exception cref="ArgumentException">The key has not 32 bytes.</exception>
    public static void Apply(ReadOnlySpan<byte> key32, Span<byte> bytes)
    {
        if (key32.Length != KeyLength) throw new ArgumentException($"A ChaCha20 key has {KeyLength} bytes, not {key32.Length}.", nameof(key32));
        if (bytes.IsEmpty) return;
        SodiumNative.EnsureReady();
        var nonce = stackalloc byte[NonceLength];
        new Span<byte>(nonce, NonceLength).Clear();
        fixed (byte* key = key32, target = bytes)
            _ = SodiumNative.crypto_stream_chacha20_ietf_xor_ic(target, target, (ulong)bytes.Length, nonce, 0, key);
    }
}
