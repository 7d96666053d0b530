using System.CommandLine;
using System.Text.Json;

namespace TPWallet.Client.Cli;

/// <summary>The tpw command line: arguments in, one of <see cref="ExitCode"/> out.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var root = new RootCommand("TPWallet: accounts, packets and votes from the command line. Exit codes: 0 done, 1 refused, 2 wrong arguments, "
            + "3 outcome not known, 4 file or connection failed.");
        foreach (var option in Session.Options) root.Add(option);
        root.Add(AccountCommands.Create());
        root.Add(DeviceCommands.Create());
        root.Add(KeyCommands.Create());
        root.Add(PacketCommands.Create());
        root.Add(FreezeCommand.Create());
        root.Add(ChangeCommands.Create());
        root.Add(OperatorCommands.Create());
        root.Add(DappCommands.Create());
        root.Add(IncidentCommands.Create());
        root.Add(ReviewCommands.Create());
        root.Add(VerdictCommands.Create());
        root.Add(WebhookCommands.Create());
        root.Add(ChannelCommands.Create());
        root.Add(ApiKeyCommands.Create());
        root.Add(SignCommand.Create());
        root.Add(VerifyCommand.Create());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"tpw: {error.Message}");
            await Console.Error.WriteLineAsync("tpw: see `tpw --help`, or --help after a command");
            return ExitCode.WrongArguments;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellationToken);
    }

    /// <summary>Gives a command its work; what goes wrong becomes a line on standard error and an exit code.</summary>
    internal static Command Runs(this Command command, Func<Session, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = new Session(parsed);
            try
            {
                return await run(session, cancellationToken);
            }
            catch (RefusedException refused)
            {
                return session.Report.Refuse(refused.Rejection);
            }
            catch (Exception wrong) when (wrong is ArgumentException or FormatException or JsonException)
            {
                return await FailAsync(wrong, ExitCode.WrongArguments);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or HttpRequestException or InvalidDataException)
            {
                return await FailAsync(failure, ExitCode.Failed);
            }
        });
        return command;
    }

    private static async Task<int> FailAsync(Exception exception, int code)
    {
        await Console.Error.WriteLineAsync($"tpw: {exception.Message}");
        return code;
    }
}

/// <summary>What the command line ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int WrongArguments = 2;
    public const int OutcomeUnknown = 3;
    public const int Failed = 4;
}
