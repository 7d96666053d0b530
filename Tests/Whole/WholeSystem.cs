using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.TestingHost;
using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;
using TPWallet.Signer;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// Everything that production wires, in one process: grains over SQLite, a signer with its own store, a real anvil. Only the process boundaries are
/// missing. A second start on the same folder is a restart.
/// </summary>
internal sealed class WholeSystem : IAsyncDisposable
{
    public const int Confirmations = 3;

    /// <summary>Blocks that a tracker keeps in memory.</summary>
    public const int HistoryDepth = 100;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>A grain applies an outcome a moment after the journal tells of it; nothing else would wake the wait then.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly JournalWatch _watch;
    private readonly IJournal _journal;
    private readonly SignerNode _signer;
    private readonly InProcessTestCluster _cluster;

    private WholeSystem(Anvil anvil, IJournal journal, SiloConfiguration configuration, string folder)
    {
        (Anvil, Folder) = (anvil, folder);
        (_journal, _watch) = JournalWatch.Over(journal);
        _signer = SignerNode.Open(Path.Combine(folder, "signer"), null, TimeProvider.System);
        _cluster = new InProcessTestClusterBuilder(1)
            .ConfigureSiloHost((_, host) =>
            {
                host.AddSilo(configuration, _journal, _signer.Port);
                // The watch stands before the journal's own port alone.
                host.Services.AddSingleton((IRecoveryStore)journal);
                host.Services.AddSingleton((IPersonalKeys)journal);
                host.Services.AddSingleton((IJournalFeed)journal);
            })
            .Build();
    }

    public Anvil Anvil { get; }

    public string Folder { get; }

    /// <summary>Ends when the process "died" (see <see cref="DieAfter"/>).</summary>
    public Task Died => _watch.Died.Task;

    /// <summary>What the silo told its operator.</summary>
    public IncidentBoard Incidents => ((InProcessSiloHandle)_cluster.Silos[0]).ServiceProvider.GetRequiredService<IncidentBoard>();

    /// <summary>The nodes that this silo asks.</summary>
    public TPWallet.Chains.Nodes.NodePool Pool(ChainId chain) =>
        ((InProcessSiloHandle)_cluster.Silos[0]).ServiceProvider.GetRequiredService<TPWallet.Grains.Chains.ChainSet>().Find(chain)!.Nodes;

    /// <summary>The same of a chain of any family.</summary>
    public TPWallet.Chains.Nodes.INodePool Nodes(ChainId chain) =>
        ((InProcessSiloHandle)_cluster.Silos[0]).ServiceProvider.GetRequiredService<TPWallet.Grains.Chains.ChainSet>().NodesOf(chain)!;

    /// <summary>The signer's calls, past the silo.</summary>
    public TPWallet.Grains.Interfaces.Signing.ISignerPort Signer => _signer.Port;

    public IGrainFactory Grains => _cluster.Client;

    public IClusterClient Cluster => _cluster.Client;

    /// <param name="nodes">What stands before the chain, each a node of an organisation of its own that must agree; default: the chain itself.</param>
    public static Task<WholeSystem> StartAsync(Anvil anvil, string? folder = null, params MoodyNode[] nodes) => StartAsync(anvil, folder, Confirmations, true, nodes);

    /// <summary>Where no node keeps silent: none is taken for one that does, however busy the machine is, and reads go to the first as long as it says nothing wrong.</summary>
    public static Task<WholeSystem> StartPatientAsync(Anvil anvil, MoodyNode[] nodes)
    {
        var settings = Settings(anvil, Confirmations, nodes);
        settings["Nodes:DeadlineMs"] = "30000";
        return OpenAsync(anvil, null, settings, follows: true);
    }

    /// <inheritdoc cref="StartAsync(Anvil, string?, MoodyNode[])"/>
    /// <param name="confirmations">Blocks until one is final; 0: by the node's finalized tag.</param>
    /// <param name="follows">Whether it is to be waited for until the chain is followed: a stopped one is not.</param>
    public static Task<WholeSystem> StartAsync(Anvil anvil, string? folder, int confirmations, bool follows = true, params MoodyNode[] nodes) =>
        OpenAsync(anvil, folder, Settings(anvil, confirmations, nodes), follows);

    /// <summary>With further settings.</summary>
    public static Task<WholeSystem> StartAsync(Anvil anvil, Dictionary<string, string?> more, string? folder = null)
    {
        var settings = Settings(anvil, Confirmations, []);
        foreach (var (key, value) in more) settings[key] = value;
        return OpenAsync(anvil, folder, settings, follows: true);
    }

    /// <summary>The same over a PostgreSQL database in the place of SQLite.</summary>
    public static Task<WholeSystem> StartAsync(Anvil anvil, string? folder, string database)
    {
        var settings = Settings(anvil, Confirmations, []);
        settings["Journal:Store"] = "postgres";
        settings["Journal:Postgres:ConnectionString"] = database;
        return OpenAsync(anvil, folder, settings, follows: true);
    }

    private static async Task<WholeSystem> OpenAsync(Anvil anvil, string? folder, Dictionary<string, string?> settings, bool follows)
    {
        folder ??= Directory.CreateTempSubdirectory("tpw-whole-").FullName;
        var signer = Path.Combine(folder, "signer");
        if (!Directory.Exists(signer)) SignerNode.Initialise(signer, null, TimeProvider.System);
        settings["Data"] = Path.Combine(folder, "silo");
        var configuration = SiloConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var system = new WholeSystem(anvil, await SiloComposition.OpenJournalAsync(configuration, CancellationToken.None), configuration, folder);
        await system._cluster.DeployAsync();
        if (follows) await system.UntilAsync(async () => (await system.Tracker().Read()).Head is not null, "the tracker to follow the chain");
        return system;
    }

    private static Dictionary<string, string?> Settings(Anvil anvil, int confirmations, MoodyNode[] nodes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Channels:GatherMs"] = "200",
            ["Wake:AfterMs"] = "100",
            ["Wake:SweepEveryMs"] = "100",
            ["Chains:0:Id"] = People.Chain.ToString(),
            ["Chains:0:Proof"] = nodes.Length > 1 ? nameof(ProofLevel.Agreed) : nameof(ProofLevel.Consistent),
            ["Nodes:DeadlineMs"] = "500",
            ["Chains:0:Confirmations"] = $"{confirmations}",
            ["Chains:0:HistoryDepth"] = $"{HistoryDepth}",
            ["Chains:0:PollEveryMs"] = "20",
            ["Chains:0:Nodes:0:Name"] = "anvil",
            ["Chains:0:Nodes:0:Organisation"] = "local",
            ["Chains:0:Nodes:0:Url"] = anvil.Endpoint.ToString(),
        };
        for (var i = 0; i < nodes.Length; i++)
        {
            settings[$"Chains:0:Nodes:{i}:Name"] = $"node-{i}";
            settings[$"Chains:0:Nodes:{i}:Organisation"] = $"organisation-{i}";
            settings[$"Chains:0:Nodes:{i}:Url"] = nodes[i].Endpoint.ToString();
        }

        return settings;
    }

    public void DieAfter(int appends) => _watch.DieAfter(appends);

    public IAccountGrain Account(AccountId id) => Grains.GetGrain<IAccountGrain>(id.ToString());

    public ITokenPacketGrain Packet(PacketRef packet) => Grains.GetGrain<ITokenPacketGrain>(packet.Key);

    public IChainTrackerGrain Tracker() => Grains.GetGrain<IChainTrackerGrain>(People.Chain.ToString());

    /// <summary>Waits until the system got there by itself; looks again whenever something became durable.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string awaited)
    {
        using var bound = new CancellationTokenSource(Longest);
        while (!await condition())
        {
            if (bound.IsCancellationRequested) throw new TimeoutException($"Waited {Longest.TotalSeconds} s for {awaited}.\n{await StoryAsync()}");
            await Task.WhenAny(_watch.Changed, _watch.Changed.WaitAsync(LookAgain));
        }
    }

    public async Task<AccountId> RegisterAsync(Genesis genesis)
    {
        var id = Canonical.AccountId(genesis);
        var command = new AccountCommand.Register(Guid.NewGuid(), genesis, People.Prove(genesis, People.All));
        (await Account(id).Submit(command)).Rejected().Should().BeNull();
        return id;
    }

    /// <summary>A key and its address in the signer, attached to the account.</summary>
    public async Task<Address> CreateKeyAsync(AccountId account, Name key, ChainId? chain = null)
    {
        (await Account(account).Submit(new AccountCommand.RequestKey(Guid.NewGuid(), key, chain ?? People.Chain, Tier.Hot))).Rejected().Should().BeNull();
        await UntilAsync(async () => (await Account(account).Read())!.Addresses.Any(a => a.Key == key), $"the address of key {key}");
        return (await Account(account).Read())!.Addresses.First(a => a.Key == key).Address;
    }

    /// <summary>Pays an own address from one of anvil's accounts and waits for the ledger to credit it.</summary>
    public async Task FundAsync(AccountId account, Address address, UInt256 wei)
    {
        var before = await AvailableAsync(account, People.Eth);
        await PayAsync(address, wei);
        await Anvil.MineAsync(Confirmations);
        await UntilAsync(async () => await AvailableAsync(account, People.Eth) == before + wei, $"a deposit of {wei} wei");
    }

    /// <summary>Pays from one of anvil's accounts; one block is mined.</summary>
    public async Task<SignedTransaction> PayAsync(Address to, UInt256 wei, int from = 0)
    {
        using var key = Tests.Anvil.Key(from);
        var node = Anvil.Node();
        var nonce = await node.TransactionCountAsync(Tests.Anvil.AddressOf(from), new TPWallet.Chains.Nodes.BlockSelector.Tag("pending"), CancellationToken.None);
        var transaction = new EthereumTransaction.DynamicFee(
            Anvil.ChainId, nonce.Value, 1_000_000_000, 100_000_000_000, 21_000, to, wei, HexBytes.Empty, []);
        var signed = transaction.Sign(key);
        await node.SendAsync(signed, CancellationToken.None);
        await Anvil.MineAsync();
        return signed;
    }

    public async Task<UInt256> AvailableAsync(AccountId account, AssetId asset) =>
        (await Account(account).Read())?.Balances.FirstOrDefault(b => b.Asset == asset)?.Available ?? UInt256.Zero;

    public async Task<UInt256> OnChainAsync(Address address) =>
        (await Anvil.Node().BalanceAsync(address, TPWallet.Chains.Nodes.BlockSelector.Latest, CancellationToken.None)).Value;

    public async Task<bool> IsPendingAsync(Bytes32 transaction) =>
        (await Anvil.Node().TransactionAsync(transaction, CancellationToken.None)) is { IsOk: true, Value: { Block: null } };

    /// <summary>Drafts and proposes a packet and waits until it can be voted on.</summary>
    public async Task<PacketView> ProposeAsync(PacketContent content, PacketOrigin? origin = null)
    {
        var packet = Packet(content.Ref);
        (await packet.Submit(new PacketCommand.Draft(Guid.NewGuid(), content))).Rejected().Should().BeNull();
        (await packet.Submit(new PacketCommand.Propose(Guid.NewGuid(), content.Revision) { Origin = origin })).Rejected().Should().BeNull();
        await UntilAsync(async () => (await packet.Read())!.State is not ("draft" or "proposed"), "the simulation and the assessment");
        return (await packet.Read())!;
    }

    public async Task<Rejection?> VoteAsync(PacketView packet, Person person)
    {
        var subject = new VoteSubject.Packet(packet.Content, packet.Bounds!);
        var terms = VoteTerms.Of(packet.Ref.Owner, packet.Assessment!);
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return (await Packet(packet.Ref).Submit(new PacketCommand.CastVote(Guid.NewGuid(), person.Vote(subject, terms, now)))).Rejected();
    }

    public Task UntilStateAsync(PacketRef packet, string state) =>
        UntilAsync(async () => (await Packet(packet).Read())!.State == state, $"{packet.Id} to be {state}");

    public async Task UntilLegAsync(PacketRef packet, Name leg, string stage) => await UntilAsync(
        async () => (await Packet(packet).Read())!.Legs.First(l => l.Leg == leg).Stage == stage, $"leg {leg} to be {stage}");

    /// <summary>What the journal holds, one line per event: the first thing to read when a wait ends in vain.</summary>
    public async Task<string> StoryAsync()
    {
        var lines = new List<string>();
        foreach (var header in await _journal.ReadNewestBatchesAsync(CancellationToken.None))
        {
            for (long n = 0; n < header.N;)
            {
                var batches = await _journal.ReadBatchesAsync(header.Committer, n, 1000, CancellationToken.None);
                if (batches.Count == 0) break;
                foreach (var row in batches.SelectMany(b => b.Rows))
                {
                    var name = await _journal.FindStreamAsync(row.Stream, CancellationToken.None);
                    var key = name!.Key.Length > 40 ? name.Key[^40..] : name.Key;
                    lines.Add($"{name.Kind} {key} {row.Version} {row.Type} {System.Text.Encoding.UTF8.GetString(row.Payload.Span)[..Math.Min(row.Payload.Length, 300)]}");
                }

                n = batches[^1].Header.N;
            }
        }

        return string.Join('\n', lines.TakeLast(60));
    }

    /// <summary>Ends everything as a killed process would: nothing is handed over.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _cluster.Silos.ToArray()) await _cluster.KillSiloAsync(silo);
        await _cluster.DisposeAsync();
        _signer.Dispose();
        await _journal.DisposeAsync();
    }
}
