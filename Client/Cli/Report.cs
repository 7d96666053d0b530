using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;

namespace TPWallet.Client.Cli;

/// <summary>Writes results: text for people, or with --json one object per result on standard output. Refusals and progress go to standard error.</summary>
internal sealed class Report(bool json)
{
    /// <summary>Width where nobody's terminal tells one: wide enough for any row.</summary>
    private const int FileWidth = 400;

    public IAnsiConsole ErrorConsole { get; } = Open(Console.Error, Console.IsErrorRedirected);

    private IAnsiConsole OutConsole { get; } = Open(Console.Out, Console.IsOutputRedirected);

    public bool IsJson => json;

    /// <summary>A view: its JSON, or the lines that people read.</summary>
    public void Show<T>(T value, JsonTypeInfo<T> type, Action<IAnsiConsole> text)
    {
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
        else text(OutConsole);
    }

    /// <summary>As above, of what is no contract.</summary>
    public void Show(JsonObject value, Action<IAnsiConsole> text)
    {
        if (json) Console.Out.WriteLine(value.ToJsonString());
        else text(OutConsole);
    }

    public void Write(Table table) => OutConsole.Write(table);

    /// <summary>Named facts.</summary>
    public int Done(params ReadOnlySpan<(string Name, string Value)> facts)
    {
        if (json)
        {
            var result = new JsonObject();
            foreach (var (name, value) in facts) result[name] = value;
            Console.Out.WriteLine(result.ToJsonString());
        }
        else
        {
            foreach (var (name, value) in facts) Console.Out.WriteLine($"{name,-18} {value}");
        }

        return ExitCode.Done;
    }

    /// <summary>A command's answer.</summary>
    public int Reply(CommandReply reply, IdempotencyKey key, params ReadOnlySpan<(string Name, string Value)> facts)
    {
        if (reply is CommandReply.Refused refused)
        {
            if (refused.Rejection.Code is not RejectionCode.OutcomeUnknown) return Refuse(refused.Rejection);
            Console.Error.WriteLine($"tpw: the outcome is not known; repeat the command with --idempotency-key {key} to learn it");
            Refuse(refused.Rejection);
            return ExitCode.OutcomeUnknown;
        }

        var accepted = (CommandReply.Accepted)reply;
        return Done([.. facts, ("version", $"{accepted.Version}"), ("events", string.Join(", ", accepted.Events))]);
    }

    public int Refuse(Rejection rejection)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(rejection, ContractJson.Default.Rejection));
        }
        else
        {
            Console.Error.WriteLine($"refused: {rejection.Code}");
            Console.Error.WriteLine($"  expected: {rejection.Expected}");
            Console.Error.WriteLine($"  actual:   {rejection.Actual}");
            if (!rejection.Reasons.IsDefaultOrEmpty) Console.Error.WriteLine($"  reasons:  {string.Join(", ", rejection.Reasons)}");
        }

        return ExitCode.Refused;
    }

    /// <summary>A line as it is: never wrapped or cut, for an address that is broken in two cannot be compared.</summary>
    public static void Line(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    public static Table Table(string title, params ReadOnlySpan<string> columns)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)));
        return table;
    }

    public static void Row(Table table, params IEnumerable<string?> cells) => table.AddRow([.. cells.Select(cell => Markup.Escape(cell ?? "–"))]);

    private static IAnsiConsole Open(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected) console.Profile.Width = FileWidth;
        return console;
    }
}
