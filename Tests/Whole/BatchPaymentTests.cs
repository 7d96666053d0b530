using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Client;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Several payments in one transaction, from the votes to the proof of each, on a real chain with the real contracts.</summary>
public sealed class BatchPaymentTests : IAsyncLifetime
{
    private static readonly Policy _policy = People.StandardPolicy with
    {
        Rules = [.. People.StandardPolicy.Rules, People.Rule("batches", [EffectKind.ContractCall], People.TwoOfThree)],
    };

    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil);
        _payer = await _system.RegisterAsync(People.GenesisOf(_policy, People.All, "payer"));
        _hot = await _system.CreateKeyAsync(_payer, "hot");
        await _system.FundAsync(_payer, _hot, People.Ether * 10);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Batch_NativeAndToken_SettlesInOneTransactionAndEachPaymentIsProved()
    {
        var contract = await _anvil.DeployAsync("Contracts/multisend/MultiSend.json");
        var token = await _anvil.DeployAsync("Contracts/demo/DemoToken.json", AnvilContracts.Word(200));
        var coin = AssetId.Erc20(People.Chain, token);
        await _anvil.CallAsync(token, TokenCalls.Erc20Transfer(_hot, 100));
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilAsync(async () => await _system.AvailableAsync(_payer, coin) == 100, "the deposit of tokens");
        BatchPayment[] payments = [Pay("shop", People.Eth, People.Ether), Pay("cook", coin, 60), Pay("smith", People.Eth, 5), Pay("smith", coin, 40)];
        var fee = new FeeBudget(UInt256.Parse("3000000000000000"));
        var approve = MultiSend.Approval("approve", _hot, contract, new(coin, 100), fee);
        var batch = MultiSend.Leg("batch", ["approve"], People.Chain, _hot, contract, [.. payments], fee);
        var packet = Content("pay-all", approve, batch);
        var view = await _system.ProposeAsync(packet);
        view.State.Should().Be("approving", $"{view.Rejection} {view.Assessment?.Denial}");
        var told = (FeePreview.Gas)(await new GrainWallet(_system.Cluster, "default").PreviewFeesAsync(packet.Ref)).Legs[1];
        told.IsSimulated.Should().BeTrue("without the allowance before it the call would revert");
        told.Total.Saving!.Payments.Should().Be(4);

        // A call that brings the first coin to an address costs more than a transfer that does: whether a batch saves anything is no foregone matter.
        var price = told.Total.Saving.Together / told.EstimatedGas;
        (told.Total.Saving.Singly / price).Should().BeGreaterThan(4UL * 21_000).And.BeLessThan(4UL * 80_000);
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
        foreach (var leg in new Name[] { "approve", "batch" })
        {
            await _system.UntilLegAsync(packet.Ref, leg, "accepted");
            await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        }

        await _system.UntilStateAsync(packet.Ref, "settled");
        (await _system.OnChainAsync(People.AddressOf("shop"))).Should().Be(People.Ether);
        (await _system.OnChainAsync(People.AddressOf("smith"))).Should().Be(5);
        (await _system.AvailableAsync(_payer, People.Eth)).Should().Be(await _system.OnChainAsync(_hot), "what the ledger says is what the chain holds");
        (await _system.AvailableAsync(_payer, coin)).Should().Be(UInt256.Zero);
        await CheckEvidenceAsync(packet.Ref, batch);
    }

    /// <summary>Another contract with the same method may do anything with the money: the batch is refused before a vote.</summary>
    [Fact]
    public async Task Batch_OtherCodeAtTheAddress_IsRejected()
    {
        // PUSH0 PUSH0 RETURN as what is deployed: it takes everything and pays nobody.
        var trap = await _anvil.DeployAsync(Convert.FromHexString("625f5ff35f526003601df3"));
        var view = await _system.ProposeAsync(Content("trapped", MultiSend.Leg("batch", [], People.Chain, _hot, trap, [Pay("shop", People.Eth, 5)], new(1_000_000))));
        view.State.Should().Be("rejected");
        (view.Assessment?.Denial ?? view.Rejection)!.Code.Should().Be(RejectionCode.EffectOutOfBounds);
    }

    private async Task CheckEvidenceAsync(PacketRef packet, Leg.ContractCall batch)
    {
        var pack = await new GrainWallet(_system.Cluster, "default").ReadEvidenceAsync(packet);
        var proved = EvidenceFile.Verify(_payer, EvidenceFile.Write(pack), EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>().Subject;
        proved.Blocks.Should().HaveCount(2);
        var evidence = pack.Legs.Single(leg => leg.Leg == "batch");
        EthereumEvidence.Instance.Prove(batch, evidence, out _)!.Succeeded.Should().BeTrue();

        // The approval's receipt is as true, and holds no payment.
        var swapped = evidence with { Index = 0, ReceiptProof = pack.Legs.Single(leg => leg.Leg == "approve").ReceiptProof };
        EthereumEvidence.Instance.Prove(batch, swapped, out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(RejectionCode.ProofInvalid);
    }

    private static BatchPayment Pay(string to, AssetId asset, UInt256 amount) => new(People.AddressOf(to), new(asset, amount));

    private PacketContent Content(Name id, params ReadOnlySpan<Leg> legs)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new(new(_payer, id), 1, People.Olga.Id, [.. legs], [], now + Span.Hours(1), now + Span.Hours(2));
    }
}
