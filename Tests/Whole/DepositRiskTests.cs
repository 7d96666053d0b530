using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Deposits behind real grains and a real chain, where who pays is on the operator's list and risk is enforced.</summary>
public sealed class DepositRiskTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private string _folder = null!;
    private AccountId _account;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("tpw-deposit-risk-").FullName;
        var lists = Path.Combine(_folder, "lists.json");
        await File.WriteAllTextAsync(lists, $$"""
            [{ "name": "law", "version": 4, "kind": "Deny", "expiresAt": {{DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()}}, "parties": ["{{Anvil.AddressOf(0)}}"] }]
            """);
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil, new Dictionary<string, string?> { ["Risk:ListsFile"] = lists, ["Risk:Mode"] = "Enforced" });
        _account = await _system.RegisterAsync(People.StandardGenesis);
        _hot = await _system.CreateKeyAsync(_account, "hot");
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Deposit_FromAListedPayer_IsHeldUntilTwoReviewersReleaseIt()
    {
        var held = await HeldAsync();
        held.Sources.Should().Equal(Anvil.AddressOf(0));
        held.Score!.Value.Reasons.Should().Contain(reason => reason.Rule == "list-deny");
        held.Score.Lists.Should().ContainSingle().Which.Version.Should().Be(4);
        (await BalanceAsync()).Should().Be((UInt256.Zero, People.Ether));

        var waiting = HeldDeposit.CaseKey(_account, held.Id, held.Case!.Number);
        await _system.UntilAsync(async () => (await Queue()).Contains(waiting), "the case to stand in the tenant's queue");
        foreach (var name in new Name[] { "rita", "rob" }) (await SayAsync(waiting, name, ReviewDecision.Approve)).Should().BeNull();
        await _system.UntilAsync(async () => (await BalanceAsync()).Held.IsZero, "the release, after as many confirmations as the score demands");
        (await BalanceAsync()).Should().Be((People.Ether, UInt256.Zero));
        await _system.UntilAsync(async () => !(await Queue()).Contains(waiting), "the case to leave the queue");
        await _system.UntilAsync(async () => (await Case(waiting).Read())!.Stage == "closed", "the case to be closed");
    }

    [Fact]
    public async Task Deposit_ThatReviewersReject_GoesBackToWhoPaidIt()
    {
        var held = await RejectedAsync();
        (await BalanceAsync()).Should().Be((UInt256.Zero, People.Ether));
        var fee = UInt256.Parse("10000000000000000");
        await _system.PayAsync(_hot, fee, from: 1);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilAsync(async () => (await BalanceAsync()).Available == fee, "money for the fee, of somebody else");
        var paid = await _system.OnChainAsync(Anvil.AddressOf(0));
        var back = People.Packet(
            _account, "back", new Leg.ChainTransfer("back", [], _hot, held.Sources[0], held.Deposit.Amount, new(fee)) { Returns = held.Deposit.Ref });
        var packet = await _system.ProposeAsync(back with { OpenBefore = new(DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds()), SettleBefore = new(DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds()) });
        foreach (var person in (Person[])[People.Ana, People.Ben, People.Cleo]) await _system.VoteAsync(packet, person);
        await _system.UntilStateAsync(packet.Content.Ref, "held");
        var risk = (await _system.Packet(packet.Content.Ref).Read())!.Risk!;
        risk.Score.Value.Reasons.Should().Contain(reason => reason.Rule == "return");
        await _system.UntilAsync(async () => await Case(risk.Case!).Read() is not null, "its case to be opened");
        foreach (var name in new Name[] { "rita", "rob" }) (await SayAsync(risk.Case!, name, ReviewDecision.Approve)).Should().BeNull();
        await _system.UntilAsync(
            async () =>
            {
                await _anvil.MineAsync();
                return (await _system.Packet(packet.Content.Ref).Read())!.State == "settled";
            },
            "the return to be settled");
        (await _system.OnChainAsync(Anvil.AddressOf(0))).Should().Be(paid + People.Ether);
        (await BalanceAsync()).Held.Should().Be(UInt256.Zero);
        (await BalanceAsync()).Available.Should().BeLessThan(fee, "the account paid for it");
        (await _system.Account(_account).ReadHeld(null, 1)).Deposits.Should().BeEmpty();
    }

    private async Task<HeldDepositView> RejectedAsync()
    {
        var held = await HeldAsync();
        var key = HeldDeposit.CaseKey(_account, held.Id, held.Case!.Number);
        await _system.UntilAsync(async () => await Case(key).Read() is not null, "the case to be opened");
        foreach (var name in new Name[] { "rita", "rob" }) (await SayAsync(key, name, ReviewDecision.Reject)).Should().BeNull();
        await _system.UntilAsync(async () => (await FirstAsync())?.Stage == HoldStage.Rejected, "the account to hear of it");
        return held;
    }

    /// <summary>An ether is paid in, is final, and is held; blocks go on being mined until a score's confirmations are there.</summary>
    private async Task<HeldDepositView> HeldAsync()
    {
        await _system.PayAsync(_hot, People.Ether);
        await _anvil.MineAsync(WholeSystem.Confirmations + 24);
        await _system.UntilAsync(async () => (await FirstAsync())?.Stage == HoldStage.Reviewing, "a deposit that waits for reviewers");
        return (await FirstAsync())!;
    }

    private async Task<HeldDepositView?> FirstAsync() => (await _system.Account(_account).ReadHeld(null, 1)).Deposits.FirstOrDefault();

    private async Task<ImmutableArray<string>> Queue() => (await _system.Grains.GetGrain<IReviewQueueGrain>(ReviewQueueCommand.Key).Read(null, 10)).Cases;

    private ICaseGrain Case(string key) => _system.Grains.GetGrain<ICaseGrain>(key);

    private async Task<RejectionCode?> SayAsync(string key, Name by, ReviewDecision decision) =>
        (await Case(key).Submit(new CaseCommand.Review(Guid.NewGuid(), by, decision, "looked at"))).Rejected()?.Code;

    private async Task<(UInt256 Available, UInt256 Held)> BalanceAsync() =>
        (await _system.Account(_account).Read())?.Balances.FirstOrDefault(balance => balance.Asset == People.Eth) is { } balance ? (balance.Available, balance.Held) : default;
}
