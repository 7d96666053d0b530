using System.Reflection;
using System.Runtime.InteropServices;

namespace TPWallet.Crypto.Native;

/// <summary>Finds the system's native libraries by their versioned names and says which package holds a missing one.</summary>
internal static class NativeLibraries
{
    internal const string Secp256k1 = "secp256k1";
    internal const string Sodium = "sodium";

    // The versioned name comes first: an unversioned link exists only where the development package is installed, and may
    // point at a build without the recovery, ECDH and Schnorr modules.
    private static readonly string[] _secp256k1Names =
        ["libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.5", "libsecp256k1.so.6", "libsecp256k1.so", "libsecp256k1.dylib", "secp256k1"];

    private static readonly string[] _sodiumNames =
        ["libsodium.so.23", "libsodium.so.26", "libsodium.so", "libsodium.dylib", "libsodium", "sodium"];

    private static readonly Lazy<bool> _resolver = new(Install);

    /// <summary>Installs the resolver; runs once and must precede the first native call.</summary>
    internal static void EnsureResolver() => _ = _resolver.Value;

    private static bool Install()
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        Secp256k1 => Load(_secp256k1Names, "libsecp256k1", "libsecp256k1-1", assembly, searchPath),
        Sodium => Load(_sodiumNames, "libsodium", "libsodium23", assembly, searchPath),
        _ => 0,
    };

    internal static nint Load(string[] names, string library, string debianPackage, Assembly assembly, DllImportSearchPath? searchPath)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, assembly, searchPath, out var handle)) return handle;
        }

        throw new DllNotFoundException(
            $"The native library {library} is missing (tried {string.Join(", ", names)}). " +
            $"Install it with your system's package manager; on Debian: apt-get install {debianPackage}");
    }
}
