using System.Text;

namespace TPWallet.Tests.Whole;

/// <summary>What stands readable on the disk.</summary>
internal static class StoredText
{
    /// <summary>Files of silo and signer, but for locks, in which one of the texts stands, as UTF-8.</summary>
    public static IEnumerable<string> FilesWith(string folder, params string[] texts) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) != ".lock" && texts.Any(text => Bytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0));

    private static byte[] Bytes(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
