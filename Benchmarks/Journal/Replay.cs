using Npgsql;
using Orleans;
using TPWallet.Benchmarks.Hosting;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// Rows per second that a fresh silo replays when it activates an account with a long history and no snapshot: read, checked against hash chain and
/// MAC, decoded, applied. Beside it, the same rows by one bare SELECT whose every column is read.
/// </summary>
internal sealed class Replay(string database, string dataFolder, AccountId account)
{
    public async Task<double> OursAsync(CancellationToken cancellationToken)
    {
        await RunAsync("delete from snapshot", cancellationToken);
        // What earlier loads left to the sweepers would be woken beside it: ten thousand accounts, each of which replays too.
        await RunAsync("delete from wake", cancellationToken);
        await using var silo = await BenchSilo.StartAsync(database, dataFolder, cancellationToken);
        var clock = Stopwatch.StartNew();
        var view = await silo.Client.GetGrain<IAccountGrain>(account.ToString()).Read();
        return view!.Version / clock.Elapsed.TotalSeconds;
    }

    public async Task<double> SelectAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select e.* from event e where e.stream = (select stream from stream where kind = 'account' and key = $1) order by e.version", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account.ToString() });
        var clock = Stopwatch.StartNew();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new object[reader.FieldCount];
        var rows = 0;
        for (; await reader.ReadAsync(cancellationToken); rows++) reader.GetValues(values);
        return rows / clock.Elapsed.TotalSeconds;
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
