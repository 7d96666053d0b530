using TPWallet.Crypto;
using TPWallet.Signer.Keys;
using TPWallet.Signer.Tls;

namespace TPWallet.Signer;

/// <summary>What lies in a signer's folder: <c>root.secret</c>, <c>tls/</c>, <c>store.db</c> and <c>floors.db</c>, <c>coin-floors.db</c> with their head files, all for its own user only.</summary>
internal static class SignerFolder
{
    private const string RootName = "root.secret";

    public static TlsFiles Tls(string folder) => new(Path.Combine(folder, "tls"));

    public static void Create(string folder, string? password, TimeProvider time)
    {
        if (File.Exists(Path.Combine(folder, RootName))) throw new SetUpException($"{folder} already holds a signer.");
        SecretFile.CreateFolder(folder);
        var tls = Tls(folder);
        SecretFile.CreateFolder(tls.Folder);
        DevelopmentCertificates.Create(tls, time);
        using var root = PrivateKey.Random();
        SecretFile.Write(Path.Combine(folder, RootName), RootSecret.Encode(root, password));
    }

    public static SignerSecrets OpenSecrets(string folder, string? password)
    {
        var path = Path.Combine(folder, RootName);
        if (!File.Exists(path)) throw new SetUpException($"{folder} holds no signer; run: signer init --data {folder}");
        return new(RootSecret.Decode(SecretFile.Read(path), password));
    }
}
