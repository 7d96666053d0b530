using TPWallet.Crypto.Native;

namespace TPWallet.Crypto;

/// <summary>Argon2id version 1.3 (RFC 9106) with one lane, through libsodium.</summary>
public static unsafe class Argon2id
{
    /// <summary>Length of a salt in bytes.</summary>
    public const int SaltLength = 16;

    /// <summary>Smallest memory that the library takes, in KiB.</summary>
    public const int MinimumMemoryKiB = 8;

    /// <summary>Largest memory taken here, in KiB: a hostile file must not eat the machine.</summary>
    public const int MaximumMemoryKiB = 1 << 20;

    /// <summary>Most passes taken here.</summary>
    public const int MaximumPasses = 64;

    /// <summary>Derives key bytes from a password.</summary>
    /// <param name="password">Password bytes.</param>
    /// <param name="salt16">16 bytes.</param>
    /// <param name="passes">t, 1 … <see cref="MaximumPasses"/>.</param>
    /// <param name="memoryKiB">m, <see cref="MinimumMemoryKiB"/> … <see cref="MaximumMemoryKiB"/>.</param>
    /// <param name="output">16 bytes or more.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">The memory is not to be had.</exception>
    public static void DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt16, int passes, int memoryKiB, Span<byte> output)
    {
        if (salt16.Length != SaltLength) throw new ArgumentException($"A salt has {SaltLength} bytes, not {salt16.Length}.", nameof(salt16));
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, 16);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(passes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passes, MaximumPasses);
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryKiB, MinimumMemoryKiB);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(memoryKiB, MaximumMemoryKiB);
        SodiumNative.EnsureReady();
        byte nothing;
        fixed (byte* secret = password, salt = salt16, target = output)
        {
            var done = SodiumNative.crypto_pwhash(
                target, (ulong)output.Length, secret is null ? &nothing : secret, (ulong)password.Length, salt,
                (ulong)passes, (nuint)memoryKiB * 1024, SodiumNative.Argon2idAlgorithm);
            if (done != 0) throw new InsufficientMemoryException($"Argon2id could not have {memoryKiB} KiB.");
        }
    }
}
