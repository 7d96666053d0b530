using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Chains.Bitcoin;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Composition;

/// <summary>A silo as Program.cs wires it that is configured with a Bitcoin chain, on a real node of regtest.</summary>
public sealed class BitcoinSiloTests : IDisposable
{
    private const int Confirmations = 3;
    private const long Fee = 1_000;

    /// <summary>Looks at the head after which what they led to has long happened, were it to happen.</summary>
    private const int Looks = 25;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly ChainId Chain = BitcoinChain.Regtest.Id;

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-bitcoin-silo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [BitcoinFact]
    public async Task Deposit_ToAnAttachedAddress_IsCreditedAfterItsConfirmationsAndShownOverRest()
    {
        await using var knots = await Knots.StartAsync();
        using var payer = new RegtestPurse(1);
        var coin = (await payer.FillAsync(knots, 1))[0];
        var (genesis, voter) = RealGrainTests.Found();
        using var key = voter.Key;
        var account = Canonical.AccountId(genesis);
        using var looks = new SemaphoreSlim(0);
        await using var second = await LyingNode.BeforeAsync(knots, (method, _, result) =>
        {
            if (method == "getbestblockhash") looks.Release();
            return result;
        });
        var settings = Settings(knots).Concat(Node(1, "second", "others", second.Endpoint, "")).ToArray();
        await RealGrainTests.WithSiloAsync(_folder, static _ => { }, settings: settings, act: async (services, wallet) =>
        {
            await wallet.RegisterAccountAsync(new("founding"), genesis, [GenesisBuilder.Prove(genesis, voter).OrThrow()]);
            (await wallet.RequestKeyAsync(new("key"), account, "coins", Chain, Tier.Hot)).Should().BeOfType<CommandReply.Accepted>();
            var address = (await UntilAsync(wallet, account, static view => !view.Addresses.IsEmpty)).Addresses[0].Address;

            var script = OutputScript.Witness(0, address.ToArray());
            var paid = payer.Spend([coin], [new(50_000, script), new(coin.Output.ValueSat - 50_000 - Fee, payer.Script)]);
            (await knots.Node().SendAsync(paid, CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
            var mined = await knots.MineAsync(Confirmations - 1, RegtestPurse.Nobody);
            while (looks.CurrentCount > 0) await looks.WaitAsync();
            for (var look = 0; look < Looks; look++) (await looks.WaitAsync(Longest)).Should().BeTrue("the silo looks for the head again");
            (await wallet.ReadChainAsync(Chain)).Head!.Value.Hash.Should().Be(mined[^1].Shown);
            (await wallet.ReadAccountAsync(account))!.Balances.Should().BeEmpty("a block is missing");
            await knots.MineAsync(1, RegtestPurse.Nobody);

            // It is screened first, and held until then.
            var credited = await UntilAsync(wallet, account, static view => view.Balances.Any(static balance => !balance.Available.IsZero));
            credited.Balances.Should().ContainSingle().Which.Should().Match<Balance>(
                balance => balance.Asset == BitcoinChain.Regtest.Coin && balance.Available == 50_000);
            await AssertNodeIsLookedAfterAsync(services);
        });
    }

    [BitcoinFact]
    public async Task Node_OfAnotherNetwork_IsQuarantinedWithBothGenesisBlocksNamed()
    {
        await using var knots = await Knots.StartAsync();
        var log = new AwaitedLog("node.quarantined");
        var settings = Settings(knots, chain: BitcoinChain.Mainnet.Id);
        await RealGrainTests.WithSiloAsync(_folder, services => services.AddSingleton<ILoggerProvider>(log), health: null, settings: settings, act: async (_, _) =>
            (await log.Message.WaitAsync(Longest)).Should().Contain($"{BitcoinChain.Mainnet.Id}/knots")
                .And.Contain($"expected the genesis block {BitcoinChain.Mainnet.GenesisHash}, got {BitcoinChain.Regtest.GenesisHash}"));
    }

    [BitcoinFact]
    public async Task Node_WithoutItsCredentials_IsNamedWithTheReason()
    {
        await using var knots = await Knots.StartAsync();
        var log = new AwaitedLog("answers yet");
        var settings = Settings(knots, credentials: Path.Combine(_folder, "absent"));
        await RealGrainTests.WithSiloAsync(_folder, services => services.AddSingleton<ILoggerProvider>(log), settings: settings, act: async (_, _) =>
            (await log.Message.WaitAsync(Longest)).Should().Contain(Chain.Value).And.Contain("the credential file cannot be read"));
    }

    /// <summary>The register knows the node, and a cordon acts on the pool.</summary>
    private static async Task AssertNodeIsLookedAfterAsync(IServiceProvider services)
    {
        var served = services.GetRequiredService<ChainSet>().FindBitcoin(Chain)!;
        var register = services.GetRequiredService<NodeRegister>();
        (await register.SynchroniseAsync(served, CancellationToken.None)).Should().BeTrue();
        var node = services.GetRequiredService<IClusterClient>().GetGrain<ISupernodeGrain>($"{Chain}/knots");
        (await node.Read()).Should().Match<NodeView>(static view => view.Organisation == "ours" && view.Score > 0 && !view.Cordoned);
        (await node.Submit(new SupernodeCommand.Cordon(Guid.NewGuid(), "ops", "maintenance"))).Should().BeOfType<CommandReply.Accepted>();
        served.Nodes.Organisations.Should().Be(1, "one of two is out of use");
        (await node.Submit(new SupernodeCommand.Uncordon(Guid.NewGuid(), "ops"))).Should().BeOfType<CommandReply.Accepted>();

        // What other silos found out is taken from the grain, and is not told to it again.
        (await node.Submit(new SupernodeCommand.RecordStandstill(Guid.NewGuid(), "at 1", HexBytes.Empty))).Should().BeOfType<CommandReply.Accepted>();
        (await register.SynchroniseAsync(served, CancellationToken.None)).Should().BeTrue();
        served.Nodes.Organisations.Should().Be(1, "another silo saw it stand still");
        (await node.Submit(new SupernodeCommand.RecordCaughtUp(Guid.NewGuid(), "at 9"))).Should().BeOfType<CommandReply.Accepted>();
        (await register.SynchroniseAsync(served, CancellationToken.None)).Should().BeTrue();
        served.Nodes.Organisations.Should().Be(2, "another silo saw it catch up");
        (await node.Read())!.State.Should().Be("in-service");
    }

    private static KeyValuePair<string, string?>[] Settings(Knots knots, ChainId? chain = null, string? credentials = null) =>
    [
        new("Wake:AfterMs", "100"), new("Wake:SweepEveryMs", "100"), new("Chains:0:Id", $"{chain ?? Chain}"), new("Chains:0:Confirmations", $"{Confirmations}"),
        new("Chains:0:PollEveryMs", "20"), .. Node(0, "knots", "ours", knots.Endpoint, credentials ?? knots.CookiePath),
    ];

    private static KeyValuePair<string, string?>[] Node(int index, string name, string organisation, Uri url, string credentials) =>
    [
        new($"Chains:0:Nodes:{index}:Name", name), new($"Chains:0:Nodes:{index}:Organisation", organisation), new($"Chains:0:Nodes:{index}:Url", $"{url}"),
        new($"Chains:0:Nodes:{index}:CredentialFile", credentials),
    ];

    private static async Task<AccountView> UntilAsync(ITPWallet wallet, AccountId account, Func<AccountView, bool> condition)
    {
        using var patience = new CancellationTokenSource(Longest);
        await foreach (var view in wallet.WatchAccountAsync(account, 0, patience.Token))
            if (condition(view)) return view;
        throw new InvalidOperationException("The account's events ended.");
    }

    /// <summary>The first message of the log that says it.</summary>
    private sealed class AwaitedLog(string says) : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource<string> _message = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Message => _message.Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception) is { } message && message.Contains(says, StringComparison.Ordinal)) _message.TrySetResult(message);
        }

        public void Dispose()
        {
        }
    }
}
