using Microsoft.Extensions.Logging;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// What the product logs. An error that names an exception which no injected fault explains is a failure of the run: the product caught a bug of its
/// own and went on.
/// </summary>
internal sealed class Logbook(World world) : ILoggerFactory, ILogger
{
    private const int Kept = 40;

    private readonly Queue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // There is one place that lines go to.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Warning) return;
        var line = $"{logLevel}: {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}";
        if (_lines.Count == Kept) _lines.Dequeue();
        _lines.Enqueue(line);
        world.Tell(line);
        if (logLevel >= LogLevel.Error && exception is not null && !IsExplained(exception)) world.Fail("unexpected-exception", $"{line}\n{exception}");
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private static bool IsExplained(Exception exception) => exception is IOException or TimeoutException or OperationCanceledException
        or Orleans.Runtime.OrleansException or ObjectDisposedException;
}
