using System.Diagnostics;
using TPWallet.Demo.Telling;

namespace TPWallet.Demo.Processes;

/// <summary>Waits of the demo: each has a bound and names what it waits for.</summary>
internal static class Wait
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan longest, string awaited, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > longest) throw new DemoFailedException($"waited {longest.TotalSeconds:0} s for {awaited}");
            await Task.Delay(Between, cancellationToken);
        }
    }

    /// <summary>What a read gives, as soon as it is what is wanted.</summary>
    public static async Task<T> ForAsync<T>(
        Func<Task<T?>> read, Func<T, bool> wanted, TimeSpan longest, string awaited, CancellationToken cancellationToken)
        where T : class
    {
        T? value = null;
        await UntilAsync(async () => (value = await read()) is not null && wanted(value), longest, awaited, cancellationToken);
        return value!;
    }
}
