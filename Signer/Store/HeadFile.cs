using System.Globalization;

namespace TPWallet.Signer.Store;

/// <summary>
/// The newest head in a file beside the database, replaced after each commit without waiting for the disk: it may lag behind the database
/// after a power failure but never runs ahead of it. A database that is older than its head file was put back.
/// </summary>
internal sealed class HeadFile(string path)
{
    public SignerHead? Read()
    {
        if (!File.Exists(path)) return null;
        var text = File.ReadAllText(path);
        // A power failure can leave the renamed file empty, since nothing waits for it; whoever could empty it on purpose could delete it too.
        if (text.Length == 0) return null;
        var parts = text.Split(' ', '\n');
        return parts.Length >= 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var facts)
            && parts[1].Length == 64
            ? new(facts, Convert.FromHexString(parts[1]))
            : throw new StoreDamagedException("The head file of the signer's store does not read.");
    }

    public void Write(SignerHead head)
    {
        var next = path + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{head.Facts} {Convert.ToHexStringLower(head.Mac)}\n"));
        File.Move(next, path, overwrite: true);
    }
}
