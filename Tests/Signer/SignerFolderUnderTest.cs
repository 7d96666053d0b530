using TPWallet.Signer;

namespace TPWallet.Tests.Signer;

/// <summary>A signer's folder in a temporary place, set up and removed again.</summary>
internal sealed class SignerFolderUnderTest : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("tpw-signer-").FullName;

    public SignerFolderUnderTest(string? password = null) => SignerNode.Initialise(Path, password, TimeProvider.System);

    public string Path => System.IO.Path.Combine(_parent, "signer");

    public string Beside(string name) => System.IO.Path.Combine(_parent, name);

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
