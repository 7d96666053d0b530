namespace TPWallet.Signer.Tls;

/// <summary>Where a signer's certificates lie: PEM files in <c>tls/</c> of its folder. The client's two files go to the silo.</summary>
internal sealed record TlsFiles(string Folder)
{
    public string Authority => Path.Combine(Folder, "ca.crt");

    public string ServerCertificate => Path.Combine(Folder, "server.crt");

    public string ServerKey => Path.Combine(Folder, "server.key");

    public string ClientCertificate => Path.Combine(Folder, "client.crt");

    public string ClientKey => Path.Combine(Folder, "client.key");

    /// <summary>SHA-256 thumbprints in hex, one a line: only these clients are let in, and only with a certificate of the authority.</summary>
    public string AllowedClients => Path.Combine(Folder, "clients.txt");
}
