using TPWallet.Chains.Ethereum;
using TPWallet.Client;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>The main path on real parts: account, key, deposit, packet, votes, signature, chain, settlement.</summary>
public sealed class PaymentTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private AccountId _payee;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil);
        _payer = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payer"));
        _payee = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payee"));
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
    public async Task Packet_NativeAndLedgerLeg_SettlesAndLedgerAgreesWithTheChainToTheWei()
    {
        var shop = People.AddressOf("shop");
        var packet = Content("pay-1", Native("coin", shop, People.Ether), new Leg.LedgerTransfer("gift", [], _payee, new(People.Eth, People.Ether * 2)));
        var view = await _system.ProposeAsync(packet);
        view.State.Should().Be("approving", $"{view.Rejection} {view.Assessment?.Denial}");
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
        await _system.UntilLegAsync(packet.Ref, "coin", "accepted");
        await _anvil.MineAsync();
        await _system.UntilLegAsync(packet.Ref, "coin", "mined");
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet.Ref, "settled");
        (await _system.OnChainAsync(shop)).Should().Be(People.Ether);
        (await _system.AvailableAsync(_payee, People.Eth)).Should().Be(People.Ether * 2);
        var ledger = await _system.AvailableAsync(_payer, People.Eth) + await _system.AvailableAsync(_payee, People.Eth);
        ledger.Should().Be(await _system.OnChainAsync(_hot), "what the ledger says is what the chain holds");
        await CheckEvidenceAsync(packet.Ref);
    }

    private async Task CheckEvidenceAsync(PacketRef packet)
    {
        var wallet = new GrainWallet(_system.Cluster, "default");
        var pack = await wallet.ReadEvidenceAsync(packet);
        var file = EvidenceFile.Write(pack);
        var proved = EvidenceFile.Verify(_payer, file, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>().Subject;
        proved.Voters.Should().BeEquivalentTo([People.Ana.Id, People.Ben.Id]);
        proved.Blocks.Should().ContainSingle().Which.Confirmations.Should().Be(WholeSystem.Confirmations);
        proved.LedgerLegs.Should().Be(1);
        EvidenceFile.Verify(_payee, file, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Refused>().Which.Step.Should().Be("genesis");
        file[file.Length / 2] ^= 1;
        EvidenceFile.Verify(_payer, file, EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Refused>();

        var other = await _system.ProposeAsync(Content("open", Native("coin", People.AddressOf("shop"), People.Ether)));
        (await Code(other.Ref)).Should().Be(RejectionCode.WrongState);
        (await Code(new(_payer, "nothing"))).Should().Be(RejectionCode.NotFound);

        async Task<RejectionCode> Code(PacketRef asked)
        {
            var read = () => wallet.ReadEvidenceAsync(asked);
            return (await read.Should().ThrowAsync<RefusedException>()).Which.Rejection.Code;
        }
    }

    /// <summary>Field notes 11 and 33: a reorg takes the block, the same bytes go out again, and nothing is counted twice.</summary>
    [Fact]
    public async Task Packet_MinedThenReorganisedAway_IsSentAgainAndSettlesOnce()
    {
        var shop = People.AddressOf("shop");
        var packet = Content("pay-1", Native("coin", shop, People.Ether));
        var view = await _system.ProposeAsync(packet);
        await _system.VoteAsync(view, People.Ana);
        await _system.VoteAsync(view, People.Cleo);
        await _system.UntilLegAsync(packet.Ref, "coin", "accepted");
        await _anvil.MineAsync();
        await _system.UntilLegAsync(packet.Ref, "coin", "mined");
        var first = (await _system.Packet(packet.Ref).Read())!.Legs[0].TxHash;
        await _anvil.CallAsync("anvil_reorg", 1, new System.Text.Json.Nodes.JsonArray());
        await _anvil.MineAsync();
        await _system.UntilAsync(async () => (await _system.Tracker().Read()).Reorgs == 1, "the reorg to be noticed");
        await _system.UntilAsync(() => _system.IsPendingAsync(first!.Value), "the same bytes to be in the node's pool again");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet.Ref, "settled");
        (await _system.Packet(packet.Ref).Read())!.Legs[0].TxHash.Should().Be(first, "the same bytes, never signed anew");
        (await _system.OnChainAsync(shop)).Should().Be(People.Ether);
        (await _system.AvailableAsync(_payer, People.Eth)).Should().Be(await _system.OnChainAsync(_hot));
    }

    [Fact]
    public async Task Packet_AboveTheSoftLimit_NeedsAllThree_AndAboveTheCapIsDenied()
    {
        var large = await _system.ProposeAsync(Content("large", Native("coin", People.AddressOf("shop"), People.Ether * 6)));
        large.Assessment!.Required.Approvals.Should().Be(3);
        var huge = await _system.ProposeAsync(Content("huge", Native("coin", People.AddressOf("shop"), People.Ether * 51)));
        huge.State.Should().Be("rejected");
    }

    private PacketContent Content(Name id, params ReadOnlySpan<Leg> legs)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new(new(_payer, id), 1, People.Olga.Id, [.. legs], [], now + Span.Hours(1), now + Span.Hours(2));
    }

    private Leg.ChainTransfer Native(Name id, Address to, UInt256 amount) =>
        new(id, [], _hot, to, new(People.Eth, amount), new(UInt256.Parse("1000000000000000")));
}
