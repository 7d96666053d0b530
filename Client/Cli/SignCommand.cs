using System.CommandLine;
using System.Diagnostics;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;

namespace TPWallet.Client.Cli;

/// <summary>tpw sign --offline: runs the signer's own offline command on a machine without network. This program never holds a signing key.</summary>
internal static class SignCommand
{
    private const string SignerDll = "TPWallet.Signer.dll";

    public static Command Create()
    {
        var request = new Option<FileInfo>("--offline") { Description = "The request file, as the signer's queue wrote it.", Required = true };
        var data = new Option<string>("--data") { Description = "The signer's data folder.", DefaultValueFactory = _ => Path.Combine("data", "signer") };
        var output = new Option<string>("--out") { Description = "Where the signature file goes.", DefaultValueFactory = _ => "signature.json" };
        return new Command("sign", "Signs a request file offline, by the signer's own checks.") { request, data, output }
            .Runs(async (session, cancellationToken) =>
            {
                var file = session.Get(request);
                if (!file.Exists) throw new FileNotFoundException($"{file.FullName} does not exist.");
                var path = session.Get(output);
                if (File.Exists(path)) throw new IOException($"{path} exists; name another file with --out.");
                string[] password = session.PasswordPath is { } named ? ["--password-file", named] : [];
                var start = new ProcessStartInfo(
                    "dotnet", [Find(), "sign-offline", "--data", session.Get(data), "--request", file.FullName, "--out", path, .. password])
                { UseShellExecute = false, RedirectStandardError = true };
                using var signer = Process.Start(start) ?? throw new IOException("dotnet could not be started.");
                var words = await signer.StandardError.ReadToEndAsync(cancellationToken);
                await signer.WaitForExitAsync(cancellationToken);
                if (!File.Exists(path)) throw new InvalidDataException(words.Trim());
                return await Session.ReadAsync(path, ContractJson.Default.SignOutcome, cancellationToken) switch
                {
                    SignOutcome.Signed signed => session.Report.Done(("signature", path), ("transaction", $"{signed.TxHash}")),
                    SignOutcome.Refused refused => session.Report.Refuse(refused.Rejection),
                    _ => throw new InvalidDataException(words.Trim()),
                };
            });
    }

    private static string Find()
    {
        var here = AppContext.BaseDirectory;
        string?[] places =
        [
            Environment.GetEnvironmentVariable("TPW_SIGNER"),
            Path.Combine(here, SignerDll),
            Path.Combine(here.Replace(Path.Combine("Client", "Cli"), "Signer", StringComparison.Ordinal), SignerDll),
        ];
        return places.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{SignerDll} is not beside this program; name it in the environment variable TPW_SIGNER.");
    }
}
