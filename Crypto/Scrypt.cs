using TPWallet.Crypto.Native;

namespace TPWallet.Crypto;

/// <summary>scrypt (RFC 7914) through libsodium.</summary>
public static unsafe class Scrypt
{
    /// <summary>Most memory taken (128 · N · r), in bytes.</summary>
    public const long MaximumMemory = 1L << 30;

    /// <summary>Most work taken (N · r · p); keystores of today need 2^21.</summary>
    public const long MaximumWork = 1L << 26;

    /// <summary>True if N is a power of two above one, r and p are positive and memory and work stay within the maxima.</summary>
    public static bool IsAllowed(long n, long r, long p) =>
        n is > 1 and <= 1L << 24 && (n & (n - 1)) == 0 && r is > 0 and <= 1024 && p is > 0 and <= 1024
        && 128 * n * r <= MaximumMemory && n * r * p <= MaximumWork;

    /// <summary>Derives key bytes from a password.</summary>
    /// <exception cref="ArgumentException">The parameters are not allowed (<see cref="IsAllowed"/>).</exception>
    /// <exception cref="InsufficientMemoryException">The memory is not to be had.</exception>
    public static void DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, long n, int r, int p, Span<byte> output)
    {
        if (!IsAllowed(n, r, p)) throw new ArgumentException("The scrypt parameters are out of range.", nameof(n));
        if (output.IsEmpty) return;
        SodiumNative.EnsureReady();
        byte nothing;
        fixed (byte* secret = password, saltBytes = salt, target = output)
        {
            var done = SodiumNative.crypto_pwhash_scryptsalsa208sha256_ll(
                secret is null ? &nothing : secret, (nuint)password.Length, saltBytes is null ? &nothing : saltBytes, (nuint)salt.Length,
                (ulong)n, (uint)r, (uint)p, target, (nuint)output.Length);
            if (done != 0) throw new InsufficientMemoryException($"scrypt could not have {128 * n * r} bytes.");
        }
    }
}
