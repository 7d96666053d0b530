using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TPWallet.Client;
using TPWallet.Demo.Acts;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Sqlite;
using TPWallet.Grains.Journal.Verification;

namespace TPWallet.Tests.Whole;

/// <summary>SIGTERM to a real silo process under load: what it answered is in its journal, nothing is half, and it is gone in time.</summary>
public sealed class DrainTests : IAsyncLifetime, IDisposable
{
    private const int Writers = 16;

    private const int Before = 150;

    /// <summary>Looks at a silo that was signalled, one after the other.</summary>
    private const int MaxLooks = 2_000;

    /// <summary>What a shell says of a process that SIGKILL ended.</summary>
    private const int Killed = 128 + 9;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ConcurrentQueue<(PacketRef Packet, CommandReply.Accepted Reply)> _acknowledged = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _folder = null!;
    private Stage _stage = null!;
    private Play _play = null!;

    public async Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("tpw-drain-").FullName;
        var teller = new Teller(json: true);
        var settings = new StageSettings(TimeSpan.FromMilliseconds(100), ["--Cluster:NoticeMs=2000", $"--Cluster:DrainMs={Bound.TotalMilliseconds}"]);
        _stage = await Stage.OpenAsync(Places.Find(_folder), settings, teller, None);
        _play = new Play(_stage, teller);
        await _play.FoundAsync(None);
    }

    public async Task DisposeAsync()
    {
        await _stage.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _play.Dispose();

    [Fact]
    public async Task Silo_AskedToEndUnderLoad_KeepsWhatItAnsweredAndIsGoneInTime()
    {
        var wallet = _stage.Wallet;
        var writers = Enumerable.Range(0, Writers).Select(n => WriteAsync(wallet, n)).ToArray();
        await _loaded.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await SignalAsync();
        (await UntilNotReadyAsync()).Should().BeTrue("it says that it ends before it stops listening");
        (await wallet.ReadAccountAsync(_play.Payer.Account, None)).Should().NotBeNull("and serves meanwhile");
        await _stage.Silo.Ended.WaitAsync(Bound);
        _stage.Silo.ExitCode.Should().Be(0, "see its log");
        await Task.WhenAll(writers);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Silo_AskedTwice_EndsAtOnce()
    {
        using var hanging = await HangAsync();
        await SignalAsync();
        (await UntilNotReadyAsync()).Should().BeTrue();
        _stage.Silo.HasExited.Should().BeFalse("a request is under way");
        await SignalAsync();
        await _stage.Silo.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        _stage.Silo.ExitCode.Should().Be(Killed);
    }

    /// <summary>Drafts and proposes one packet after the other until the silo takes no more; keeps every answer that came.</summary>
    private async Task WriteAsync(ITPWallet wallet, int writer)
    {
        for (var n = 0; ; n++)
        {
            Name id = string.Create(CultureInfo.InvariantCulture, $"w{writer}-{n}");
            var content = _play.Content(id, [new Leg.LedgerTransfer("a", [], _play.Payee.Account, new(LocalChain.Coin, 1))], []);
            if (await wallet.DraftPacketAsync(new($"{id}-draft"), content, None) is not CommandReply.Accepted drafted) return;
            _acknowledged.Enqueue((content.Ref, drafted));
            if (await wallet.ProposePacketAsync(new($"{id}-propose"), content.Ref, 1, cancellationToken: None) is not CommandReply.Accepted proposed) return;
            _acknowledged.Enqueue((content.Ref, proposed));
            if (_acknowledged.Count >= Before) _loaded.TrySetResult();
        }
    }

    /// <summary>From the files that the process left.</summary>
    private async Task ShouldHoldAsync()
    {
        var data = _stage.Places.SiloData;
        var seal = new JournalSeal(await File.ReadAllBytesAsync(Path.Combine(data, "journal.key")));
        await using (var reading = JournalReading.OfSqlite(data, seal))
            (await new JournalVerifier(reading.Reader, static (_, _) => { }).RunAsync([], None)).Faults.Should().BeEmpty();
        await using var journal = await SqliteJournal.OpenAsync(new() { Directory = data }, seal, TimeProvider.System, None);
        foreach (var answers in _acknowledged.GroupBy(answer => answer.Packet))
        {
            var rows = await journal.ReadAsync(StreamId.Of(Stage.Tenant, "packet", answers.Key.Key), 1, JournalLimits.MaxPage, None);
            foreach (var (_, reply) in answers)
                rows.Where(row => row.Version <= reply.Version).TakeLast(reply.Events.Length).Select(row => row.Type).Should().Equal(reply.Events, "{0} was told so", answers.Key);
            var proposed = rows.FirstOrDefault(row => row.Type == "proposed");
            if (proposed is not null) rows.Should().Contain(row => row.Version == proposed.Version + 1 && row.Type == "bounds-fixed", "a proposal's rows come together");
        }
    }

    private async Task<bool> UntilNotReadyAsync()
    {
        using var http = new HttpClient();
        for (var look = 0; look < MaxLooks; look++)
        {
            using var response = await http.GetAsync(new Uri(_stage.SiloAddress, "health/ready"), None);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return true;
        }

        return false;
    }

    /// <summary>A request whose body does not come.</summary>
    private async Task<TcpClient> HangAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_stage.SiloAddress.Host, _stage.SiloAddress.Port, None);
        var head = $"POST /v1/accounts HTTP/1.1\r\nHost: {_stage.SiloAddress.Authority}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), None);
        return client;
    }

    private async Task SignalAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _stage.Silo.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(None);
        kill.ExitCode.Should().Be(0);
    }
}
