using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A deposit on a real Bitcoin chain, from a payer on the operator's list: reviewers reject it, and it goes by its own coin to where the members say.</summary>
public sealed class CoinReturnTests : IAsyncLifetime
{
    private const long Bad = 60_000;
    private const long Own = 40_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-coin-return-").FullName;
    private CoinScene _scene = null!;

    public async Task InitializeAsync()
    {
        var lists = Path.Combine(_folder, "lists.json");
        await File.WriteAllTextAsync(lists, $$"""
            [{ "name": "house", "version": 4, "kind": "Deny", "expiresAt": {{DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()}}, "parties": ["{{CoinScene.Stranger}}"] }]
            """);
        _scene = await CoinScene.StartAsync(new Dictionary<string, string?> { ["Risk:ListsFile"] = lists, ["Risk:Mode"] = "Enforced" });
    }

    public async Task DisposeAsync()
    {
        await _scene.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [BitcoinFact]
    public async Task Deposit_ThatReviewersReject_GoesByItsOwnCoinToWhereTheMembersSay()
    {
        await _scene.PayInAsync(0, Own);
        await MineUntilAsync(async () => await _scene.AvailableAsync() == (ulong)Own, "money for the fee");
        var held = await RejectedAsync();
        (await ApproveAsync("listed", held, CoinScene.Stranger)).Should().Be("rejected", "a payee on a list is refused: nobody can tell that the money is his");
        var packet = await ReleasedAsync("back", held);
        await MineUntilAsync(async () => (await _scene.System.Packet(packet).Read())!.State == "settled", "the return to be settled");

        (await _scene.OnChainAsync(CoinScene.Shop)).Should().Be(Bad);
        var leg = await _scene.LegAsync(packet, "back");
        var sent = (await _scene.PooledAsync(leg.TxHash!.Value))!;
        sent.Inputs.Should().Contain(input => input.Previous == new OutPoint(BitcoinHash.FromShown(held.Deposit.TxHash), (uint)held.Deposit.LogIndex), "the very coin that came in went back");
        var balance = (await _scene.System.Account(_scene.Account).Read())!.Balances.Single(one => one.Asset == CoinScene.Coin);
        ((ulong)balance.Available, balance.Held, balance.Reserved).Should().Be(((ulong)await _scene.OnChainAsync(_scene.Own), UInt256.Zero, UInt256.Zero), "the ledger is the chain");
        balance.Available.Should().BeLessThan((ulong)Own, "the account paid the fee");
        (await _scene.System.Account(_scene.Account).ReadHeld(null, 1)).Deposits.Should().BeEmpty();
    }

    /// <summary>Closed when a node has it already: the no-op keeps the deposit apart, and another packet gives that back.</summary>
    [BitcoinFact]
    public async Task Return_ClosedAfterItWasSigned_KeepsTheDepositForAnother()
    {
        await _scene.PayInAsync(0, Own);
        await MineUntilAsync(async () => await _scene.AvailableAsync() == (ulong)Own, "money for the fee");
        var held = await RejectedAsync();
        var first = await ReleasedAsync("first", held);
        await _scene.System.UntilLegAsync(first, "back", "accepted");
        (await _scene.System.Packet(first).Submit(new PacketCommand.Cancel(Guid.NewGuid(), "another address"))).Rejected().Should().BeNull();
        var sent = (await _scene.LegAsync(first, "back")).TxHash!.Value.ToString()[2..];
        await _scene.System.UntilAsync(async () => await _scene.PoolAsync() is [var only] && only != sent, "the no-op to take its place in the node's pool");
        await MineUntilAsync(async () => (await FirstAsync())?.Stage == HoldStage.Rejected, "the deposit to be held again");
        (await _scene.OnChainAsync(_scene.Own)).Should().BeGreaterThan(Bad, "it is still there");

        var second = await ReleasedAsync("second", (await FirstAsync())!);
        await MineUntilAsync(async () => (await _scene.System.Packet(second).Read())!.State == "settled", "the second return to be settled");
        (await _scene.OnChainAsync(CoinScene.Shop)).Should().Be(Bad);
        var balance = (await _scene.System.Account(_scene.Account).Read())!.Balances.Single(one => one.Asset == CoinScene.Coin);
        ((ulong)balance.Available, balance.Held, balance.Reserved).Should().Be(((ulong)await _scene.OnChainAsync(_scene.Own), UInt256.Zero, UInt256.Zero), "the ledger is the chain");
    }

    /// <summary>A return with all votes and both reviewers.</summary>
    private async Task<PacketRef> ReleasedAsync(Name id, HeldDepositView held)
    {
        (await ApproveAsync(id, held, CoinScene.Shop)).Should().Be("held", "two reviewers look at exactly this packet");
        var packet = new PacketRef(_scene.Account, id);
        var risk = (await _scene.System.Packet(packet).Read())!.Risk!;
        risk.Score.Value.Reasons.Should().Contain(reason => reason.Rule == "return");
        await ReviewAsync(risk.Case!, ReviewDecision.Approve);
        return packet;
    }

    private async Task<HeldDepositView> RejectedAsync()
    {
        await _scene.PayInAsync(1, Bad, stranger: true);
        await MineUntilAsync(async () => (await FirstAsync())?.Stage == HoldStage.Reviewing, "a deposit that waits for reviewers");
        var held = (await FirstAsync())!;
        await ReviewAsync(HeldDeposit.CaseKey(_scene.Account, held.Id, held.Case!.Number), ReviewDecision.Reject);
        await _scene.System.UntilAsync(async () => (await FirstAsync())?.Stage == HoldStage.Rejected, "the account to hear of it");
        return held;
    }

    /// <summary>Proposes the return, brings all votes, and says where it stands then.</summary>
    private async Task<string> ApproveAsync(Name id, HeldDepositView held, Address to)
    {
        var content = _scene.Content(id, _scene.Pay("back", Bad, to: to) with { Returns = held.Deposit.Ref });
        var view = await _scene.System.ProposeAsync(content);
        if (view.State == "rejected") return view.State;
        foreach (var person in (Person[])[People.Ana, People.Ben, People.Cleo]) await _scene.System.VoteAsync(view, person);
        await _scene.System.UntilAsync(async () => (await _scene.System.Packet(content.Ref).Read())!.State is "held" or "rejected", $"{id} to be judged");
        return (await _scene.System.Packet(content.Ref).Read())!.State;
    }

    private async Task ReviewAsync(string key, ReviewDecision decision)
    {
        var grain = _scene.System.Grains.GetGrain<ICaseGrain>(key);
        await _scene.System.UntilAsync(async () => await grain.Read() is not null, "the case to be opened");
        foreach (var name in new Name[] { "rita", "rob" })
            (await grain.Submit(new CaseCommand.Review(Guid.NewGuid(), name, decision, "looked at"))).Rejected().Should().BeNull();
    }

    private Task MineUntilAsync(Func<Task<bool>> condition, string awaited) => _scene.System.UntilAsync(
        async () =>
        {
            if (await condition()) return true;
            await _scene.MineAsync();
            return false;
        },
        awaited);

    private async Task<HeldDepositView?> FirstAsync() => (await _scene.System.Account(_scene.Account).ReadHeld(null, 1)).Deposits.FirstOrDefault();
}
