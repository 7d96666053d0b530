using TPWallet.Client;
using TPWallet.Demo.Acts;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;

namespace TPWallet.Tests.Whole;

/// <summary>
/// The demo's own processes, of which one ends itself as by kill -9 at a named boundary, again and again: each is started anew on its folder with the
/// next boundary, until none is left.
/// </summary>
internal sealed class KilledProcesses : IAsyncDisposable
{
    /// <summary>What a shell says of a process that SIGKILL ended.</summary>
    private const int Killed = 128 + 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan NoticeOfDeath = TimeSpan.FromSeconds(5);

    private readonly Queue<string> _boundaries;
    private readonly HashSet<string> _withSigner;
    private ChildProcess _silo;
    private ChildProcess _signer;

    private KilledProcesses(Stage stage, Play play, IEnumerable<string> boundaries, IEnumerable<string> withSigner)
    {
        (Stage, Play) = (stage, play);
        (_boundaries, _withSigner) = (new(boundaries), [.. withSigner]);
        (_silo, _signer) = (stage.Silo, stage.Signer);
    }

    public Stage Stage { get; }

    public Play Play { get; }

    /// <summary>Boundaries at which a process was killed, in order.</summary>
    public List<string> Crossed { get; } = [];

    /// <summary>The next boundary, or null when all were crossed.</summary>
    public string? Next => _boundaries.TryPeek(out var next) ? next : null;

    /// <summary>Starts chain, signer and silo, and founds the accounts.</summary>
    /// <param name="folder">Where evidence and logs are left; it is emptied.</param>
    /// <param name="boundaries">Where to kill, one after the other; those that begin with "signer." kill the signer.</param>
    /// <param name="withSigner">Those at which the signer is killed together with the silo.</param>
    public static async Task<KilledProcesses> StartAsync(string folder, IEnumerable<string> boundaries, IEnumerable<string> withSigner)
    {
        var teller = new Teller(json: true);
        var settings = new StageSettings(TimeSpan.FromMilliseconds(100), ["--Wake:AfterMs=200", "--Wake:SweepEveryMs=300"]);
        var stage = await Stage.OpenAsync(Places.Find(folder), settings, teller, CancellationToken.None);
        var play = new Play(stage, teller);
        await play.FoundAsync(CancellationToken.None);
        var processes = new KilledProcesses(stage, play, boundaries, withSigner);
        await processes._silo.KillAsync();
        await processes.StartDeadAsync();
        return processes;
    }

    /// <summary>Does a user's work to its end, from the start again in each life of the silo; the work's commands keep their ids.</summary>
    public async Task LiveAsync(Func<ITPWallet, CancellationToken, Task> work)
    {
        while (true)
        {
            using var life = new CancellationTokenSource();
            var silo = _silo;
            var working = work(Stage.Wallet, life.Token);
            while (silo == _silo)
            {
                await Task.WhenAny(working, silo.Ended, _signer.Ended);
                if (working.IsCompletedSuccessfully) return;
                if (working.IsCompleted) await FailedAsync(working);
                await BuryAsync();
            }

            await life.CancelAsync();
            await Task.WhenAny(working);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Play.Dispose();
        await Stage.DisposeAsync();
    }

    private string? SilosNext => Next is { } next && !IsSigners(next) ? next : null;

    private string? SignersNext => Next is { } next && IsSigners(next) ? next : null;

    private static bool IsSigners(string boundary) => boundary.StartsWith("signer.", StringComparison.Ordinal);

    /// <summary>The work may notice the end of a connection before the end of the process is told; without a death it is the work's own failure.</summary>
    private async Task FailedAsync(Task working)
    {
        try
        {
            await Task.WhenAny(_silo.Ended, _signer.Ended).WaitAsync(NoticeOfDeath);
        }
        catch (TimeoutException)
        {
            await working;
        }
    }

    /// <summary>After the armed process died: the next boundary, and every process that is dead or not armed as it should be starts anew.</summary>
    private async Task BuryAsync()
    {
        var crossed = _boundaries.Dequeue();
        var dead = IsSigners(crossed) ? _signer : _silo;
        await dead.Ended.WaitAsync(Patience);
        dead.ExitCode.Should().Be(Killed, "{0} had to end at {1} and not otherwise; see its log", dead.Name, crossed);
        Crossed.Add(crossed);
        if (_withSigner.Contains(crossed) || (SignersNext is not null && !IsSigners(crossed))) await _signer.KillAsync();
        if (SilosNext is not null && IsSigners(crossed)) await _silo.KillAsync();
        await StartDeadAsync();
    }

    private async Task StartDeadAsync()
    {
        if (_signer.HasExited) _signer = await Stage.StartSignerAsync(SignersNext, CancellationToken.None);
        while (_silo.HasExited)
        {
            _silo = await Stage.StartSiloAsync(SilosNext, CancellationToken.None);
            // What was owed may lead over the boundary before it even listens.
            if (!_silo.HasExited) return;
            _silo.ExitCode.Should().Be(Killed);
            Crossed.Add(_boundaries.Dequeue());
        }
    }
}
