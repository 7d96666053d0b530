using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace TPWallet.Tests.Clusters;

/// <summary>Listens where a membership row says that a silo is, with a certificate of another authority, and counts what it gets to hear.</summary>
internal sealed class RogueListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly Task _running;
    private int _visits;
    private int _heard;

    /// <param name="files">Path of the certificate's files without their endings.</param>
    public RogueListener(string files)
    {
        _certificate = X509Certificate2.CreateFromPemFile(files + ".pem", files + ".key");
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were opened.</summary>
    public int Visits => Volatile.Read(ref _visits);

    /// <summary>Connections on which something was said after the handshake.</summary>
    public int Heard => Volatile.Read(ref _heard);

    /// <summary>Makes this an active member, by the very query that silos use.</summary>
    public async Task InsertAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var text = source.CreateCommand("select QueryText from OrleansQuery where QueryKey = 'InsertMembershipKey'");
        await using var version = source.CreateCommand("select Version from OrleansMembershipVersionTable");
        await using var insert = source.CreateCommand((string)(await text.ExecuteScalarAsync())!);
        insert.Parameters.AddWithValue("DeploymentId", "tpwallet");
        insert.Parameters.AddWithValue("Address", "127.0.0.1");
        insert.Parameters.AddWithValue("Port", Port);
        insert.Parameters.AddWithValue("Generation", 1);
        insert.Parameters.AddWithValue("SiloName", "rogue");
        insert.Parameters.AddWithValue("HostName", "rogue");
        insert.Parameters.AddWithValue("Status", 3);
        insert.Parameters.AddWithValue("ProxyPort", 0);
        insert.Parameters.AddWithValue("StartTime", DateTime.UtcNow);
        insert.Parameters.AddWithValue("IAmAliveTime", DateTime.UtcNow);
        insert.Parameters.AddWithValue("Version", (int)(await version.ExecuteScalarAsync())!);
        (await insert.ExecuteScalarAsync()).Should().Be(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var tcp = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _visits);
                await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate, ClientCertificateRequired = true }, _stop.Token);
                if (await tls.ReadAsync(new byte[1], _stop.Token) > 0) Interlocked.Increment(ref _heard);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException)
            {
                // The visitor hung up, or the test is over: either way nothing was heard.
                continue;
            }
        }
    }
}
