using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Chains.Bitcoin;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// The whole system beside a real anvil and a real Knots node, with an account that has coins on the Bitcoin chain. The node is asked through a proxy that a test may make
/// say what it likes.
/// </summary>
internal sealed class CoinScene : IAsyncDisposable
{
    public const int Confirmations = 3;

    public static readonly ChainId Chain = BitcoinChain.Regtest.Id;
    public static readonly AssetId Coin = BitcoinChain.Regtest.Coin;

    private readonly HttpClient _http = new();
    private readonly RegtestPurse _payer = new(1);
    private readonly RegtestPurse _stranger = new(2);
    private IReadOnlyList<RegtestPurse.Coin> _purse = [];
    private IReadOnlyList<RegtestPurse.Coin> _strange = [];
    private Dictionary<string, string?> _more = [];
    private LyingNode _proxy = null!;

    private CoinScene(Anvil anvil, Knots knots) => (Anvil, Knots) = (anvil, knots);

    public Anvil Anvil { get; }

    public Knots Knots { get; }

    /// <summary>Whoever is paid.</summary>
    public static Address Shop { get; } = People.AddressOf("shop");

    /// <summary>Another payer.</summary>
    public static Address Stranger { get; } = AddressOf(2);

    public WholeSystem System { get; private set; } = null!;

    public AccountId Account { get; private set; }

    /// <summary>The account's address on the Bitcoin chain.</summary>
    public Address Own { get; private set; }

    /// <summary>Changes what the node answers to a method; the whole answer, with result or error.</summary>
    public Action<string, JsonObject> Twist { get; set; } = static (_, _) => { };

    /// <summary>Transactions that were sent through the proxy.</summary>
    public int Sent { get; private set; }

    private Dictionary<string, string?> Settings => new(_more)
    {
        ["Chains:1:Id"] = Chain.Value,
        ["Chains:1:Confirmations"] = $"{Confirmations}",
        ["Chains:1:PollEveryMs"] = "20",
        ["Chains:1:Nodes:0:Name"] = "knots",
        ["Chains:1:Nodes:0:Organisation"] = "ours",
        ["Chains:1:Nodes:0:Url"] = $"{_proxy.Endpoint}",
        ["Nodes:DeadlineMs"] = "5000",
    };

    public static async Task<CoinScene> StartAsync(params long[] deposits)
    {
        var scene = await OpenAsync([], deposits.Length, 0);
        for (var i = 0; i < deposits.Length; i++) await scene.DepositAsync(i, deposits[i]);
        return scene;
    }

    /// <summary>With further settings, and before any deposit: either payer has two coins to pay in.</summary>
    public static Task<CoinScene> StartAsync(Dictionary<string, string?> more) => OpenAsync(more, 2, 2);

    private static async Task<CoinScene> OpenAsync(Dictionary<string, string?> more, int coins, int strange)
    {
        var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var scene = new CoinScene(anvil, await Knots.StartAsync()) { _more = more };
        scene._proxy = await LyingNode.StartAsync(scene.ForwardAsync);
        scene._purse = await scene._payer.FillAsync(scene.Knots, coins);
        if (strange > 0) scene._strange = await scene._stranger.FillAsync(scene.Knots, strange);
        scene.System = await WholeSystem.StartAsync(anvil, scene.Settings);
        scene.Account = await scene.System.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "coins"));
        scene.Own = await scene.System.CreateKeyAsync(scene.Account, "coins", Chain);
        return scene;
    }

    /// <summary>Ends the process and starts it anew on the same folder.</summary>
    public async Task RestartAsync()
    {
        await System.DisposeAsync();
        System = await WholeSystem.StartAsync(Anvil, Settings, System.Folder);
    }

    /// <summary>Ends the process, puts an earlier copy of its journal in its place, lets the chain go on, and starts it anew.</summary>
    public async Task RestoreAsync(int blocks)
    {
        await System.DisposeAsync();
        RestoredStore.PutFileBack(RestoredStore.FileIn(System.Folder));
        await MineAsync(blocks);
        System = await WholeSystem.StartAsync(Anvil, Settings, System.Folder);
    }

    public Leg.ChainTransfer Pay(Name id, long amountSat, long budgetSat = 5_000, Address? to = null) =>
        new(id, [], Own, to ?? Shop, new(Coin, (ulong)amountSat), new((ulong)budgetSat));

    public PacketContent Content(Name id, params ReadOnlySpan<Leg> legs)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new(new(Account, id), 1, People.Olga.Id, [.. legs], [], now + Span.Hours(1), now + Span.Hours(2));
    }

    /// <summary>Proposes a packet and brings the votes that it takes.</summary>
    public async Task ApproveAsync(PacketContent packet)
    {
        var view = await System.ProposeAsync(packet);
        view.State.Should().Be("approving", $"{view.Rejection}");
        (await System.VoteAsync(view, People.Ana)).Should().BeNull();
        (await System.VoteAsync(view, People.Ben)).Should().BeNull();
    }

    public Task<IReadOnlyList<BitcoinHash>> MineAsync(int blocks = 1) => Knots.MineAsync(blocks, RegtestPurse.Nobody);

    public Task<UInt256> AvailableAsync() => System.AvailableAsync(Account, Coin);

    public async Task<LegView> LegAsync(PacketRef packet, Name leg) => (await System.Packet(packet).Read())!.Legs.First(view => view.Leg == leg);

    /// <summary>What the chain says that an address has, in outputs that a block made.</summary>
    public async Task<long> OnChainAsync(Address address)
    {
        var script = Convert.ToHexStringLower(OutputScript.Witness(0, address.ToArray()).Span);
        var found = await Knots.CallAsync("scantxoutset", "start", new JsonArray($"raw({script})"));
        return (long)(found.GetProperty("total_amount").GetDecimal() * 100_000_000m);
    }

    public async Task<BitcoinTransaction?> PooledAsync(Bytes32 txHash) =>
        (await Knots.Node().TransactionAsync(BitcoinHash.FromShown(txHash), CancellationToken.None)).Value;

    /// <summary>Ids of what the node's pool holds.</summary>
    public async Task<string[]> PoolAsync() => [.. (await Knots.CallAsync("getrawmempool")).EnumerateArray().Select(static id => id.GetString()!)];

    public async ValueTask DisposeAsync()
    {
        if (System is not null)
        {
            await System.DisposeAsync();
            Directory.Delete(System.Folder, recursive: true);
        }

        await _proxy.DisposeAsync();
        await Knots.DisposeAsync();
        await Anvil.DisposeAsync();
        _payer.Dispose();
        _stranger.Dispose();
        _http.Dispose();
    }

    /// <summary>Pays the account; nothing is mined.</summary>
    /// <param name="index">Which of the payer's coins.</param>
    public async Task PayInAsync(int index, long amountSat, bool stranger = false)
    {
        const long fee = 1_000;
        var (purse, coin) = stranger ? (_stranger, _strange[index]) : (_payer, _purse[index]);
        var outputs = new BitcoinOutput[] { new(amountSat, OutputScript.Witness(0, Own.ToArray())), new(coin.Output.ValueSat - amountSat - fee, RegtestPurse.Nobody) };
        (await Knots.Node().SendAsync(purse.Spend([coin], outputs), CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
    }

    /// <summary>Takes the place of what the payer paid with one of its coins.</summary>
    public BitcoinTransaction RivalOf(int index) => _payer.Spend([_purse[index]], [new(_purse[index].Output.ValueSat - 3_000, RegtestPurse.Nobody)]);

    /// <summary>A block of these alone, whatever the node's pool holds.</summary>
    public async Task<BitcoinHash> MineExactlyAsync(params BitcoinTransaction[] transactions)
    {
        JsonNode?[] raw = [.. transactions.Select(static one => JsonValue.Create(Convert.ToHexStringLower(one.Encode())))];
        var block = await Knots.CallAsync("generateblock", BitcoinAddress.Format(RegtestPurse.Nobody, BitcoinNetwork.Regtest), new JsonArray(raw));
        return BitcoinHash.Parse(block.GetProperty("hash").GetString()!);
    }

    private static Address AddressOf(byte number)
    {
        using var purse = new RegtestPurse(number);
        return Address.From(OutputScript.ProgramOf(purse.Script)!.Value.Program.Span);
    }

    private async Task DepositAsync(int index, long amountSat)
    {
        var before = await AvailableAsync();
        await PayInAsync(index, amountSat);
        await MineAsync(Confirmations);
        await System.UntilAsync(async () => await AvailableAsync() == before + (ulong)amountSat, $"a deposit of {amountSat} satoshis");

        // Its lane hears of the coin after the ledger has it: a preview in between finds too few.
        var all = new FeeQuestion([Pay("all", (long)(ulong)await AvailableAsync() - 5_000)], new(DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds()));
        var wallet = new GrainWallet(System.Cluster, "default");
        await System.UntilAsync(async () => (await wallet.PreviewFeesAsync(Account, all)).Legs.Single() is FeePreview.Coins, $"the lane to hear of {amountSat} satoshis");
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var method = request["method"]!.GetValue<string>();
        using var onward = new HttpRequestMessage(HttpMethod.Post, Knots.Endpoint)
        {
            Headers = { Authorization = new("Basic", Convert.ToBase64String(await File.ReadAllBytesAsync(Knots.CookiePath))) },
            Content = new StringContent(request.ToJsonString()),
        };
        using var response = await _http.SendAsync(onward);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        if (method == "sendrawtransaction") Sent++;
        Twist(method, answer);
        await context.Response.WriteAsync(answer.ToJsonString());
    }
}
