using System.Security.Cryptography;
using Orleans;
using Orleans.Hosting;
using Orleans.Streams;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Effects.Simulation;
using TPWallet.Grains.Evidence;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;
using TPWallet.Grains.Journal.Sqlite;
using TPWallet.Grains.Notifications;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;
using TPWallet.Grains.Signing;
using TPWallet.Silo.Peers;
using TPWallet.Silo.Runtimes;

namespace TPWallet.Silo.Composition;

/// <summary>Puts a silo together: journal, chains, signer, grains.</summary>
public static class SiloComposition
{
    /// <summary>Registers everything that grains need; <see cref="SiloRuntime.AddRuntime"/> says where they live. The journal is opened before, since a silo without one must not start.</summary>
    /// <param name="crossings">For crash tests only.</param>
    public static void AddSilo(this IHostApplicationBuilder host, SiloConfiguration configuration, IJournal journal, ISignerPort signer, ICrossings? crossings = null)
    {
        var services = host.Services;
        services.AddSingleton(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddGrains(
            configuration.Tenant, configuration.ClockDoubt, configuration.Wake, journal, signer, ChainsOf(configuration), Guid.NewGuid,
            new MasterKey(SecretKeyFile.LoadOrCreate(configuration.PersonalKeyFile)), RandomNumberGenerator.GetBytes, crossings: crossings,
            signerWait: configuration.SignerWait, generation: Announced(services, journal), risk: configuration.Risk, webhooks: configuration.Webhooks,
            peers: configuration.Peers.Connect(),
            forwarding: configuration.Forwards, towers: configuration.Towers, gathering: configuration.Gathering, gossip: configuration.Gossip, standings: configuration.Standings,
            standingPrice: configuration.StandingPrice);
        services.AddSingleton<EvidenceBuilder>();
        services.AddHostedService<GossipPulse>();
        services.AddSingleton(configuration.Peers).AddSingleton<PeerHost>().AddHostedService(static s => s.GetRequiredService<PeerHost>());
        services.AddHostedService<SiloStart>();
        if (journal is IJournalFeed) services.AddHostedService<WebhookStart>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = configuration.Cluster.Drain);
        host.UseOrleans(silo => silo.AddIncomingGrainCallFilter<InnerCallFilter>());
    }

    /// <summary>What grains are made of, over ports that are open already. The clock is the services' own.</summary>
    internal static void AddGrains(
        this IServiceCollection services,
        string tenant,
        Span clockDoubt,
        ShellTimes wake,
        IJournal journal,
        ISignerPort signer,
        ChainSet chains,
        Func<Guid> newId,
        MasterKey personalKey,
        Func<int, byte[]> random,
        DecisionWitness? witness = null,
        ICrossings? crossings = null,
        TimeSpan? signerWait = null,
        EventGeneration? generation = null,
        RiskSettings? risk = null, WebhookSettings? webhooks = null, PeerSet? peers = null, ForwardPolicy? forwarding = null,
        TowerSettings? towers = null, ActGathering? gathering = null, GossipSettings? gossip = null, PeerPolicy? standings = null,
        StandingPrice? standingPrice = null)
    {
        var writes = generation ?? new(EventGenerations.Reads);
        AddStores(services, journal);
        services.AddSingleton(personalKey).AddSingleton(forwarding ?? ForwardPolicy.Default).AddSingleton(towers ?? TowerSettings.None).AddSingleton(gathering ?? ActGathering.Default);
        services.AddSingleton(gossip ?? GossipSettings.Default).AddSingleton(standings ?? PeerPolicy.Default).AddSingleton(standingPrice ?? StandingPrice.Default);
        services.AddSingleton(s => new PersonalTexts(s.GetRequiredService<IPersonalKeys>(), personalKey, random));
        services.AddSingleton(signer).AddSingleton(chains).AddSingleton(peers ?? PeerSet.None);
        services.AddSingleton(s => new JournalClock(s.GetRequiredService<TimeProvider>(), clockDoubt));
        services.AddSingleton(risk ?? RiskSettings.Default).AddSingleton(writes);
        AddRunners(services, tenant);
        AddWebhooks(services, tenant, webhooks ?? WebhookSettings.Default);
        services.AddSingleton<IncidentBoard>();
        services.AddSingleton<NodeRegister>();
        services.AddSingleton(new RestoreOptions(tenant, signerWait ?? RestoreOptions.DefaultSignerWait));
        services.AddSingleton<RestoreCheck>();
        services.AddSingleton(s => new ShellServices(
            journal,
            s.GetRequiredService<JournalClock>(),
            s.GetRequiredService<IEffectRunner>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>(),
            tenant,
            newId,
            wake)
        {
            Incidents = s.GetRequiredService<IncidentBoard>(),
            Witness = witness,
            Crossings = crossings,
            Generation = writes,
            Personal = s.GetRequiredService<PersonalTexts>(),
        });
    }

    /// <summary>Whoever does what machines owe.</summary>
    private static void AddRunners(IServiceCollection services, string tenant)
    {
        services.AddSingleton<GrainTeller>();
        services.AddSingleton<SignerRunner>();
        services.AddSingleton<LaneRunner>();
        services.AddSingleton<CoinRunner>();
        services.AddSingleton<LegFees>();
        services.AddSingleton<PacketFees>();
        services.AddSingleton<RiskEnds>();
        services.AddSingleton<DappRunner>();
        services.AddSingleton<RiskRunner>();
        services.AddSingleton<DepositRunner>();
        services.AddSingleton<ChannelRunner>();
        services.AddSingleton<ChannelActs>();
        services.AddSingleton<KeyBooksRunner>();
        services.AddSingleton(s => new SideHistory(s.GetRequiredService<IJournal>(), tenant));
        services.AddSingleton<BookRecaller>();
        services.AddSingleton<TowerHandOvers>();
        services.AddSingleton<TowerRunner>();
        services.AddSingleton<LockRunner>();
        services.AddSingleton<InvoiceRunner>();
        services.AddSingleton<NetworkMaps>();
        services.AddSingleton<ChannelFundings>();
        services.AddSingleton<GossipAsker>();
        services.AddSingleton<PaymentRunner>();
        services.AddSingleton<PeerRunner>();
        services.AddSingleton<CoinChannelRunner>();
        services.AddSingleton<CoinChannelSights>();
        services.AddSingleton<PacketSimulator>();
        services.AddSingleton<IEffectRunner, EffectRunner>();
    }

    /// <summary>The journal, and what it keeps beside its rows.</summary>
    private static void AddStores(IServiceCollection services, IJournal journal)
    {
        services.AddSingleton(journal);
        if (journal is IPersonalKeys keys) services.AddSingleton(keys);
        if (journal is IAnswerStore answers) services.AddSingleton(answers);
        if (journal is ITenantAccounts accounts) services.AddSingleton(accounts);
        if (journal is IRecoveryStore recovery) services.AddSingleton(recovery);
        if (journal is IJournalFeed feed) services.AddSingleton(feed);
    }

    private static void AddWebhooks(IServiceCollection services, string tenant, WebhookSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<JournalTail>();
        services.AddSingleton<NoticeRows>();
        services.AddSingleton<WebhookLog>();
        services.AddSingleton(s => new WebhookTransport(settings, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new WebhookStreams(
            () => s.GetKeyedService<IStreamProvider>(WebhookStream.Provider), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<WebhookStreams>>()));
        services.AddSingleton(s => new WebhookRunner(
            s.GetRequiredService<NoticeRows>(), s.GetRequiredService<WebhookLog>(), s.GetRequiredService<PersonalTexts>(), s.GetRequiredService<WebhookTransport>(),
            s.GetRequiredService<WebhookStreams>(), s.GetRequiredService<TimeProvider>(), tenant));
    }

    /// <summary>What is announced where others may share the database: nothing new is written before the first word of it.</summary>
    private static EventGeneration? Announced(IServiceCollection services, IJournal journal)
    {
        if (journal is not IEventGenerations announcements) return null;
        var generation = new EventGeneration(EventGenerations.First);
        services.AddSingleton(announcements);
        services.AddSingleton(generation);
        services.AddHostedService(s => new SiloAnnouncer(
            announcements, generation, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IHostApplicationLifetime>(),
            s.GetRequiredService<ILogger<SiloAnnouncer>>()));
        return generation;
    }

    public static async Task<IJournal> OpenJournalAsync(SiloConfiguration configuration, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(configuration.DataDirectory);
        var seal = new JournalSeal(SecretKeyFile.LoadOrCreate(configuration.JournalKeyFile));
        if (configuration.Store == "postgres")
        {
            var options = new PostgresJournalOptions
            {
                ConnectionString = configuration.PostgresConnectionString!,
                Exclusive = configuration.OwnsJournal && !SiloRuntime.SharesItsJournal,
            };
            return await PostgresJournal.OpenAsync(options, seal, TimeProvider.System, cancellationToken);
        }

        return await SqliteJournal.OpenAsync(new SqliteJournalOptions { Directory = configuration.DataDirectory }, seal, TimeProvider.System, cancellationToken);
    }

    /// <summary>Signer:SocketPath, or Signer:Address with AuthorityFile, CertificateFile and KeyFile (see <see cref="SignerClientOptions"/>).</summary>
    public static ISignerPort OpenSigner(SiloConfiguration configuration)
    {
        var section = configuration.Source.GetSection("Signer");
        var options = new SignerClientOptions
        {
            SocketPath = section["SocketPath"],
            Address = section["Address"] is { } address ? new Uri(address) : null,
            AuthorityFile = section["AuthorityFile"],
            CertificateFile = section["CertificateFile"],
            KeyFile = section["KeyFile"],
        };
        if (options.SocketPath is null && options.Address is null)
            throw new SetUpException("Configuration key Signer:SocketPath or Signer:Address: expected the way to the signer, got nothing.");
        return new SignerClient(options);
    }

    private static ChainSet ChainsOf(SiloConfiguration configuration)
    {
        var limits = new JsonRpcLimits(configuration.NodeDeadline);
        var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        var (bitcoin, evm) = (configuration.Chains.Where(chain => chain.Profile.Chain.IsBitcoin), configuration.Chains.Where(chain => chain.Profile.Chain.IsEvm));
        return new(
            evm.Select(chain => new ServedChain(
                chain.Profile,
                new NodePool(
                    chain.Profile.Chain.EvmNumber,
                    chain.Nodes.Select(n => NodeOf(chain.Profile.Chain, n)),
                    TimeProvider.System,
                    [.. chain.Relays.Select(n => NodeOf(chain.Profile.Chain, n))]))
            {
                Lag = chain.Lag,
                PoolBodies = chain.PoolBodies,
                Routes = chain.Routes,
            }),
            bitcoin.Select(chain => new ServedBitcoin(
                chain.Profile,
                PoolOf(BitcoinChain.Find(chain.Profile.Chain)!, chain),
                TimeProvider.System)
            {
                Lag = chain.Lag,
                PoolBodies = chain.PoolBodies,
                Routes = chain.Routes,
            }));

        JsonRpcClient RpcOf(NodeConfiguration node) => new(http, node.Url, limits, node.CredentialFile is { } file ? new(file) : null);

        EthereumNode NodeOf(ChainId chain, NodeConfiguration n) => new(n.Name, n.Organisation, chain.EvmNumber, RpcOf(n)) { Heads = HeadsOf(n), IsIndex = n.Role == NodeRole.Index };

        HeadSubscription? HeadsOf(NodeConfiguration node) => node.WebSocketUrl is { } url ? new(url, limits) : null;

        BitcoinPool PoolOf(BitcoinChain chain, ChainSettings settings) => new(
            chain, settings.Nodes.Select(n => CoinNodeOf(chain, n)), TimeProvider.System, [.. settings.Relays.Select(n => CoinNodeOf(chain, n))]);

        BitcoinNode CoinNodeOf(BitcoinChain chain, NodeConfiguration n) => new(n.Name, n.Organisation, chain, RpcOf(n)) { IsIndex = n.Role == NodeRole.Index };
    }
}
