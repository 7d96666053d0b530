using System.Globalization;
using Npgsql;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Notifications;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Gateway;
using TPWallet.Domain.Channels;
using TPWallet.Silo.Peers;

namespace TPWallet.Silo.Composition;

/// <summary>
/// The silo's configuration, read and checked once. Each key stands beside what it sets, with unit and default; a wrong value stops the start with
/// the key's name. Sources: appsettings.json, environment variables (<c>Journal__Store</c>), arguments (<c>--Journal:Store=sqlite</c>).
/// </summary>
public sealed record SiloConfiguration(
    string DataDirectory,
    string Tenant,
    string Store,
    string? PostgresConnectionString,
    bool OwnsJournal,
    string JournalKeyFile,
    string PersonalKeyFile,
    Span ClockDoubt,
    ShellTimes Wake,
    ClusterConfiguration Cluster,
    TimeSpan NodeDeadline,
    TimeSpan SignerWait,
    IReadOnlyList<ChainSettings> Chains,
    RiskSettings Risk,
    WebhookSettings Webhooks,
    IConfiguration Source)
{
    /// <summary>Other operators, at whom the other sides of channels are.</summary>
    internal PeerSettings Peers { get; } = PeerSettings.Read(Source);

    /// <summary>What is asked for carrying payments on.</summary>
    internal ForwardPolicy Forwards { get; } = ForwardConfiguration.Read(Source);

    /// <summary>Whether the channels of others are guarded here.</summary>
    internal TowerSettings Towers { get; } = TowerConfiguration.Read(Source);

    /// <summary>How operators tell each other of their channels.</summary>
    internal GossipSettings Gossip { get; } = GossipConfiguration.Read(Source);

    /// <summary>What follows from what peers did.</summary>
    internal PeerPolicy Standings { get; } = StandingConfiguration.Read(Source);

    /// <summary>What ways over peers of poor standing cost more.</summary>
    internal StandingPrice StandingPrice { get; } = StandingConfiguration.ReadPrice(Source);

    /// <summary>How calls of the channel contract go together.</summary>
    internal ActGathering Gathering { get; } = GatherConfiguration.Read(Source);

    public static SiloConfiguration Read(IConfiguration configuration)
    {
        // Data: folder of journal, keys of journal and API; default "data".
        var data = configuration["Data"] ?? "data";
        // Tenant: name that stream ids and API keys are scoped to; default "default".
        var tenant = configuration["Tenant"] ?? "default";
        // Journal:Store: "sqlite" (default) or "postgres".
        var store = configuration["Journal:Store"] ?? "sqlite";
        if (store is not ("sqlite" or "postgres")) throw Wrong("Journal:Store", "sqlite or postgres", store);
        // Journal:Postgres:ConnectionString: a secret; no default.
        // Journal:Postgres:PasswordFile: a file that holds the password alone, put into the connection string; absent: the string says it all.
        var connection = WithPassword(configuration["Journal:Postgres:ConnectionString"], configuration["Journal:Postgres:PasswordFile"]);
        if (store == "postgres" && string.IsNullOrEmpty(connection)) throw Wrong("Journal:Postgres:ConnectionString", "a connection string", "nothing");
        // Journal:Postgres:Exclusive: "true" (default): an embedded silo is the only owner of its database, and a second one is refused. "false" is for
        // crash tests, in which two processes contend for one journal: only the journal's fence is left then, and only on loopback.
        var exclusive = configuration["Journal:Postgres:Exclusive"] ?? "true";
        if (exclusive is not ("true" or "false")) throw Wrong("Journal:Postgres:Exclusive", "true or false", exclusive);
        if (exclusive == "false" && !GatewayKeys.OnlyLoopback(configuration))
            throw Wrong("Journal:Postgres:Exclusive", "true, or a silo on loopback only", $"false with {configuration["urls"]}");
        // Journal:KeyFile: the key of the journal's MACs, the same for every silo on one database; default journal.key in the data folder, made at first use.
        var keyFile = configuration["Journal:KeyFile"] ?? Path.Combine(data, "journal.key");
        // Journal:PersonalKeyFile: what wraps the data keys of personal texts, the same for every silo on one database; default personal.key in the data folder.
        var personalKeyFile = configuration["Journal:PersonalKeyFile"] ?? Path.Combine(data, "personal.key");
        // Clock:DoubtMs: how far this machine's clock may be from the journal's; default 0 with SQLite (one machine), 30000 with PostgreSQL.
        var doubt = Number(configuration, "Clock:DoubtMs", store == "sqlite" ? 0 : 30_000);
        // Wake:AfterMs (default 30000) and Wake:SweepEveryMs (default 5000): see ShellTimes.
        var wake = new ShellTimes(
            new Span(Number(configuration, "Wake:AfterMs", ShellTimes.Default.WakeAfter.Ms)),
            new Span(Number(configuration, "Wake:SweepEveryMs", ShellTimes.Default.SweepEvery.Ms)));
        // Nodes:DeadlineMs (default 5000): how long one JSON-RPC call to a node may take.
        var deadline = TimeSpan.FromMilliseconds(Number(configuration, "Nodes:DeadlineMs", 5_000));
        // Signer:WaitMs (default 60000): how long a start waits for the signer, with which the journal is compared before anything is served.
        var signerWait = TimeSpan.FromMilliseconds(Number(configuration, "Signer:WaitMs", (long)RestoreOptions.DefaultSignerWait.TotalMilliseconds));
        return new(
            data,
            tenant,
            store,
            connection,
            exclusive == "true",
            keyFile,
            personalKeyFile,
            new Span(doubt),
            wake,
            ClusterConfiguration.Read(configuration),
            deadline,
            signerWait,
            ChainConfiguration.Read(configuration.GetSection("Chains")),
            RiskConfiguration.Read(configuration.GetSection("Risk")),
            WebhookConfiguration.Read(configuration), configuration);
    }

    private static string? WithPassword(string? connection, string? passwordFile)
    {
        if (string.IsNullOrEmpty(connection) || string.IsNullOrEmpty(passwordFile)) return connection;
        if (!File.Exists(passwordFile)) throw Wrong("Journal:Postgres:PasswordFile", "a file", passwordFile);
        return new NpgsqlConnectionStringBuilder(connection) { Password = File.ReadAllText(passwordFile).Trim() }.ConnectionString;
    }

    internal static long Number(IConfiguration section, string key, long otherwise)
    {
        var text = section[key];
        if (string.IsNullOrEmpty(text)) return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong((section as IConfigurationSection)?.Path + ":" + key, "a whole number", text);
    }

    internal static SetUpException Wrong(string key, string expected, string actual) =>
        new($"Configuration key {key.TrimStart(':')}: expected {expected}, got \"{actual}\".");
}

/// <summary>The silo cannot start as configured; the message says what to change.</summary>
public sealed class SetUpException(string message) : Exception(message);
