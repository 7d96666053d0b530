using System.Text.Json;
using TPWallet.Client;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Processes;

/// <summary>One operator: a signer and a silo, with a folder, a socket and ports of their own.</summary>
/// <param name="name">Before the names of its processes.</param>
/// <param name="add">Who ends the processes when all is over.</param>
/// <param name="arguments">Of the silo, besides those that every silo here has; asked for at each start.</param>
internal sealed class House(
    Places places, StageSettings settings, string name, Func<ChildProcess, ChildProcess> add, Func<string, string> log, Func<IEnumerable<string>> arguments)
{
    /// <summary>Where clients are served; where peers are heard, a silo says so too, with another scheme.</summary>
    private const string Serving = "Now listening on: http:";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    public Places Places => places;

    public ChildProcess Silo { get; private set; } = null!;

    public ChildProcess Signer { get; private set; } = null!;

    public ITPWallet Wallet { get; private set; } = null!;

    public ITPWOperator Operator { get; private set; } = null!;

    public RestChannels Channels { get; private set; } = null!;

    /// <summary>Where the silo that was started last is reached.</summary>
    public Uri SiloAddress { get; private set; } = null!;

    /// <summary>The signer's identity as its own process printed it: what the members' devices pin.</summary>
    public HexBytes SignerIdentity { get; private set; }

    public string SiloProgram => settings.SiloProgram is { } given ? given : settings.Orleans ? Processes.Places.OrleansSilo : places.Silo;

    public async Task InitialiseSignerAsync(CancellationToken cancellationToken)
    {
        await using var process = ChildProcess.Start(
            "signer init", "dotnet", [places.Signer, "init", "--data", places.SignerData], Log("signer-init"), static _ => false);
        for (var i = 0; !process.HasExited; i++)
        {
            if (i > 400) throw new DemoFailedException("signer init did not end within 40 s");
            await Task.Delay(100, cancellationToken);
        }

        if (!Directory.Exists(places.SignerData)) throw new DemoFailedException("signer init made no folder; see " + Log("signer-init"));
    }

    public async Task<ChildProcess> StartSignerAsync(string? killAt, CancellationToken cancellationToken)
    {
        var signer = Signer = add(ChildProcess.Start(
            $"{name}signer", "dotnet", [places.Signer, "serve", "--data", places.SignerData, "--socket", places.SignerSocket], Log("signer"), IsReady, killAt));
        using var ready = JsonDocument.Parse(await signer.ReadyAsync(Longest, cancellationToken));
        SignerIdentity = HexBytes.Parse(ready.RootElement.GetProperty("identity").GetString()!);
        return signer;
    }

    public async Task<ChildProcess> StartSiloAsync(string? killAt, CancellationToken cancellationToken)
    {
        var silo = Silo = add(ChildProcess.Start($"{name}silo", "dotnet", [SiloProgram, .. SiloArguments()], Log("silo"), IsServing, killAt));
        var ready = silo.ReadyAsync(settings.SiloStart, cancellationToken);
        if (killAt is not null)
        {
            // The end of its words may be noticed before the end of the process.
            await Task.WhenAny(ready, silo.Ended);
            if (!ready.IsCompletedSuccessfully)
            {
                await silo.Ended.WaitAsync(Longest, cancellationToken);
                return silo;
            }
        }

        var line = await ready;
        var address = SiloAddress = new Uri("http:" + line[(line.IndexOf(Serving, StringComparison.Ordinal) + Serving.Length)..] + "/");
        var key = (await ApiKeyFile.ReadAsync(Path.Combine(places.SiloData, ApiKeyRing.FileName), cancellationToken)).Keys[0];
        var http = ClientServices.CreateHttp(address);
        (Wallet, Operator, Channels) = (new RestWallet(http, key), new RestOperator(http, key), new(http, key));
        return silo;
    }

    private IEnumerable<string> SiloArguments() =>
    [
        "--urls=http://127.0.0.1:0",
        $"--Data={places.SiloData}",
        $"--Tenant={Stage.Tenant}",
        $"--Signer:SocketPath={places.SignerSocket}",
        .. arguments(),
        .. settings.SiloArguments,
        .. settings.EachSilo(),
    ];

    private static bool IsServing(string line) => line.Contains(Serving, StringComparison.Ordinal);

    private static bool IsReady(string line) => line.StartsWith("{\"ready\"", StringComparison.Ordinal);

    private string Log(string of) => log($"{name.Replace(' ', '-')}{of}");
}
