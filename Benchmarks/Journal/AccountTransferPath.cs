using System.Collections.Concurrent;
using System.Globalization;
using Orleans;
using TPWallet.Benchmarks.Accounts;
using TPWallet.Benchmarks.Hosting;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// Transfers by the real Account grains of a production silo. Prepared and not measured: accounts founded by three devices each, funded by a ledger
/// transfer, and packets of ledger legs voted on and reserved. Measured is what an account does for each leg of a reserved packet:
/// <code>
/// client ─▶ desk grain ─SendTransfer─▶ payer   TransferSent      durable ─▶ answer to the client
///                                      payer ─ReceiveTransfer─▶ payee   TransferReceived   durable: the transfer counts
///                                      payer ─RecordLeg─▶ packet
///                                      payer   TransferClosed    said by its next row, or durable two seconds later
/// </code>
/// So between two and three rows of two streams, with fences, hashes, MACs, batches and wake rows as in production. The desk grain stands where the
/// TokenPacket grain stands; no packet is behind the reservations and RecordLeg is taken without one, so the packet's own work is not in the figure.
/// </summary>
internal sealed class AccountTransferPath : ITransferPath
{
    private const int MaxPreparing = 128;
    private const int LegsPerPacket = PacketContent.MaxLegs;
    private static readonly UInt256 _funds = UInt256.Parse("1000000000000000000");
    private static readonly UInt256 _amount = 1_000_000;
    private static readonly TimeSpan _longestDrain = TimeSpan.FromSeconds(60);

    /// <summary>A payer closes a transfer after its patience at the latest, and then the row must become durable.</summary>
    private static readonly TimeSpan _longestClose = TimeSpan.FromMilliseconds(ShellLimits.Patience.Ms + (10 * ShellLimits.PatienceTick.Ms));

    private readonly BenchSilo _silo;
    private readonly Founder _founder = new();
    private readonly AccountId[] _ids;
    private readonly int[] _packets;
    private readonly ConcurrentStack<AccountCommand.SendTransfer>[] _ready;
    private long _started;

    private AccountTransferPath(BenchSilo silo, int accounts)
    {
        (_silo, _ids, _packets) = (silo, new AccountId[accounts], new int[accounts]);
        _ready = [.. _ids.Select(_ => new ConcurrentStack<AccountCommand.SendTransfer>())];
    }

    public int Accounts => _ids.Length;

    public long Completed => _silo.Rows.Count(nameof(AccountEvent.TransferReceived)) - Accounts;

    public static async Task<AccountTransferPath> OpenAsync(
        string connectionString, string dataFolder, int accounts, CancellationToken cancellationToken)
    {
        var path = new AccountTransferPath(await BenchSilo.StartAsync(connectionString, dataFolder, cancellationToken), accounts);
        await ForAllAsync(Enumerable.Range(0, accounts), path.FoundAsync, cancellationToken);
        return path;
    }

    public AccountId IdOf(int account) => _ids[account];

    public async Task PrepareAsync(int transfers, int? payer, CancellationToken cancellationToken)
    {
        var wanted = payer is null ? (transfers / Accounts) + 1 : transfers;
        var payers = payer is { } one ? [one] : Enumerable.Range(0, Accounts);
        var missing = payers.SelectMany(account =>
            Enumerable.Repeat(account, (Math.Max(0, wanted - _ready[account].Count) + LegsPerPacket - 1) / LegsPerPacket));
        await ForAllAsync(missing, ReserveAsync, cancellationToken);
        // A round's commands are made a hundred thousand at a time, which no silo has: moving them is no part of the transfers that are measured.
        GC.Collect();
    }

    public async Task TransferAsync(int client, int payer, CancellationToken cancellationToken)
    {
        var tried = 0;
        AccountCommand.SendTransfer? send;
        while (!_ready[payer].TryPop(out send))
        {
            payer = (payer + 1) % Accounts;
            if (++tried >= Accounts) throw new InvalidOperationException("All prepared transfers were sent.");
        }

        Interlocked.Increment(ref _started);
        await AskAsync(client, payer, send, cancellationToken);
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _silo.Rows.ReachAsync(nameof(AccountEvent.TransferReceived), Accounts + Interlocked.Read(ref _started)).WaitAsync(_longestDrain, cancellationToken);
        await Task.Delay(_longestClose, cancellationToken);
    }

    /// <summary>Ends when so many transfers were closed by a row of their own, as those are that no other row of their payer follows.</summary>
    public Task ClosedAloneAsync(long transfers) => _silo.Rows.ReachAsync(nameof(AccountEvent.TransferClosed), transfers).WaitAsync(_longestDrain);

    /// <summary>How many payers have something on its way; none when all is drained.</summary>
    public async Task<int> PayingAsync()
    {
        var views = await Task.WhenAll(_ids.Select(id => _silo.Client.GetGrain<IAccountGrain>(id.ToString()).Read()));
        return views.Count(static view => view!.Balances.Any(static balance => !balance.InTransit.IsZero));
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _founder.Dispose();
    }

    private async Task FoundAsync(int number, CancellationToken cancellationToken)
    {
        var genesis = _founder.Genesis(number);
        _ids[number] = Canonical.AccountId(genesis);
        await AskAsync(number, number, _founder.Register(genesis), cancellationToken);
        // Whoever the bank may be: the payee takes a transfer from the grain that sends it.
        var leg = new LegRef(new(AccountId.Parse(Bytes32.Zero.ToString()), Packet(number)), Founder.LegName(0));
        await AskAsync(
            number, number, new AccountCommand.ReceiveTransfer(AccountIntent.DeliveryId(leg), leg, leg.Packet.Owner, new(Founder.Asset, _funds)),
            cancellationToken);
    }

    private async Task ReserveAsync(int account, CancellationToken cancellationToken)
    {
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var packet = Packet(Interlocked.Increment(ref _packets[account]));
        var payees = Enumerable.Range(0, LegsPerPacket).Select(_ => _ids[(account + 1 + Random.Shared.Next(Accounts - 1)) % Accounts]).ToArray();
        var reserve = _founder.Reserve(_founder.Genesis(account), packet, now, payees.Select(payee => (payee, _amount)));
        await AskAsync(account, account, reserve, cancellationToken);
        for (var i = 0; i < payees.Length; i++)
        {
            var leg = new LegRef(reserve.Packet.Ref, Founder.LegName(i));
            _ready[account].Push(new(Guid.NewGuid(), leg, payees[i], new(Founder.Asset, _amount)));
        }
    }

    private async Task AskAsync(int desk, int account, AccountCommand command, CancellationToken cancellationToken)
    {
        var grain = _silo.Client.GetGrain<ITransferDesk>(desk.ToString(CultureInfo.InvariantCulture));
        var reply = await grain.Submit(_ids[account], command).WaitAsync(cancellationToken);
        if (reply is not CommandReply.Accepted) throw new InvalidOperationException($"{command.GetType().Name}: {reply}");
    }

    private static Name Packet(int number) => string.Create(CultureInfo.InvariantCulture, $"packet-{number}");

    private static Task ForAllAsync(IEnumerable<int> items, Func<int, CancellationToken, Task> run, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = MaxPreparing, CancellationToken = cancellationToken },
            async (item, stop) => await run(item, stop));
}
