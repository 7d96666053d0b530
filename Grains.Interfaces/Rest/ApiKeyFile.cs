using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>Reads and writes the file of API keys. It holds secrets, so it is written with mode 0600 and refused when others could read it.</summary>
public static class ApiKeyFile
{
    /// <summary>Largest file in bytes.</summary>
    public const int MaxBytes = 4 << 20;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>A key with a fresh random secret.</summary>
    public static ApiKey Generate(Name id, Name tenant, ImmutableArray<string> accounts, ImmutableArray<ApiScope> scopes) =>
        new(id, RandomNumberGenerator.GetBytes(ApiKey.SecretLength), tenant, accounts, scopes);

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="InvalidDataException">Others may read it, or its content is not a ring of keys; the message says what to do.</exception>
    public static async Task<ApiKeyRing> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new InvalidDataException($"{path} holds secrets and others may read it: chmod 600 it.");
        await using var stream = File.OpenRead(path);
        if (stream.Length > MaxBytes) throw new InvalidDataException($"{path} is larger than {MaxBytes} bytes.");
        ApiKeyRing? ring;
        try
        {
            ring = await JsonSerializer.DeserializeAsync(stream, RestJson.Default.ApiKeyRing, cancellationToken);
        }
        catch (JsonException bad)
        {
            // The message is left out: it may quote what stands there.
            throw new InvalidDataException($"{path} is no ring of API keys (line {bad.LineNumber + 1}, at {bad.Path}).");
        }

        return ring is not null && Fault(ring) is not { } fault ? ring : throw new InvalidDataException($"{path}: {(ring is null ? "null" : Fault(ring))}.");
    }

    /// <summary>Writes the ring: a new file with mode 0600 in the same folder that takes the name at once.</summary>
    public static async Task WriteAsync(string path, ApiKeyRing ring, CancellationToken cancellationToken)
    {
        if (Fault(ring) is { } fault) throw new ArgumentException(fault, nameof(ring));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
        await using (var stream = new FileStream(draft, options))
        {
            await JsonSerializer.SerializeAsync(stream, ring, RestJson.Default.ApiKeyRing, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static string? Fault(ApiKeyRing ring)
    {
        if (ring.Keys.IsDefault || ring.Keys.Length > ApiKeyRing.MaxKeys) return $"a ring has at most {ApiKeyRing.MaxKeys} keys";
        if (ring.Keys.Select(key => key.Id).Distinct().Count() != ring.Keys.Length) return "a key id comes twice";
        foreach (var key in ring.Keys)
        {
            if (key.Secret.Length != ApiKey.SecretLength) return $"the secret of {key.Id} is not {ApiKey.SecretLength} bytes long";
            if (key.Scopes.IsDefaultOrEmpty || !key.Scopes.All(Enum.IsDefined)) return $"{key.Id} has no scope, or an unknown one";
            if (key.Accounts.IsDefaultOrEmpty || key.Accounts.Any(account => account != ApiKey.AllAccounts && !AccountId.TryParse(account, out _)))
                return $"{key.Id} names something that is neither an account id nor \"{ApiKey.AllAccounts}\"";
        }

        return null;
    }
}
