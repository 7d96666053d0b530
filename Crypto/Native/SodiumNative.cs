using System.Runtime.InteropServices;

namespace TPWallet.Crypto.Native;

/// <summary>The functions of libsodium 1.0.18 that are used here, with its C names and argument order.</summary>
internal static unsafe partial class SodiumNative
{
    internal const int Argon2idAlgorithm = 2;

    private static readonly Lazy<int> _ready = new(Initialise);

    /// <summary>Loads and initialises the library once; every caller comes through here first.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed; the message names the package.</exception>
    internal static void EnsureReady() => _ = _ready.Value;

    private static int Initialise()
    {
        NativeLibraries.EnsureResolver();
        // 0 = initialised now, 1 = another user of the library in this process did it before (sodium_init documentation).
        var result = sodium_init();
        return result >= 0 ? result : throw new InvalidOperationException("libsodium could not initialise.");
    }

    [LibraryImport(NativeLibraries.Sodium)]
    private static partial int sodium_init();
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_sign_ed25519_seed_keypair(byte* publicKey32, byte* secretKey64, byte* seed32);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_sign_ed25519_detached(byte* signature64, ulong* length, byte* message, ulong messageLength, byte* secretKey64);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_sign_ed25519_verify_detached(byte* signature64, byte* message, ulong messageLength, byte* publicKey32);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_sign_ed25519_pk_to_curve25519(byte* x25519Key32, byte* ed25519Key32);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_scalarmult_curve25519(byte* shared32, byte* scalar32, byte* point32);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_scalarmult_curve25519_base(byte* point32, byte* scalar32);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_stream_chacha20_ietf_xor_ic(byte* output, byte* input, ulong length, byte* nonce12, uint block, byte* key32);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_pwhash(
        byte* output, ulong outputLength, byte* password, ulong passwordLength, byte* salt16, ulong operations, nuint memoryBytes, int algorithm);
    [LibraryImport(NativeLibraries.Sodium)]
    internal static partial int crypto_pwhash_scryptsalsa208sha256_ll(
        byte* password, nuint passwordLength, byte* salt, nuint saltLength, ulong n, uint r, uint p, byte* output, nuint outputLength);
}
