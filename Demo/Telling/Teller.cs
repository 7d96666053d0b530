using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace TPWallet.Demo.Telling;

/// <summary>What the demo says: a line for each thing that happened, a mark for each thing that must hold, and every figure for --json.</summary>
internal sealed class Teller(bool json)
{
    private const string Steps = "steps";
    private const int WidestLine = 1000;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly JsonObject _figures = new() { [Steps] = new JsonArray() };
    private readonly List<string> _failed = [];
    private readonly IAnsiConsole _console = Open();
    private int _held;

    /// <summary>Whether all that was checked so far held.</summary>
    public bool AllHeld => _failed.Count == 0 && _held > 0;

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Starts a numbered part.</summary>
    public void Step(string number, string title)
    {
        ((JsonArray)_figures[Steps]!).Add(new JsonObject { ["step"] = number, ["title"] = title, ["atMs"] = _clock.ElapsedMilliseconds });
        if (json) return;
        _console.WriteLine();
        _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]({number}) {title}[/] [dim]{_clock.Elapsed.TotalSeconds:0.0} s[/]");
    }

    public void Say(string text)
    {
        if (!json) _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"    [dim]{text}[/]");
    }

    /// <summary>Something that must hold for the demo to succeed.</summary>
    public bool Check(bool held, string what, string detail = "")
    {
        if (held) _held++;
        else _failed.Add(what);
        if (!json && held) _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  [green]✓[/] {what} [dim]{detail}[/]");
        if (!json && !held) _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  [red]✗ {what}[/] {detail}");
        return held;
    }

    /// <summary>A figure of the JSON object, by a dotted name.</summary>
    public void Figure(string name, JsonNode? value)
    {
        var parts = name.Split('.');
        var at = _figures;
        foreach (var part in parts[..^1])
        {
            if (at[part] is not JsonObject inner) at[part] = inner = [];
            at = inner;
        }

        at[parts[^1]] = value;
    }

    /// <summary>Into a file or a pipe go plain lines, unbroken.</summary>
    private static IAnsiConsole Open()
    {
        var redirected = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(
            redirected ? new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors } : new());
        if (redirected) console.Profile.Width = WidestLine;
        return console;
    }

    /// <summary>The last words, and the exit code: 0 only if all held.</summary>
    public int End(string? failure)
    {
        if (failure is not null) _failed.Add(failure);
        Figure("checksHeld", _held);
        Figure("failed", new JsonArray([.. _failed.Select(static text => (JsonNode)text)]));
        Figure("elapsedMs", _clock.ElapsedMilliseconds);
        Figure("ok", AllHeld);
        if (json)
        {
            Console.WriteLine(_figures.ToJsonString(Indented));
            return AllHeld ? 0 : 1;
        }

        _console.WriteLine();
        foreach (var what in _failed) _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]failed:[/] {what}");
        if (AllHeld)
            _console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[green bold]all {_held} checks held[/] in {_clock.Elapsed.TotalSeconds:0.0} s");
        return AllHeld ? 0 : 1;
    }
}
