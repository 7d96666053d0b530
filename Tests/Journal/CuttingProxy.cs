using System.Net;
using System.Net.Sockets;

namespace TPWallet.Tests.Journal;

/// <summary>What the proxy does with the next request of the client.</summary>
internal enum Cut
{
    /// <summary>Cuts the connection before the server hears the request.</summary>
    BeforeTheServer,

    /// <summary>Lets the server answer, keeps the answer to itself and cuts the connection.</summary>
    AfterTheServer,

    /// <summary>Swallows the request, keeps the connection and refuses new ones until healed.</summary>
    Hang,
}

/// <summary>A TCP proxy before PostgreSQL that cuts a connection at a chosen moment of the conversation: no timing is involved.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private Cut? _armed;
    private volatile bool _refusing;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many cuts were made.</summary>
    public int Cuts { get; private set; }

    /// <summary>How the last connection ended, for a person who debugs a test.</summary>
    public Exception? LastFailure { get; private set; }

    public void Arm(Cut cut) => _armed = cut;

    public void Heal() => _refusing = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (_refusing) client.Dispose();
                else _ = ServeAsync(client);
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
        {
            // The test is over.
            LastFailure = stopped;
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stop.Token);
                var (down, up) = (client.GetStream(), server.GetStream());
                var muted = new StrongBox();
                await Task.WhenAny(ForwardRequestsAsync(down, up, muted), ForwardAnswersAsync(up, down, muted));
            }
            catch (Exception cut) when (cut is IOException or SocketException or OperationCanceledException)
            {
                // Either side went away, as it does at the end of every connection.
                LastFailure = cut;
            }
        }
    }

    private async Task ForwardRequestsAsync(NetworkStream from, NetworkStream to, StrongBox muted)
    {
        var buffer = new byte[65536];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            var cut = _armed;
            _armed = null;
            if (cut is not null) Cuts++;
            if (cut == Cut.BeforeTheServer) return;
            if (cut == Cut.Hang)
            {
                _refusing = true;
                continue;
            }

            muted.Value |= cut == Cut.AfterTheServer;
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private async Task ForwardAnswersAsync(NetworkStream from, NetworkStream to, StrongBox muted)
    {
        var buffer = new byte[65536];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            if (muted.Value) return;
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
