using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A chain that charges for data and for its operator beside the gas, as those of the OP stack do.</summary>
public sealed class DataFeeTests : IAsyncLifetime
{
    private const ulong Budget = 3_000_000_000_000_000;

    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil);
        _payer = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
        await _system.FundAsync(_payer, _hot, People.Ether * 10);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    /// <summary>One wei less than the whole budget leaves nothing for gas: nothing is signed, and nothing stays reserved.</summary>
    [Theory]
    [InlineData(Budget - 1, null)]
    [InlineData(0UL, Budget - 1)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public async Task Leg_WhoseGasAndDataPassItsBudget_IsNeverSigned(ulong data, ulong? ofOperator)
    {
        await OpChain.ReportAsync(_anvil, data, ofOperator);
        var packet = await ApproveAsync("dear");
        await _system.UntilStateAsync(packet, "invalidated");
        var leg = (await _system.Packet(packet).Read())!.Legs[0];
        (leg.TxHash, leg.Rejection!.Code).Should().Be((null, RejectionCode.FeeBudgetExceeded));
        (await _system.AvailableAsync(_payer, People.Eth)).Should().Be(People.Ether * 10);

        await OpChain.ReportAsync(_anvil, 1_000, ofOperator is null ? null : 1_000);
        packet = await ApproveAsync("cheap");
        await _system.UntilLegAsync(packet, "coin", "accepted");
    }

    private async Task<PacketRef> ApproveAsync(Name id)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var leg = new Leg.ChainTransfer("coin", [], _hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(Budget));
        var view = await _system.ProposeAsync(new(new(_payer, id), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2)));
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
        return view.Ref;
    }
}
