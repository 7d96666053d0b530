using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Crypto;
using TPWallet.Domain.Dapps;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A payment that lets a contract take tokens, on a real chain: held while nobody trusts the contract, let through when it is trusted, held again once its code is another.</summary>
public sealed class DappTrustTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> _settings = new() { ["Risk:Mode"] = "Enforced" };

    private static readonly Policy _policy = People.StandardPolicy with
    {
        Rules = [.. People.StandardPolicy.Rules, People.Rule("allow", [EffectKind.ContractCall, EffectKind.AllowanceAboveLeg], People.TwoOfThree)],
    };

    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _payer;
    private Address _hot;
    private Address _token;
    private Address _dex;
    private Guid _scored;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _token = await _anvil.DeployAsync("Contracts/demo/DemoToken.json", AnvilContracts.Word(200));
        _dex = await _anvil.DeployAsync("Contracts/multisend/MultiSend.json");
        _system = await WholeSystem.StartAsync(_anvil, _settings);
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
    public async Task Allowance_ToAContract_IsJudgedByTheTrustInTheCodeThatIsThereNow()
    {
        var unknown = await ProposeAsync("unknown");
        Reasons(unknown).Should().Contain("power-distrusted");
        IsHeld(unknown).Should().BeTrue();

        foreach (var contract in new[] { _token, _dex }) await TrustAsync(contract);
        await _system.UntilAsync(async () => (await Dapp(_dex).Read())!.Seen is not null && (await Dapp(_token).Read())!.Seen is not null, "the codes to be read");
        (await Dapp(_dex).Read())!.Trust.PerMille.Should().Be(450);
        var trusted = await ProposeAsync("trusted");
        Reasons(trusted).Should().NotContain("power-distrusted");
        IsHeld(trusted).Should().BeFalse();
        foreach (var person in new[] { People.Ana, People.Ben, People.Cleo }) await _system.VoteAsync((await _system.Packet(trusted.Ref).Read())!, person);
        await SettleAsync(trusted.Ref);

        var old = await CodeAsync(_dex);

        // Upgraded, or destroyed and deployed anew: whoever looks at it next sees that.
        await _anvil.CallAsync("anvil_setCode", _dex.Value, "0x600160015500");
        var changed = await ProposeAsync("changed");
        Reasons(changed).Should().Contain("power-distrusted");
        IsHeld(changed).Should().BeTrue();
        var dex = (await Dapp(_dex).Read())!;
        (dex.Trust.PerMille, dex.Changes, dex.Source, dex.Audits.Length).Should().Be((0, 1, null, 0));
        (await Dapp(_dex).Submit(new DappCommand.RecordSource(Guid.NewGuid(), "ops", new(await CodeAsync(_token), null)))).Rejected()!.Code.Should().Be(RejectionCode.StaleVersion);

        // An operator hears of it once, whoever looks at it how often.
        var incident = await IncidentAsync(1);
        (incident.Stage, incident.Severity, incident.Code.Value, incident.Times).Should().Be((IncidentView.Open, IncidentSeverity.Warning, "dapp.code-changed", 1));
        incident.Detail.Should().Contain($"was {old} and is {await CodeAsync(_dex)}");
        await _system.Incidents.UntilRaisedAsync("dapp.code-changed", new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        // The settled call was of the token; it is counted once, whoever is scored next.
        await ProposeAsync("later");
        (await Dapp(_token).Read())!.Settled.Should().Be(1);
        (await ListedAsync(1, 0)).Should().BeEquivalentTo([_token, _dex], "page by page");
        (await ListedAsync(50, 300)).Should().Equal(_token);
        await RestartAsync();
        (await Dapp(_dex).Read()).Should().BeEquivalentTo(dex);
        (await Dapp(_token).Read())!.Settled.Should().Be(1);
        (await IncidentAsync(1)).Times.Should().Be(1);
    }

    [Fact]
    public async Task Call_ThatPaysAContract_IsJudgedByTheTrustInIt()
    {
        // PUSH0 PUSH0 RETURN: it takes what it is sent.
        var till = await _anvil.DeployAsync(Convert.FromHexString("625f5ff35f526003601df3"));
        Reasons(await PayAsync("unknown", till)).Should().Contain("contract-unknown");
        await TrustAsync(till);
        Reasons(await PayAsync("trusted", till)).Should().NotContain("contract-unknown");
        await _anvil.CallAsync("anvil_setCode", till.Value, "0x600160015500");
        Reasons(await PayAsync("changed", till)).Should().Contain("contract-unknown");
    }

    [Fact]
    public async Task Proxy_ThatIsPointedElsewhereAndBack_IsAnIncidentEachTime()
    {
        var (v1, v2) = (People.AddressOf("v1"), People.AddressOf("v2"));
        var code = await CodeAsync(_dex);
        await PointAsync(v1);
        (await Dapp(_dex).Submit(new DappCommand.RecordSource(Guid.NewGuid(), "ops", new(code with { Implementation = v1 }, null)))).Rejected().Should().BeNull();
        await _system.UntilAsync(async () => (await Dapp(_dex).Read())!.Seen is not null, "the code to be read");
        (await ListedIncidentsAsync()).Should().BeEmpty();

        await PointAsync(v2);
        await LookAsync(1);
        (await IncidentAsync(1)).Detail.Should().Contain($"{code.Hash}, a proxy of {v1} and is {code.Hash}, a proxy of {v2}");
        await PointAsync(v1);
        await LookAsync(2);
        (await IncidentAsync(2)).Severity.Should().Be(IncidentSeverity.Info, "it was not trusted any more");
        (await ListedIncidentsAsync()).Should().BeEquivalentTo([DappKey.IncidentOf(Key(_dex), 1), DappKey.IncidentOf(Key(_dex), 2)]);

        var first = _system.Grains.GetGrain<IIncidentGrain>(DappKey.IncidentOf(Key(_dex), 1));
        (await first.Submit(new IncidentCommand.Acknowledge(Guid.NewGuid(), "ops"))).Rejected().Should().BeNull();
        (await first.Submit(new IncidentCommand.Resolve(Guid.NewGuid(), "ops"))).Rejected().Should().BeNull();
        (await ListedIncidentsAsync()).Should().Equal(DappKey.IncidentOf(Key(_dex), 2));
    }

    [Fact]
    public async Task Deposit_OfAnUnlistedToken_IsAsStrangeAsItsContract()
    {
        (await DepositAsync(60)).Should().Contain("deposit-unknown-asset");
        await TrustAsync(_token);
        (await DepositAsync(40)).Should().NotContain("deposit-unknown-asset");
    }

    [Fact]
    public async Task Override_OfAnOperator_DistrustsWhatTheScoreWouldTrust()
    {
        foreach (var contract in new[] { _token, _dex }) await TrustAsync(contract);
        Reasons(await ProposeAsync("trusted")).Should().NotContain("power-distrusted");
        (await Dapp(_dex).Submit(new DappCommand.Override(Guid.NewGuid(), "ops", new(await CodeAsync(_dex), 0, Now + Span.Hours(24), "rumours")))).Rejected().Should().BeNull();
        Reasons(await ProposeAsync("doubted")).Should().Contain("power-distrusted");
        (await Dapp(_dex).Submit(new DappCommand.EndOverride(Guid.NewGuid(), "ops"))).Rejected().Should().BeNull();
        Reasons(await ProposeAsync("again")).Should().NotContain("power-distrusted");
        (await Dapp(_dex).Submit(new DappCommand.SeeCode(Guid.NewGuid(), null))).Rejected()!.Code.Should().Be(RejectionCode.NotAllowedCaller, "what the chain shows is no caller's word");
    }

    /// <summary>EIP-1967: what a proxy calls stands in this slot.</summary>
    private Task PointAsync(Address implementation) => _anvil.CallAsync(
        "anvil_setStorageAt", _dex.Value, "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc", $"0x{new string('0', 24)}{implementation.Value[2..]}");

    private async Task LookAsync(int changes)
    {
        (await Dapp(_dex).Submit(new DappCommand.Look(Guid.NewGuid(), "ops"))).Rejected().Should().BeNull();
        await _system.UntilAsync(async () => (await Dapp(_dex).Read())!.Changes == changes, $"change {changes} to be seen");
    }

    private async Task<IncidentView> IncidentAsync(int change)
    {
        IncidentView? view = null;
        await _system.UntilAsync(
            async () => (view = await _system.Grains.GetGrain<IIncidentGrain>(DappKey.IncidentOf(Key(_dex), change)).Read()) is not null, $"the incident of change {change}");
        return view!;
    }

    private async Task<string[]> ListedIncidentsAsync() =>
        [.. (await _system.Grains.GetGrain<IIncidentListGrain>(IncidentPage.Key).Read(null, 50, all: false)).Incidents.Select(one => one.Incident)];

    private async Task<List<Address>> ListedAsync(int most, int least)
    {
        var all = new List<Address>();
        for (string? next = null; ;)
        {
            var page = await _system.Grains.GetGrain<IDappListGrain>(DappPage.Key).Read(next, most, least);
            page.Dapps.All(one => one.Chain == People.Chain && one.Known.Trust.PerMille >= least).Should().BeTrue();
            all.AddRange(page.Dapps.Select(one => one.Address));
            if (page.Next is null) return all;
            next = page.Next;
        }
    }

    /// <summary>Tokens are paid in: the rules that the deposit met.</summary>
    private async Task<string[]> DepositAsync(ulong amount)
    {
        await _anvil.CallAsync(_token, TokenCalls.Erc20Transfer(_hot, amount));
        await _anvil.MineAsync(WholeSystem.Confirmations);
        PendingRisk? scored = null;
        await _system.UntilAsync(
            async () => (scored = (await Profile().ReadPending()).FirstOrDefault(pending => pending.Deposit?.LogIndex >= 0 && pending.Payment != _scored)) is not null,
            "the deposit to be scored");
        _scored = scored!.Payment;
        return [.. scored.Score.Reasons.Select(reason => reason.Rule.Value)];
    }

    private IRiskProfileGrain Profile() => _system.Grains.GetGrain<IRiskProfileGrain>(_payer.ToString());

    private static Instant Now => new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static IEnumerable<string> Reasons(PacketView view) => (view.Risk ?? throw new UnreachableException($"{view.State}: {view.Rejection}")).Score.Value.Reasons.Select(reason => reason.Rule.Value);

    private static bool IsHeld(PacketView view) => view.Risk!.Score.Value.Demand.Action >= RiskAction.Hold;

    private static string Key(Address contract) => DappKey.Of(People.Chain, contract);

    private IDappGrain Dapp(Address contract) => _system.Grains.GetGrain<IDappGrain>(Key(contract));

    private async Task<ContractCode> CodeAsync(Address contract) =>
        new(Bytes32.From(Keccak256.Hash((await _anvil.Node().CodeAsync(contract, BlockSelector.Latest, CancellationToken.None)).Value.Span)), null);

    private async Task TrustAsync(Address contract)
    {
        var code = await CodeAsync(contract);
        var audit = new DappAudit("trail", new Bytes32(7), code, Now - Span.Hours(24), Now + Span.Hours(24), new(0, 0, 0, 0));
        (await Dapp(contract).Submit(new DappCommand.RecordSource(Guid.NewGuid(), "ops", new(code, null)))).Rejected().Should().BeNull();
        (await Dapp(contract).Submit(new DappCommand.RecordAudit(Guid.NewGuid(), "ops", audit))).Rejected().Should().BeNull();
    }

    private Task<PacketView> ProposeAsync(Name id)
    {
        var approve = new Leg.ContractCall(
            "approve", [], People.Chain, _hot, _token, UInt256.Zero, TokenCalls.Erc20Approve(_dex, 100), [], [], new(UInt256.Parse("3000000000000000")));
        return _system.ProposeAsync(new(new(_payer, id), 1, People.Olga.Id, [approve], [], Now + Span.Hours(1), Now + Span.Hours(2)));
    }

    private Task<PacketView> PayAsync(Name id, Address contract)
    {
        var pay = new Leg.ContractCall("pay", [], People.Chain, _hot, contract, 5, HexBytes.Empty, [new(People.Eth, 5)], [], new(UInt256.Parse("3000000000000000")));
        return _system.ProposeAsync(new(new(_payer, id), 1, People.Olga.Id, [pay], [], Now + Span.Hours(1), Now + Span.Hours(2)));
    }

    private async Task SettleAsync(PacketRef packet)
    {
        await _system.UntilLegAsync(packet, "approve", "accepted");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet, "settled");
    }

    private async Task RestartAsync()
    {
        await _system.DisposeAsync();
        _system = await WholeSystem.StartAsync(_anvil, _settings, _system.Folder);
    }
}
