using System.IO.Compression;
using System.Text.Json;

namespace TPWallet.Tests;

/// <summary>
/// The public test vectors: the folder that TPW_VECTORS names, or <c>shared/vectors</c> in a parent of the build folder. A clone of the project alone
/// has none; a test then says so and passes.
/// </summary>
internal static class Vectors
{
    internal static string? Root { get; } = Find();

    /// <summary>Full path of a vector file, or null where the vectors are absent. A file missing from a present folder is an error.</summary>
    internal static string? Path(params string[] parts)
    {
        if (Root is null)
        {
            Console.WriteLine($"No test vectors: set TPW_VECTORS to run {string.Join('/', parts)}.");
            return null;
        }

        var path = System.IO.Path.Combine([Root, .. parts]);
        return File.Exists(path) || Directory.Exists(path) ? path : throw new FileNotFoundException("The vectors are incomplete.", path);
    }

    /// <summary>Reads a JSON vector file, gzipped or plain; null where the vectors are absent.</summary>
    internal static JsonDocument? Json(params string[] parts)
    {
        if (Path(parts) is not { } path) return null;
        using var file = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return JsonDocument.Parse(file);
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        return JsonDocument.Parse(unzipped);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("TPW_VECTORS") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "vectors");
            if (Directory.Exists(candidate)) return candidate;
        }

        return null;
    }
}
