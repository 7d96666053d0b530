namespace TPWallet.Grains.Signing;

/// <summary>How a silo reaches its signer: either by <see cref="SocketPath"/>, or by <see cref="Address"/> with the three files of mutual TLS.</summary>
public sealed record SignerClientOptions
{
    /// <summary>Path of the signer's Unix socket. Config key <c>Signer:SocketPath</c>.</summary>
    public string? SocketPath { get; init; }

    /// <summary>"https://host:port" of the signer. Config key <c>Signer:Address</c>.</summary>
    public Uri? Address { get; init; }

    /// <summary>PEM file of the signer's own certificate authority: no other is trusted. Config key <c>Signer:AuthorityFile</c>.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM file of this silo's certificate. Config key <c>Signer:CertificateFile</c>.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its key. Config key <c>Signer:KeyFile</c>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Deadline of one call, connecting included. Config key <c>Signer:DeadlineMs</c>, default 10,000.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);
}
