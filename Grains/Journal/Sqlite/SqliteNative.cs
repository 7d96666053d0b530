using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>
/// Maps the SQLite provider's <c>e_sqlite3</c> to the system's own library: it gets the distribution's security updates, and no native binary ships
/// with us.
/// </summary>
internal static class SqliteNative
{
    private static readonly Lazy<bool> Loaded = new(Load);

    private static readonly string[] Names = ["libsqlite3.so.0", "libsqlite3.0.dylib", "libsqlite3.dylib", "winsqlite3.dll"];

    /// <summary>Makes SQLite callable; the first call loads it.</summary>
    /// <exception cref="DllNotFoundException">The system has no SQLite library.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (library != "e_sqlite3") return 0;
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var handle)) return handle;
        }

        throw new DllNotFoundException("No SQLite library on this system (Debian: libsqlite3-0).");
    }
}
