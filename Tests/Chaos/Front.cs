using TPWallet.Client;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>One silo while it is to be asked: by each API key, until it is gone.</summary>
internal sealed class ServingSilo : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly ImmutableArray<ITPWallet> _wallets;

    public ServingSilo(Uri address, IEnumerable<ApiKey> keys)
    {
        Address = address;
        var http = ClientServices.CreateHttp(address);
        _wallets = [.. keys.Select(key => new RestWallet(http, key))];
    }

    public Uri Address { get; }

    public CancellationToken Gone => _gone.Token;

    /// <summary>The wallet as one client reaches it.</summary>
    public ITPWallet WalletOf(int client) => _wallets[client % _wallets.Length];

    public void Dispose() => _gone.Cancel();
}

/// <summary>What stands before the silos, as a balancer does: clients ask any that serves, and wait when none does.</summary>
internal sealed class Front(IReadOnlyList<ApiKey> keys)
{
    private readonly Lock _lock = new();
    private ImmutableArray<ServingSilo> _serving = [];
    private TaskCompletionSource _opened = New();

    /// <summary>A silo serves at this address from now on.</summary>
    public void Open(Uri address)
    {
        TaskCompletionSource opened;
        lock (_lock)
        {
            _serving = _serving.Add(new(address, keys));
            (opened, _opened) = (_opened, New());
        }

        opened.SetResult();
    }

    /// <summary>Nobody asks it any more; what was asked and not answered is given up.</summary>
    public void Close(Uri address)
    {
        ImmutableArray<ServingSilo> gone;
        lock (_lock)
        {
            gone = [.. _serving.Where(silo => silo.Address == address)];
            _serving = _serving.RemoveRange(gone);
        }

        foreach (var silo in gone) silo.Dispose();
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
