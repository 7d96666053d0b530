using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Signer.Host;

namespace TPWallet.Signer.Commands;

/// <summary>
/// Signs from file to file on a machine without network: the same reader, the same checks and the same store as over the socket. An outcome file
/// is written once and never over another.
/// </summary>
internal static class OfflineSigning
{
    public static async Task<SignOutcome> SignAsync(string requestPath, string outPath, Func<SignerNode> open, CancellationToken cancellationToken)
    {
        if (File.Exists(outPath)) throw new SetUpException($"{outPath} exists; name another file.");
        if (new FileInfo(requestPath).Length > JsonForm.MaxBytes) throw new SetUpException($"{requestPath} is longer than {JsonForm.MaxBytes} bytes.");
        var body = await File.ReadAllBytesAsync(requestPath, cancellationToken);
        var (request, refusal) = JsonForm.Read(body, ContractJson.Default.SignRequest);
        if (request is null) return new SignOutcome.Refused(refusal!);
        using var node = open();
        // The file may have been carried for days: when it was written says nothing of now.
        var outcome = await node.Port.SignAsync(request with { AskedAt = null }, cancellationToken);
        await using var file = new FileStream(outPath, FileMode.CreateNew, FileAccess.Write);
        await JsonSerializer.SerializeAsync(file, outcome, ContractJson.Default.SignOutcome, cancellationToken);
        return outcome;
    }
}
