using System.Globalization;
using Orleans;
using TPWallet.Benchmarks.Accounts;
using TPWallet.Benchmarks.Hosting;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;

namespace TPWallet.Benchmarks.Scale;

/// <summary>
/// Any number of registered accounts of three members with a device each, all under one policy. They are stored as the Account grain stores a
/// registration, one event each through the journal; only the check of the three proofs is left out, which would take longer than the benchmark.
/// </summary>
internal sealed class StoredAccounts(BenchSilo silo, Founder founder)
{
    private const int MaxAtOnce = 256;

    private readonly MachineCodec<AccountState, AccountCommand, AccountEvent> _codec =
        new(ContractJson.Default.AccountCommand, AccountJson.Default.AccountEvent, AccountJson.Default.AccountState);

    private readonly List<AccountId> _ids = [];

    /// <summary>Stores accounts until there are so many.</summary>
    public Task StoreAsync(int count, CancellationToken cancellationToken)
    {
        var first = _ids.Count;
        _ids.AddRange(Enumerable.Repeat(default(AccountId), count - first));
        return ForAllAsync(first, count, StoreOneAsync, cancellationToken);
    }

    /// <summary>Activates the accounts from one number to another by reading each.</summary>
    public Task ActivateAsync(int first, int end, CancellationToken cancellationToken) =>
        ForAllAsync(first, end, async (number, _) => await Grain(number).Read(), cancellationToken);

    /// <summary>The grain of an account.</summary>
    public IAccountGrain Grain(int number) => silo.Client.GetGrain<IAccountGrain>(_ids[number].ToString());

    private async Task StoreOneAsync(int number, CancellationToken cancellationToken)
    {
        var genesis = founder.Genesis(number);
        _ids[number] = Canonical.AccountId(genesis);
        var row = _codec.Row(new AccountEvent.Registered(genesis), Guid.NewGuid(), Bytes32.Zero, new Instant(1_800_000_000_000));
        var append = new Append(new("default", AccountDecider.Kind, _ids[number].ToString()), 0, Array.Empty<byte>(), [row]);
        var outcome = await silo.Journal.AppendAsync(append, cancellationToken);
        if (outcome is not AppendOutcome.Durable)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Account {number}: {outcome}"));
    }

    private static Task ForAllAsync(int first, int end, Func<int, CancellationToken, Task> run, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(first, end - first),
            new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken },
            async (number, stop) => await run(number, stop));
}
