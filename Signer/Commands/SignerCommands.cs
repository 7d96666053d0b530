using System.Net;
using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Signer.Host;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Commands;

/// <summary>The commands of the signer's process.</summary>
internal static class SignerCommands
{
    private const int Refused = 1;
    private const int NotSetUp = 2;

    private const string Help = """
        signer: holds the keys and signs only what the members voted

          signer init --data DIR [--password-file FILE]
              makes DIR (mode 0700): root secret, certificates for mutual TLS on loopback (tls/client.crt, tls/client.key and tls/ca.crt go
              to the silo)
          signer serve --data DIR --socket PATH [--group] [--password-file FILE]
              listens on a Unix socket, mode 0600, or 0660 with --group
          signer serve --data DIR --listen ADDRESS:PORT [--password-file FILE]
              listens on TCP with mutual TLS (TLS 1.3, clients of tls/clients.txt only); port 0 takes a free one
          signer sign-offline --data DIR --request FILE --out FILE [--password-file FILE]
              the same checks and the same store, without a network: reads a signing request, writes the signed outcome
          signer identity --data DIR [--password-file FILE]
              prints the public identity and the number of facts in the store

        The first line that serve prints is {"ready":"<where>","identity":"0x…"}. SIGTERM and Ctrl-C finish what runs and stop.
        Exit codes: 0 done, 1 the signer refused, 2 something must be set up first.
        """;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            switch (arguments.Length == 0 ? "--help" : arguments[0])
            {
                case "init":
                    Initialise(SignerArguments.Parse(arguments, "--data", "--password-file"));
                    return 0;
                case "serve":
                    return await ServeAsync(
                        SignerArguments.Parse(arguments, "--data", "--socket", "--listen", "--group!", "--password-file"), output, cancellationToken);
                case "sign-offline":
                    return await SignOfflineAsync(
                        SignerArguments.Parse(arguments, "--data", "--request", "--out", "--password-file"), errors, cancellationToken);
                case "identity":
                    return await IdentityAsync(SignerArguments.Parse(arguments, "--data", "--password-file"), output, cancellationToken);
                case "--help" or "-h" or "help":
                    await output.WriteLineAsync(Help.AsMemory(), cancellationToken);
                    return 0;
                default:
                    throw new SetUpException($"There is no command {arguments[0]}; see --help.");
            }
        }
        catch (Exception failure) when (failure is SetUpException or StoreDamagedException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"signer: {failure.Message}".AsMemory(), cancellationToken);
            return NotSetUp;
        }
    }

    private static void Initialise(SignerArguments arguments) =>
        SignerNode.Initialise(arguments.Need("--data"), Password(arguments), TimeProvider.System);

    private static SignerNode Open(SignerArguments arguments) =>
        SignerNode.Open(arguments.Need("--data"), Password(arguments), TimeProvider.System);

    private static async Task<int> ServeAsync(SignerArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var listening = ListeningOf(arguments);
        using var node = Open(arguments);
        await using var app = SignerHost.Build(listening, node.Port);
        var where = await SignerHost.StartAsync(app, listening, cancellationToken);
        var ready = new Readiness(where, node.Service.PublicKey);
        await output.WriteLineAsync(JsonSerializer.Serialize(ready, ReadinessJson.Default.Readiness).AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        using var patience = new CancellationTokenSource(StopPatience);
        await app.StopAsync(patience.Token);
        return 0;
    }

    private static Listening ListeningOf(SignerArguments arguments)
    {
        var (socket, listen) = (arguments.Find("--socket"), arguments.Find("--listen"));
        if (socket is null == listen is null) throw new SetUpException("serve needs either --socket or --listen.");
        if (socket is not null) return new Listening.Socket(Path.GetFullPath(socket), arguments.Has("--group"));
        if (!IPEndPoint.TryParse(listen!, out var at) || !listen!.Contains(':', StringComparison.Ordinal))
            throw new SetUpException("--listen needs ADDRESS:PORT, such as 127.0.0.1:7443.");
        return new Listening.MutualTls(at, SignerFolder.Tls(arguments.Need("--data")));
    }

    private static async Task<int> SignOfflineAsync(SignerArguments arguments, TextWriter errors, CancellationToken cancellationToken)
    {
        var outcome = await OfflineSigning.SignAsync(
            arguments.Need("--request"), arguments.Need("--out"), () => Open(arguments), cancellationToken);
        if (outcome is SignOutcome.Signed) return 0;
        var reason = outcome is SignOutcome.Refused refused ? refused.Rejection : new Rejection(RejectionCode.OutcomeUnknown, "an answer", "none");
        await errors.WriteLineAsync($"signer: refused: {reason}".AsMemory(), cancellationToken);
        return Refused;
    }

    private static async Task<int> IdentityAsync(SignerArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        using var node = Open(arguments);
        var identity = node.Service.Identity();
        await output.WriteLineAsync(JsonSerializer.Serialize(identity, ContractJson.Default.SignerIdentity).AsMemory(), cancellationToken);
        return 0;
    }

    /// <summary>The first line of the password file; a password never comes by argument, where every process of the machine could read it.</summary>
    private static string? Password(SignerArguments arguments)
    {
        if (arguments.Find("--password-file") is not { } path) return null;
        using var reader = new StringReader(SecretFile.Read(path));
        return reader.ReadLine() is { Length: > 0 } password ? password : throw new SetUpException($"{path} holds no password.");
    }
}
