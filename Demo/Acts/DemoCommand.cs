using System.Runtime.InteropServices;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;

namespace TPWallet.Demo.Acts;

/// <summary>The demo's command line. Ctrl-C and SIGTERM end it in order: every process that it started is ended before it goes.</summary>
internal static class DemoCommand
{
    private const string Help = """
        ./tpw demo [--json] [--out FOLDER]

        The whole path of a payment on a local chain: account, keys, payment channels between two operators, votes, signing, settlement through a reorg,
        a packet on two chains while a node lies, and proof. Starts anvil, a Bitcoin node, two signers and two silos, and ends them. Exit code 0 only if
        everything held.

          --json         one JSON object with every figure instead of the story
          --out FOLDER   where evidence, votes and logs are left (default: data/demo; it is emptied first)
        """;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (!TryParse(arguments, out var json, out var output))
        {
            Console.WriteLine(Help);
            return arguments.Any(static argument => argument is "--help" or "-h") ? 0 : 2;
        }

        using var stop = new CancellationTokenSource(Longest);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var teller = new Teller(json);
        return teller.End(await PlayAsync(teller, output, stop.Token));

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<string?> PlayAsync(Teller teller, string? output, CancellationToken cancellationToken)
    {
        try
        {
            var places = Places.Find(output);
            teller.Step("0", "Two chains, a signer and a silo");
            await using var stage = await Stage.OpenAsync(places, new(TimeSpan.FromMilliseconds(500), []) { Whole = true }, teller, cancellationToken);
            using var play = new Play(stage, teller);
            await play.RunAsync(cancellationToken);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return "stopped before the end";
        }
        catch (DemoFailedException failure)
        {
            return failure.Message;
        }
        catch (Exception failure)
        {
            // The edge of the program: whatever it was, the processes have been ended and the exit code says that it failed.
            return $"{failure.GetType().Name}: {failure.Message}{Environment.NewLine}{failure.StackTrace}";
        }
    }

    private static bool TryParse(string[] arguments, out bool json, out string? output)
    {
        (json, output) = (false, null);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--json") json = true;
            else if (arguments[i] == "--out" && i + 1 < arguments.Length) output = arguments[++i];
            else return false;
        }

        return true;
    }
}
