using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>An account on a chain that charges beside the gas, followed by the agreement of three organisations' nodes before one anvil.</summary>
internal sealed class OpScene : IAsyncDisposable
{
    /// <summary>Wei that members agree to pay for a leg.</summary>
    public const ulong Budget = 3_000_000_000_000_000;

    private readonly MoodyNode[] _nodes;

    private OpScene(Anvil anvil, DataFeeLies[] lies, MoodyNode[] nodes, WholeSystem system) => (Anvil, Lies, _nodes, System) = (anvil, lies, nodes, system);

    public Anvil Anvil { get; }

    /// <summary>What each node says that was paid for data.</summary>
    public DataFeeLies[] Lies { get; }

    public WholeSystem System { get; }

    public AccountId Payer { get; private set; }

    public Address Hot { get; private set; }

    /// <param name="data">What the chain's oracle says of data, in wei.</param>
    /// <param name="ofOperator">And of its operator; null where it does not know of one.</param>
    public static async Task<OpScene> StartAsync(ulong data, ulong? ofOperator, params string[] options)
    {
        var anvil = await Anvil.StartAsync(31337, options);
        await OpChain.ReportAsync(anvil, data, ofOperator);
        await anvil.MineAsync();
        DataFeeLies[] lies = [new(), new(), new()];
        MoodyNode[] nodes = [.. await Task.WhenAll(lies.Select(one => MoodyNode.StartAsync(anvil.Endpoint, one)))];
        var scene = new OpScene(anvil, lies, nodes, await WholeSystem.StartPatientAsync(anvil, nodes));
        scene.Payer = await scene.System.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        scene.Hot = await scene.System.CreateKeyAsync(scene.Payer, "hot");
        return scene;
    }

    /// <summary>A payment of one coin, voted.</summary>
    public async Task<PacketRef> ApproveAsync()
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], Hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(Budget));
        var view = await System.ProposeAsync(new(new(Payer, "pay"), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2)));
        (await System.VoteAsync(view, People.Ana)).Should().BeNull();
        (await System.VoteAsync(view, People.Ben)).Should().BeNull();
        return view.Ref;
    }

    /// <summary>Takes what such a chain takes, which anvil does not.</summary>
    public async Task TakeAsync(ulong wei) => await Anvil.CallAsync("anvil_setBalance", Hot.Value, OpChain.Quantity(await System.OnChainAsync(Hot) - wei));

    /// <summary>The packet is settled, and the ledger says to the wei what the chain does.</summary>
    public async Task UntilSettledAsync(PacketRef packet)
    {
        await Anvil.MineAsync(WholeSystem.Confirmations);
        await System.UntilStateAsync(packet, "settled");
        var onChain = await System.OnChainAsync(Hot);
        await System.UntilAsync(async () => await System.AvailableAsync(Payer, People.Eth) == onChain, $"the ledger to say {onChain}");
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await Anvil.DisposeAsync();
        Directory.Delete(System.Folder, recursive: true);
    }
}
