using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Journal;

namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// Transfers on the journal port, with the rows and the batching of the Account grain: per transfer TransferSent at the payer, TransferReceived at
/// the payee and TransferClosed at the payer, each an event of realistic size with command id and fingerprint; at most one undurable append per
/// stream.
/// </summary>
internal sealed class JournalTransferPath : ITransferPath
{
    private const int AccountCount = 2048;

    private readonly IJournal _journal;
    private readonly AccountStream[] _accounts;
    private readonly byte[] _fingerprint = SHA256.HashData("transfer"u8);
    private long _started;
    private long _completed;
    private TaskCompletionSource? _drained;

    public JournalTransferPath(IJournal journal)
    {
        _journal = journal;
        // A name of its own per run: each run starts on empty streams.
        var run = Guid.NewGuid().ToString("n");
        _accounts = [.. Enumerable.Range(0, AccountCount).Select(i => new AccountStream(journal, new StreamName("bench", "account", $"{run}-{i}")))];
    }

    public int Accounts => AccountCount;

    public long Completed => Interlocked.Read(ref _completed);

    public async Task TransferAsync(int from, int to, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        Interlocked.Increment(ref _started);
        await _accounts[from].AppendAsync(Row("TransferSent", id, from, to, withCommand: true)).WaitAsync(cancellationToken);
        _ = SettleAsync(id, from, to);
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _drained = drained;
        if (Interlocked.Read(ref _started) == Completed) return;
        await drained.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private async Task SettleAsync(Guid id, int from, int to)
    {
        await _accounts[to].AppendAsync(Row("TransferReceived", id, from, to, withCommand: true));
        // The payer's closing row comes after both sides are durable; it takes the journal's time all the same.
        var closing = _accounts[from].AppendAsync(Row("TransferClosed", id, from, to, withCommand: false));
        if (Interlocked.Increment(ref _completed) == Interlocked.Read(ref _started)) _drained?.TrySetResult();
        await closing;
    }

    private NewRow Row(string type, Guid id, int from, int to, bool withCommand)
    {
        var payload = Encoding.UTF8.GetBytes(
            $$"""
            {"transfer":"{{id}}","from":"0x{{from:x64}}","to":"0x{{to:x64}}","asset":"eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48","amount":"1000000",
            "postings":[{"account":"available","side":"debit","amount":"1000000"},
            {"account":"transit","side":"credit","amount":"1000000"}],"memo":"invoice 2026-11-21"}
            """);
        return withCommand
            ? new NewRow(type, 1, payload, id, _fingerprint, 1_700_000_000_000)
            : new NewRow(type, 1, payload, null, Array.Empty<byte>(), 1_700_000_000_000);
    }
}

/// <summary>One account's stream: at most one undurable append; what comes meanwhile goes into the next.</summary>
internal sealed class AccountStream(IJournal journal, StreamName name)
{
    private readonly Lock _gate = new();
    private List<(NewRow Row, TaskCompletionSource Done)> _waiting = [];
    private bool _inFlight;
    private long _version;
    private byte[] _hash = [];

    public Task AppendAsync(NewRow row)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((row, done));
            if (_inFlight) return done.Task;
            _inFlight = true;
        }

        _ = WriteAsync();
        return done.Task;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            List<(NewRow Row, TaskCompletionSource Done)> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _inFlight = false;
                    return;
                }

                (batch, _waiting) = (_waiting, []);
            }

            var outcome = await journal.AppendAsync(new Append(name, _version, _hash, [.. batch.Select(b => b.Row)]), CancellationToken.None);
            if (outcome is AppendOutcome.Durable durable) (_version, _hash) = (durable.Version, durable.HeadHash);
            foreach (var (_, done) in batch)
            {
                if (outcome is AppendOutcome.Durable) done.SetResult();
                else done.SetException(new InvalidOperationException($"An append of the benchmark ended as {outcome}."));
            }
        }
    }
}
