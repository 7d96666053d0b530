using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A chain of the OP stack, followed by the agreement of nodes of several organisations: what its parent chain deposits, and what its operator takes.</summary>
public sealed class OpDepositTests : IAsyncLifetime
{
    private const ulong Budget = 3_000_000_000_000_000;
    private const ulong OperatorFee = 1_000_000;

    private static readonly Address _bridge = People.AddressOf("bridge");

    private readonly DataFeeLies[] _fees = [new(), new(), new()];
    private Anvil _anvil = null!;
    private MoodyNode[] _nodes = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, OpChain.Options);
        await OpChain.ReportAsync(_anvil, 0, OperatorFee);
        await _anvil.MineAsync();
        _nodes = [.. await Task.WhenAll(_fees.Select(fees => MoodyNode.StartAsync(_anvil.Endpoint, fees)))];
        _system = await WholeSystem.StartPatientAsync(_anvil, _nodes);
        _payer = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Deposits_OfTheParentChain_AreCredited_AsTheChainHasThem()
    {
        await OpChain.DepositAsync(_anvil, 1, _bridge, _hot, People.Ether, People.Ether);
        await CreditedAsync(People.Ether, "a deposit of a bridge");
        await OpChain.DepositAsync(_anvil, 2, _hot, _hot, People.Ether * 2, People.Ether * 2);
        await CreditedAsync(People.Ether * 3, "what an own key deposited to itself");
        var wall = People.AddressOf("wall");
        await _anvil.CallAsync("anvil_setCode", wall.Value, "0x5f5ffd");
        await OpChain.DepositAsync(_anvil, 3, _hot, wall, People.Ether, People.Ether * 2);
        await CreditedAsync(People.Ether * 4, "what was minted although the rest of it failed");
    }

    [Fact]
    public async Task Leg_InABlockOfDeposits_PaysTheOperatorWhatItsBlockSays()
    {
        await _system.FundAsync(_payer, _hot, People.Ether * 10);

        // In the pool before the leg, since a block begins with it.
        await OpChain.TellAttributesAsync(_anvil, 1, OpChain.Attributes(0, OperatorFee, isJovian: true));
        var packet = await ApproveAsync();
        await _system.UntilLegAsync(packet, "coin", "accepted");
        await _anvil.MineAsync();
        await _anvil.CallAsync("anvil_setBalance", _hot.Value, OpChain.Quantity(await _system.OnChainAsync(_hot) - OperatorFee));
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet, "settled");
        var onChain = await _system.OnChainAsync(_hot);
        await _system.UntilAsync(async () => await _system.AvailableAsync(_payer, People.Eth) == onChain, $"the ledger to say {onChain}");
        (await _system.Account(_payer).Read())!.Frozen.Should().BeFalse();
    }

    private async Task CreditedAsync(UInt256 expected, string awaited)
    {
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilAsync(async () => await _system.AvailableAsync(_payer, People.Eth) == expected, awaited);
        (await _system.OnChainAsync(_hot)).Should().Be(expected);
    }

    private async Task<PacketRef> ApproveAsync()
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], _hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(Budget));
        var view = await _system.ProposeAsync(new(new(_payer, "pay"), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2)));
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
        return view.Ref;
    }
}
