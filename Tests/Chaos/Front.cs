using TPWallet.Client;
using TPWallet.Demo.Processes;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>One silo process while it is to be asked: by each API key, until it is gone.</summary>
internal sealed class ServingSilo(ChildProcess process, ImmutableArray<ITPWallet> wallets) : IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    public ChildProcess Process => process;

    public CancellationToken Gone => _gone.Token;

    /// <summary>The wallet as one client reaches it.</summary>
    public ITPWallet WalletOf(int client) => wallets[client % wallets.Length];

    public ServingSilo Again() => new(process, wallets);

    public void Dispose() => _gone.Cancel();
}

/// <summary>What stands before the silos, as a balancer does: clients ask any that serves, and wait when none does.</summary>
internal sealed class Front
{
    private readonly Lock _lock = new();
    private ImmutableArray<ServingSilo> _serving = [];
    private TaskCompletionSource _opened = New();

    /// <summary>Those that serve now.</summary>
    public ImmutableArray<ServingSilo> Serving
    {
        get
        {
            lock (_lock) return _serving;
        }
    }

    public void Open(ServingSilo silo)
    {
        TaskCompletionSource opened;
        lock (_lock)
        {
            _serving = _serving.Add(silo);
            (opened, _opened) = (_opened, New());
        }

        opened.SetResult();
    }

    /// <summary>Nobody asks it any more; what was asked and not answered is given up.</summary>
    public void Close(ServingSilo silo)
    {
        lock (_lock) _serving = _serving.Remove(silo);
        silo.Dispose();
    }

    public async Task<ServingSilo> AnyAsync(Chance chance, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task opened;
            lock (_lock)
            {
                if (!_serving.IsEmpty) return chance.Pick(_serving);
                opened = _opened.Task;
            }

            await opened.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
