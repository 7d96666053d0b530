using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SQLitePCL;

namespace TPWallet.Signer.Store;

/// <summary>
/// Maps the SQLite provider's <c>e_sqlite3</c> to the system's library. Done through the load context, not the provider's assembly, since an
/// assembly takes only one resolver and the journal has its own where both live in one process (tests).
/// </summary>
internal static class SqliteNative
{
    private static readonly string[] Names = ["libsqlite3.so.0", "libsqlite3.0.dylib", "libsqlite3.dylib", "winsqlite3.dll"];

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <exception cref="DllNotFoundException">The system has no SQLite library (at the first use).</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool Load()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static nint Resolve(Assembly assembly, string library)
    {
        if (library != "e_sqlite3") return 0;
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out var handle)) return handle;
        return 0;
    }
}
