using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TPWallet.Crypto.Native;

/// <summary>The functions of libsecp256k1 0.2.0 that are used here, with the C names and argument order of its headers.</summary>
internal static unsafe partial class Secp256k1Native
{
    internal const uint ContextSignVerify = 1 | (1 << 8) | (1 << 9);
    internal const uint Compressed = (1 << 1) | (1 << 8);
    internal const uint Uncompressed = 1 << 1;

    /// <summary>secp256k1_schnorrsig_extraparams; the magic is fixed by secp256k1_schnorrsig.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SchnorrExtraParameters
    {
        internal uint Magic;
        internal nint NonceFunction;
        internal byte* AuxiliaryRandom;

        internal static SchnorrExtraParameters With(byte* auxiliaryRandom) =>
            new() { Magic = BitConverter.IsLittleEndian ? 0x8cb36fdau : 0xda6fb38cu, NonceFunction = 0, AuxiliaryRandom = auxiliaryRandom };
    }

    private static nint _context;

    /// <summary>
    /// The one context of the process, created and randomised at first use (blinding against side channels). The library's
    /// functions that take a const context may run on many threads at once.
    /// </summary>
    /// <exception cref="DllNotFoundException">The library is not installed; the message names the package.</exception>
    internal static nint Context
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var context = Volatile.Read(ref _context);
            return context != 0 ? context : CreateContext();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint CreateContext()
    {
        NativeLibraries.EnsureResolver();
        lock (typeof(NativeLibraries))
        {
            if (_context != 0) return _context;
            var context = secp256k1_context_create(ContextSignVerify);
            var seed = stackalloc byte[32];
            System.Security.Cryptography.RandomNumberGenerator.Fill(new Span<byte>(seed, 32));
            if (context == 0 || secp256k1_context_randomize(context, seed) != 1)
                throw new InvalidOperationException("libsecp256k1 could not create and randomise its context.");
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(new Span<byte>(seed, 32));
            Volatile.Write(ref _context, context);
            return context;
        }
    }

    /// <summary>An ECDH hash function (secp256k1_ecdh.h) that gives the bare x coordinate, as TLS and the ECDH vectors define it.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static int CopyX(byte* output, byte* x, byte* y, void* data)
    {
        new ReadOnlySpan<byte>(x, 32).CopyTo(new Span<byte>(output, 32));
        return 1;
    }

    [LibraryImport(NativeLibraries.Secp256k1)]
    private static partial nint secp256k1_context_create(uint flags);
    [LibraryImport(NativeLibraries.Secp256k1)]
    private static partial int secp256k1_context_randomize(nint context, byte* seed32);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_parse(nint context, byte* publicKey, byte* input, nuint length);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_serialize(nint context, byte* output, nuint* length, byte* publicKey, uint flags);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_create(nint context, byte* publicKey, byte* key32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_negate(nint context, byte* publicKey);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_tweak_add(nint context, byte* publicKey, byte* tweak32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_tweak_mul(nint context, byte* publicKey, byte* tweak32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_pubkey_combine(nint context, byte* publicKey, byte** inputs, nuint count);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_seckey_verify(nint context, byte* key32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_seckey_negate(nint context, byte* key32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_seckey_tweak_add(nint context, byte* key32, byte* tweak32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ec_seckey_tweak_mul(nint context, byte* key32, byte* tweak32);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_signature_parse_compact(nint context, byte* signature, byte* input64);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_signature_serialize_compact(nint context, byte* output64, byte* signature);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_signature_parse_der(nint context, byte* signature, byte* input, nuint length);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_signature_serialize_der(nint context, byte* output, nuint* length, byte* signature);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_signature_normalize(nint context, byte* output, byte* input);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_verify(nint context, byte* signature, byte* digest32, byte* publicKey);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_sign(nint context, byte* signature, byte* digest32, byte* key32, nint nonceFunction, byte* nonceData);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_recoverable_signature_parse_compact(nint context, byte* signature, byte* input64, int recoveryId);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_recoverable_signature_serialize_compact(
        nint context, byte* output64, int* recoveryId, byte* signature);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_sign_recoverable(
        nint context, byte* signature, byte* digest32, byte* key32, nint nonceFunction, byte* nonceData);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdsa_recover(nint context, byte* publicKey, byte* signature, byte* digest32);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_xonly_pubkey_parse(nint context, byte* xonly, byte* input32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_xonly_pubkey_serialize(nint context, byte* output32, byte* xonly);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_xonly_pubkey_from_pubkey(nint context, byte* xonly, int* parity, byte* publicKey);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_xonly_pubkey_tweak_add(nint context, byte* publicKey, byte* xonly, byte* tweak32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_keypair_create(nint context, byte* keypair, byte* key32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_keypair_xonly_tweak_add(nint context, byte* keypair, byte* tweak32);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_keypair_sec(nint context, byte* key32, byte* keypair);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_schnorrsig_sign_custom(
        nint context, byte* signature64, byte* message, nuint length, byte* keypair, SchnorrExtraParameters* extra);
    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_schnorrsig_verify(nint context, byte* signature64, byte* message, nuint length, byte* xonly);

    [LibraryImport(NativeLibraries.Secp256k1)]
    internal static partial int secp256k1_ecdh(
        nint context, byte* output, byte* publicKey, byte* key32, delegate* unmanaged[Cdecl]<byte*, byte*, byte*, void*, int> hash, void* data);
}
