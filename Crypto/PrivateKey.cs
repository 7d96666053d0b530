using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>
/// 32 secret bytes in pinned memory, wiped on <see cref="Dispose"/> and, if that is forgotten, on finalisation. Pinning matters: a
/// compacting collector would otherwise leave copies behind. The key never prints itself and has no serialised form of its own.
/// </summary>
public sealed class PrivateKey : IDisposable
{
    /// <summary>Length of every private key and seed held here, in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _secret = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private int _disposed;

    private PrivateKey()
    {
    }

    ~PrivateKey() => CryptographicOperations.ZeroMemory(_secret);

    /// <summary>The secret bytes, for the primitives of this project and for key files. Valid until <see cref="Dispose"/>; do not copy.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public ReadOnlySpan<byte> Secret
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _secret;
        }
    }

    /// <summary>Copies 32 bytes into a new key. The caller wipes its own copy.</summary>
    /// <exception cref="ArgumentException">The input is not 32 bytes long.</exception>
    public static PrivateKey From(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Length) throw new ArgumentException($"A private key has {Length} bytes, not {secret.Length}.", nameof(secret));
        var key = new PrivateKey();
        secret.CopyTo(key._secret);
        return key;
    }

    /// <summary>32 fresh random bytes from the operating system: an Ed25519 or X25519 seed. For the curves with a smaller scalar range
    /// use <see cref="Secp256k1.GenerateKey"/> and <see cref="P256.GenerateKey"/>.</summary>
    public static PrivateKey Random()
    {
        var key = new PrivateKey();
        RandomNumberGenerator.Fill(key._secret);
        return key;
    }

    /// <summary>Wipes the secret. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        CryptographicOperations.ZeroMemory(_secret);
        GC.SuppressFinalize(this);
    }

    /// <summary>Says only that it is a key.</summary>
    public override string ToString() => "PrivateKey";
}
