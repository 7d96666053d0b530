using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;

namespace TPWallet.Grains.Journal;

/// <summary>A numbered SQL script of a store. Once released it is never changed: its checksum is stored where it was applied.</summary>
/// <param name="Number">1, 2, 3, …</param>
/// <param name="Name">File name.</param>
/// <param name="Sql">Its text.</param>
/// <param name="Checksum">SHA-256 of its bytes, lower-case hex.</param>
public sealed record Script(int Number, string Name, string Sql, string Checksum)
{
    /// <summary>The scripts of a store, by number, from the assembly's resources.</summary>
    /// <param name="store">Folder of the store under <c>Grains/Journal</c>.</param>
    public static IReadOnlyList<Script> Of(string store)
    {
        var prefix = $"TPWallet.Grains.Journal.{store}.Scripts.";
        var assembly = typeof(Script).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => Read(assembly, name, name[prefix.Length..]))
            .OrderBy(script => script.Number)];
    }

    /// <summary>The scripts that are still to be applied.</summary>
    /// <param name="all">All scripts of this build.</param>
    /// <param name="applied">Number and checksum of those that the database has.</param>
    /// <exception cref="InvalidOperationException">The database was made by other scripts, or by a newer build.</exception>
    public static IReadOnlyList<Script> Missing(IReadOnlyList<Script> all, IReadOnlyDictionary<int, string> applied)
    {
        foreach (var (number, checksum) in applied)
        {
            var script = all.FirstOrDefault(s => s.Number == number)
                ?? throw new InvalidOperationException(
                    $"The database has journal script {number}, which this build does not know: use a newer build.");
            if (script.Checksum != checksum)
                throw new InvalidOperationException($"Journal script {script.Name} differs from the one that made the database.");
        }

        return [.. all.Where(script => !applied.ContainsKey(script.Number))];
    }

    private static Script Read(Assembly assembly, string resource, string name)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd();
        var number = int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);
        return new Script(number, name, sql, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(sql))));
    }
}
