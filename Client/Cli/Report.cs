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
    public IAnsiConsole ErrorConsole { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public bool IsJson => json;

    /// <summary>A view: its JSON, or the lines that people read.</summary>
    public void Show<T>(T value, JsonTypeInfo<T> type, Action<IAnsiConsole> text)
    {
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
        else text(AnsiConsole.Console);
    }

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

    public static Table Table(string title, params ReadOnlySpan<string> columns)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)));
        return table;
    }

    public static void Row(Table table, params IEnumerable<string?> cells) => table.AddRow([.. cells.Select(cell => Markup.Escape(cell ?? "–"))]);
}
