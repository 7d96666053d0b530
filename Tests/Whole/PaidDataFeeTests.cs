using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// What a chain of the OP stack's kind took for data, to the wei: three nodes before a real anvil name it in the receipts, and it is taken from the sender's balance as such a
/// chain does. One node of the three names none, or another.
/// </summary>
public sealed class PaidDataFeeTests : IAsyncLifetime
{
    private const ulong Budget = 3_000_000_000_000_000;
    private const ulong Dear = 2 * Budget;

    private readonly DataFeeLies[] _lies = [new(), new(), new()];
    private Anvil _anvil = null!;
    private MoodyNode[] _nodes = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await OpChain.ReportAsync(_anvil, 1_000);
        await _anvil.MineAsync();
        _nodes = [.. await Task.WhenAll(_lies.Select(lies => MoodyNode.StartAsync(_anvil.Endpoint, lies)))];
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

    /// <param name="charged">What it took.</param>
    /// <param name="named">What the node that is asked first says.</param>
    [Theory]
    [InlineData(1_000UL, 1_000UL)]
    [InlineData(1_000UL, null)]
    [InlineData(1_000UL, Dear)]
    [InlineData(Dear, Dear)]
    public async Task Leg_OfAChainThatCharges_IsPostedAsTheChainTookIt(ulong charged, ulong? named)
    {
        foreach (var lies in _lies) lies.Wei = charged;
        _lies[0].Wei = named;
        await _system.FundAsync(_payer, _hot, People.Ether * 10);
        var packet = await ApproveAsync();
        await _system.UntilLegAsync(packet, "coin", "accepted");
        await _anvil.MineAsync();
        await TakeAsync(charged);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet, "settled");

        var onChain = await _system.OnChainAsync(_hot);
        await _system.UntilAsync(async () => await _system.AvailableAsync(_payer, People.Eth) == onChain, $"the ledger to say {onChain}");
        var account = (await _system.Account(_payer).Read())!;
        account.Balances.Single(balance => balance.Asset == People.Eth).Reserved.Should().Be(UInt256.Zero);
        account.Frozen.Should().Be(charged > Budget, "members agreed to no more than {0}", Budget);
    }

    private async Task TakeAsync(ulong wei)
    {
        var left = await _system.OnChainAsync(_hot) - wei;
        await _anvil.CallAsync("anvil_setBalance", _hot.Value, "0x" + ((System.Numerics.BigInteger)left).ToString("x", CultureInfo.InvariantCulture).TrimStart('0'));
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
