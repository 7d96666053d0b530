using System.Net.Http.Headers;
using System.Text;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// What a Bitcoin node's RPC port demands: "user:password" on the first line of a file, such as the cookie that the node writes at each of its starts.
/// The words never leave the request's header: not into errors, not into logs.
/// </summary>
/// <param name="path">The file; only the service may read it.</param>
public sealed class CredentialFile(string path)
{
    /// <summary>Longest file in bytes.</summary>
    public const int MaxBytes = 1024;

    private AuthenticationHeaderValue? _read;

    /// <summary>The header to send, read once; null where the file cannot be read or is none of its form.</summary>
    public async ValueTask<AuthenticationHeaderValue?> ReadAsync(CancellationToken cancellation) => _read ??= await LoadAsync(cancellation);

    /// <summary>Whether the file says something else by now: the node was started anew.</summary>
    public async Task<bool> HasChangedAsync(CancellationToken cancellation)
    {
        var (was, now) = (_read, await LoadAsync(cancellation));
        _read = now;
        return now is not null && now.Parameter != was?.Parameter;
    }

    private async Task<AuthenticationHeaderValue?> LoadAsync(CancellationToken cancellation)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[MaxBytes + 1];
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
            if (length > MaxBytes) return null;
            var line = Encoding.UTF8.GetString(bytes, 0, length).Split('\n')[0].TrimEnd('\r');
            return line.Contains(':', StringComparison.Ordinal) ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(line))) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
