using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>What is told of a fee beforehand, beside what the lane then signs and the chain then takes: a real anvil and a real Knots node.</summary>
public sealed class FeePreviewTests
{
    private static readonly FeeBudget _budget = new(UInt256.Parse("3000000000000000"));

    [Fact]
    public async Task Preview_OnARealChain_IsWhatTheLaneBidsAndBoundsWhatIsPaid()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync(200);
        await using var scene = await Scene.StartAsync(anvil);
        var packet = scene.Content("pay", new Leg.ChainTransfer("coin", [], scene.Hot, People.AddressOf("shop"), new(People.Eth, People.Ether), _budget));
        var view = await scene.System.ProposeAsync(packet);
        (await scene.System.VoteAsync(view, People.Ana)).Should().BeNull();
        var told = (FeePreview.Gas)(await scene.Wallet.PreviewFeesAsync(packet.Ref)).Legs.Single();
        (told.EstimatedGas, told.GasLimit, told.IsSimulated, told.DataFee, told.Total.Saving).Should().Be((21_000UL, 21_000UL, false, null, null));
        told.Total.ExceedsCap.Should().BeFalse();
        told.Total.ConfidencePpm.Should().Be(750_000, "there is past enough to tell");

        (await scene.System.VoteAsync(view, People.Ben)).Should().BeNull();
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        var hash = (await scene.System.Packet(packet.Ref).Read())!.Legs[0].TxHash!.Value;
        var sent = await anvil.CallAsync("eth_getTransactionByHash", hash.ToString());
        (sent.GetProperty("gas").GetString(), sent.GetProperty("maxFeePerGas").GetString(), sent.GetProperty("maxPriorityFeePerGas").GetString())
            .Should().Be((Quantity(told.GasLimit), Quantity(told.MaxFeePerGas), Quantity(told.MaxPriorityFeePerGas)), "the chain stood still, so the lane bids what was told");
        var signed = (await scene.Wallet.PreviewFeesAsync(packet.Ref)).Legs.Single();
        signed.Should().BeOfType<FeePreview.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.WrongState);

        await anvil.MineAsync(1 + WholeSystem.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "settled");
        var paid = (await scene.System.Packet(packet.Ref).Read())!.Legs[0].Inclusion!.FeePaid;
        paid.Should().BeGreaterThan(UInt256.Zero).And.BeLessThanOrEqualTo(told.Total.First);
        paid.Should().Be(told.Total.Expected, "the base fee was known");
    }

    /// <summary>A leg that nobody drafted yet, with too small a budget: the preview says what the lane would say.</summary>
    [Fact]
    public async Task Preview_OfALegInNoPacket_SaysWhetherItsCapHolds()
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await using var scene = await Scene.StartAsync(anvil);
        var leg = new Leg.ChainTransfer("coin", [], scene.Hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(21_000));
        var told = (FeePreview.Gas)(await scene.AskAsync(leg)).Single();
        told.Total.ExceedsCap.Should().BeTrue("a wei per gas is less than the base fee");
        await anvil.CallAsync("anvil_setCode", People.AddressOf("token").Value, "0x5f5ffd");
        var reverting = (await scene.AskAsync(leg with { Amount = new(People.Token, 1) })).Single();
        reverting.Should().BeOfType<FeePreview.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.SimulationFailed);
        var foreign = (await scene.AskAsync(leg with { From = People.AddressOf("shop") })).Single();
        foreign.Should().BeOfType<FeePreview.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.LegMismatch, "another's address is no business of this account");
        (await CodeAsync(() => scene.AskAsync(leg with { Amount = new(People.Eth, 0) }))).Should().Be(RejectionCode.ZeroAmount);
        (await CodeAsync(() => scene.Wallet.PreviewFeesAsync(scene.Account, new([leg], new(1))))).Should().Be(RejectionCode.DeadlinePassed);
        (await CodeAsync(() => scene.Wallet.PreviewFeesAsync(new PacketRef(scene.Account, "unknown")))).Should().Be(RejectionCode.NotFound);
    }

    /// <param name="ofOperator">What the chain reports for its operator; null where it does not know of one.</param>
    [Theory]
    [InlineData(null, 1_000)]
    [InlineData(234UL, 1_234)]
    public async Task Preview_OnAChainThatReportsADataFee_AddsIt(ulong? ofOperator, ulong expected)
    {
        await using var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await OpChain.ReportAsync(anvil, 1_000, ofOperator);
        await using var scene = await Scene.StartAsync(anvil);
        var told = (FeePreview.Gas)(await scene.AskAsync(
            new Leg.ChainTransfer("coin", [], scene.Hot, People.AddressOf("shop"), new(People.Eth, People.Ether), _budget))).Single();
        told.DataFee.Should().Be((UInt256)expected);
        (told.Total.First - (told.MaxFeePerGas * told.GasLimit)).Should().Be((UInt256)expected);
    }

    [BitcoinFact]
    public async Task Preview_OfCoins_IsTheTransactionThatIsThenMined()
    {
        await using var scene = await CoinScene.StartAsync(100_000, 40_000);
        var wallet = new GrainWallet(scene.System.Cluster, "default");
        var packet = scene.Content("pay", scene.Pay("coin", 120_000));
        var view = await scene.System.ProposeAsync(packet);
        (await scene.System.VoteAsync(view, People.Ana)).Should().BeNull();
        var told = (FeePreview.Coins)(await wallet.PreviewFeesAsync(packet.Ref)).Legs.Single();
        (told.Inputs, told.Total.ExceedsCap).Should().Be((2, false));
        (await scene.System.VoteAsync(view, People.Ben)).Should().BeNull();
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        var sent = (await scene.PooledAsync((await scene.LegAsync(packet.Ref, "coin")).TxHash!.Value))!;
        sent.Inputs.Count.Should().Be(told.Inputs);
        ((UInt256)(ulong)sent.Outputs[1].ValueSat).Should().Be(told.Change);
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "settled");
        var paid = (await scene.LegAsync(packet.Ref, "coin")).Inclusion!.FeePaid;
        paid.Should().Be(told.Total.Expected).And.BeLessThanOrEqualTo(told.Total.Most);
    }

    [BitcoinFact]
    public async Task Preview_OfMoreCoinsThanThereAre_IsRefused()
    {
        await using var scene = await CoinScene.StartAsync(100_000);
        var wallet = new GrainWallet(scene.System.Cluster, "default");
        var content = scene.Content("pay", scene.Pay("coin", 98_000), scene.Pay("cheap", 30_000, 1_000));
        var told = (await wallet.PreviewFeesAsync(scene.Account, new(content.Legs, content.SettleBefore))).Legs;
        told[0].Should().BeOfType<FeePreview.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.InsufficientFunds);
        told[1].Should().BeOfType<FeePreview.Coins>($"it says {told[1]}").Which.Total.ExceedsCap.Should().BeFalse();
    }

    private static string Quantity(UInt256 value) => $"0x{(ulong)value:x}";

    private static async Task<RejectionCode> CodeAsync(Func<Task> ask) => (await ask.Should().ThrowAsync<RefusedException>()).Which.Rejection.Code;

    /// <summary>The whole system on one chain, with an account that has ten ether.</summary>
    private sealed class Scene(WholeSystem system, AccountId account, Address hot) : IAsyncDisposable
    {
        public WholeSystem System => system;

        public AccountId Account => account;

        public Address Hot => hot;

        public GrainWallet Wallet { get; } = new(system.Cluster, "default");

        public static async Task<Scene> StartAsync(Anvil anvil)
        {
            await anvil.MineAsync();
            var system = await WholeSystem.StartAsync(anvil);
            var account = await system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
            var hot = await system.CreateKeyAsync(account, "hot");
            await system.FundAsync(account, hot, People.Ether * 10);
            return new(system, account, hot);
        }

        public PacketContent Content(Name id, params ReadOnlySpan<Leg> legs)
        {
            var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            return new(new(account, id), 1, People.Olga.Id, [.. legs], [], now + Span.Hours(1), now + Span.Hours(2));
        }

        public async Task<ImmutableArray<FeePreview>> AskAsync(params Leg[] legs) =>
            (await Wallet.PreviewFeesAsync(account, new([.. legs], new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + Span.Hours(2)))).Legs;

        public async ValueTask DisposeAsync()
        {
            await system.DisposeAsync();
            Directory.Delete(system.Folder, recursive: true);
        }
    }
}
