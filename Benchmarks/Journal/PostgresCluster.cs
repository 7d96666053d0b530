using Npgsql;
using TPWallet.Demo.Processes;

namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// A PostgreSQL of our own for tests and benchmarks: a fresh cluster in a temporary folder, fsync on, on a free loopback port, stopped and removed at
/// the end. The one place that starts PostgreSQL; the tests link this file.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Superuser = "tpw";
    private const int StartAttempts = 3;

    private readonly string _bin;
    private readonly string _folder;

    private PostgresCluster(string bin, string folder, int port)
    {
        (_bin, _folder, Port) = (bin, folder, port);
    }

    /// <summary>Loopback port.</summary>
    public int Port { get; }

    /// <summary>Whether this machine has the server's programs.</summary>
    public static bool IsInstalled => FindBin() is not null;

    /// <summary>Makes and starts a cluster.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed or does not start; the message holds its words.</exception>
    public static async Task<PostgresCluster> StartAsync(CancellationToken cancellationToken)
    {
        var bin = FindBin() ?? throw new InvalidOperationException("PostgreSQL's initdb was not found (Debian: postgresql).");
        var folder = Directory.CreateTempSubdirectory("tpw-pg-").FullName;
        if (IsRoot) await RunAsync("chown", ["postgres", folder], cancellationToken);
        // C locale: the words of errors and the order of text do not depend on the machine.
        await AsServerAsync(
            Path.Combine(bin, "initdb"),
            ["-D", Path.Combine(folder, "data"), "-U", Superuser, "-A", "trust", "-E", "UTF8", "--locale=C"],
            cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var cluster = new PostgresCluster(bin, folder, FreePort.Take());
            try
            {
                await cluster.StartServerAsync(cancellationToken);
                return cluster;
            }
            catch (InvalidOperationException) when (attempt < StartAttempts)
            {
                // Somebody else took the port between our look and the server's start.
            }
        }
    }

    /// <summary>Makes an empty database and returns how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await RunAsync(Path.Combine(_bin, "createdb"), ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Superuser, name], cancellationToken);
        return $"Host=127.0.0.1;Port={Port};Username={Superuser};Database={name}";
    }

    /// <summary>Runs pgbench on a database and returns what it printed.</summary>
    public Task<string> PgbenchAsync(string database, string[] arguments, CancellationToken cancellationToken) =>
        RunAsync(FindProgram(_bin, "pgbench"), ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Superuser, .. arguments, database], cancellationToken);

    /// <summary>Brings to disk what was written so far, so that a measurement does not pay for what was done before it.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username={Superuser};Database=postgres");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("checkpoint", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends the server as a crash does: every session at once, no checkpoint; what was committed must come back from the log.</summary>
    public Task CrashAsync(CancellationToken cancellationToken) =>
        AsServerAsync(Path.Combine(_bin, "pg_ctl"), ["-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w", "stop"], cancellationToken);

    /// <summary>Starts the server again on its port; it answers when this ends.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    /// <summary>Takes a base backup of the running server, in the place of an older one.</summary>
    public async Task BackUpAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Copy)) Directory.Delete(Copy, recursive: true);
        await AsServerAsync(
            Path.Combine(_bin, "pg_basebackup"),
            ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Superuser, "-D", Copy, "-X", "stream", "-c", "fast"], cancellationToken);
    }

    /// <summary>Ends the server, puts the base backup in the place of its data and starts it on that: whatever was written since is gone.</summary>
    public async Task PutBackAsync(CancellationToken cancellationToken)
    {
        await CrashAsync(cancellationToken);
        var data = Path.Combine(_folder, "data");
        Directory.Delete(data, recursive: true);
        Directory.Move(Copy, data);
        await StartServerAsync(cancellationToken);
    }

    private string Copy => Path.Combine(_folder, "copy");

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(_folder, "data", "postmaster.pid"))) await CrashAsync(CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private Task<string> StartServerAsync(CancellationToken cancellationToken) => AsServerAsync(
        Path.Combine(_bin, "pg_ctl"),
        [
            "-D", Path.Combine(_folder, "data"), "-w", "-s", "-l", Path.Combine(_folder, "log"), "-o",
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400 -c shared_buffers=256MB -c max_wal_size=4GB",
            "start",
        ],
        cancellationToken);

    // initdb and the server refuse to run as root; the package's own user is there for it.
    private static Task<string> AsServerAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        IsRoot
            ? RunAsync("runuser", ["-u", "postgres", "--", program, .. arguments], cancellationToken)
            : RunAsync(program, arguments, cancellationToken);

    private static string? FindBin()
    {
        const string debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(d => d, StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return installed.Select(d => Path.Combine(d, "bin")).Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")));
    }

    private static string FindProgram(string bin, string program) =>
        File.Exists(Path.Combine(bin, program)) ? Path.Combine(bin, program) : program;

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // pg_ctl's server inherits its streams: they are not redirected for it, or reading them would never end.
        var detached = arguments.Contains("start");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = !detached,
            RedirectStandardError = !detached,
            WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        var output = detached ? Task.FromResult("") : process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = detached ? Task.FromResult("") : process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var (text, words) = (await output, await error);
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {words}{text}");
    }
}
