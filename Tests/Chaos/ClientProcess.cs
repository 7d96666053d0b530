using System.Globalization;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// Some of the clients in a process of their own: <c>chaos --clients FIRST COUNT SEED ACCOUNTS KEYS LOG</c>. It hears by lines which silos serve and when it is
/// enough, and says by lines how far it is; what it sent and was told is in its log when it ends.
/// </summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private const string Verb = "--clients";
    private const string Enough = "enough";
    private const string GiveUp = "give-up";
    private const string Serves = "serves ";
    private const string Gone = "gone ";
    private const string Reached = "tally ";
    private const string Broken = "broken ";
    private const string Done = "done";

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    private readonly ChildProcess _process;
    private readonly string _logFile;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string> _broken;
    private Tally _tally;

    private ClientProcess(int first, int count, ChaosPlan plan, string keyFile, string folder, Action<string> broken)
    {
        _broken = broken;
        _logFile = Path.Combine(folder, $"clients-{first}.json");
        string[] numbers = [.. new[] { first, count, (long)plan.Seed, plan.Accounts }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        _process = ChildProcess.Start(
            $"clients {first}", "dotnet", [typeof(ClientProcess).Assembly.Location, "chaos", Verb, .. numbers, keyFile, _logFile],
            Path.Combine(folder, $"clients-{first}.log"), Hear, listens: true);
        _process.Ended.ContinueWith(_ => _done.TrySetException(new IOException($"{_process.Name} ended before it was done")), TaskScheduler.Default);
    }

    public Tally Tally => _tally;

    /// <summary>When all its clients have ended.</summary>
    public Task Ended => _done.Task;

    /// <summary>Starts as many processes as the plan wants, each with as many of its clients.</summary>
    public static ImmutableArray<ClientProcess> StartAll(ChaosPlan plan, string keyFile, string folder, Action<string> broken)
    {
        var each = plan.Clients / plan.ClientProcesses;
        return [.. Enumerable.Range(0, plan.ClientProcesses).Select(i => new ClientProcess(i * each, each, plan, keyFile, folder, broken))];
    }

    public void Opened(Uri silo) => _process.Tell($"{Serves}{silo}");

    public void Closed(Uri silo) => _process.Tell($"{Gone}{silo}");

    /// <summary>No new packet; what is begun is brought to its end.</summary>
    public void TellEnough() => _process.Tell(Enough);

    /// <summary>Everything has taken too long.</summary>
    public void TellToGiveUp() => _process.Tell(GiveUp);

    public Task<CommandLog> ReadLogAsync(CancellationToken cancellationToken) => CommandLog.ReadAsync(_logFile, cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private bool Hear(string line)
    {
        if (line.StartsWith(Broken, StringComparison.Ordinal)) _broken(line[Broken.Length..]);
        if (line.StartsWith(Reached, StringComparison.Ordinal)
            && line[Reached.Length..].Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray() is [var sent, var known, var abandoned, var settled, var transfers, var reads])
            _tally = new(sent, known, abandoned, settled, transfers, reads);
        if (line == Done) _done.TrySetResult();
        return false;
    }

    /// <summary>The process itself.</summary>
    /// <returns>0, or null when the arguments are not for it.</returns>
    public static async Task<int?> RunAsync(string[] args)
    {
        if (args is not [Verb, var first, var count, var seed, var accounts, var keyFile, var logFile]) return null;
        var keys = (await ApiKeyFile.ReadAsync(keyFile, CancellationToken.None)).Keys;
        var (front, log) = (new Front([.. keys]), new CommandLog());
        var town = new ChaosTown(ulong.Parse(seed, CultureInfo.InvariantCulture), int.Parse(accounts, CultureInfo.InvariantCulture));
        var chance = ChaosPlan.ChanceOf(ulong.Parse(seed, CultureInfo.InvariantCulture));
        using var enough = new CancellationTokenSource();
        using var bound = new CancellationTokenSource();
        var hearing = Task.Run(() => Obey(front, enough, bound));
        var numbers = Enumerable.Range(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)).ToArray();
        var clients = numbers.Select(i => new ChaosClient(i, front, town, log, chance.Fork($"client {i}"))).ToArray();
        var readers = numbers.SelectMany(i => Enumerable.Range(0, ChaosReader.ForEachPayer)
            .Select(j => new ChaosReader(i, front, town, log, chance.Fork($"reader {i} {j}")))).ToArray();
        Task[] working = [
            .. clients.Select(client => Task.Run(() => client.RunAsync(enough.Token, bound.Token))),
            .. readers.Select(reader => Task.Run(() => reader.RunAsync(enough.Token, bound.Token)))];
        var all = Task.WhenAll(working);
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, PlanClock.AfterAsync(TellEvery, CancellationToken.None));
            Tell(log.Tally);
        }

        foreach (var failed in working.Where(task => !task.IsCompletedSuccessfully))
            Console.WriteLine($"{Broken}a client: {(failed.IsCanceled ? "not at its end when all had to be" : $"{failed.Exception!.InnerException!.GetType().Name} {failed.Exception.InnerException.Message}")}");
        await log.SaveAsync(logFile, CancellationToken.None);
        Console.WriteLine(Done);
        await hearing;
        return 0;
    }

    private static void Tell(Tally tally) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{Reached}{tally.Sent} {tally.Known} {tally.Abandoned} {tally.Settled} {tally.Transfers} {tally.Reads}"));

    /// <summary>Until the one who started it closes the line or is gone.</summary>
    private static void Obey(Front front, CancellationTokenSource enough, CancellationTokenSource bound)
    {
        while (Console.ReadLine() is { } line)
        {
            if (line.StartsWith(Serves, StringComparison.Ordinal)) front.Open(new(line[Serves.Length..]));
            else if (line.StartsWith(Gone, StringComparison.Ordinal)) front.Close(new(line[Gone.Length..]));
            else if (line == Enough) enough.Cancel();
            else if (line == GiveUp) bound.Cancel();
        }

        bound.Cancel();
    }
}
