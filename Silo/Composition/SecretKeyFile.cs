using System.Security.Cryptography;

namespace TPWallet.Silo.Composition;

/// <summary>A random secret of 32 bytes in a file of mode 0600, made at first use.</summary>
internal static class SecretKeyFile
{
    private const int Size = 32;

    /// <exception cref="SetUpException">The file has another length or is readable by others.</exception>
    public static byte[] LoadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new SetUpException($"{path} is open to others; set its mode to 0600.");
        var key = File.ReadAllBytes(path);
        return key.Length == Size ? key : throw new SetUpException($"{path} holds {key.Length} bytes, expected {Size}.");
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Write(path, RandomNumberGenerator.GetBytes(Size));
    }

    /// <summary>Writes a new file that only its owner may read, from its first moment; never over an existing one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> secret)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(secret);
        file.Flush(flushToDisk: true);
    }
}
