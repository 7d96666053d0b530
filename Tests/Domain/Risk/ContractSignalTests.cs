using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>Contracts that are called, that stand behind assets, or that are given power.</summary>
public sealed class ContractSignalTests
{
    private readonly RiskRun _run = new() { ChecksSnapshots = false };

    [Fact]
    public void Contract_ThatNobodyTrusts_IsToldAndMustNotBeGivenPower()
    {
        var call = Move(200, Stranger, EffectKind.ContractCall);
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(call)).Should().Be(1000);
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(Move(200, Stranger))).Should().Be(0, "a transfer calls nobody");
        _run.Score(call with { Kind = EffectKind.AllowanceAboveLeg }).Demand.Action.Should().Be(RiskAction.Review);
        _run.Context = RiskContext.Empty with { Contracts = [new(People.Chain, new(Stranger), 900)] };
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(call)).Should().Be(100);
        _run.Score(call with { Kind = EffectKind.AllowanceAboveLeg }).Demand.Action.Should().NotBe(RiskAction.Hold).And.NotBe(RiskAction.Review);
    }

    [Fact]
    public void Call_ThatLetsSomebodyTakeTokens_IsTrustedNoMoreThanHeIs()
    {
        var approve = Move(200, Stranger, EffectKind.AllowanceAboveLeg);
        ContractTrust token = new(People.Chain, new(Stranger), 900), spender = new(People.Chain, new(Friend), 300) { Leg = approve.Leg };
        _run.Context = RiskContext.Empty with { Contracts = [token, spender] };
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(approve)).Should().Be(700);
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(approve with { Leg = "another" })).Should().Be(100, "that leg gives him nothing");
        _run.Context = RiskContext.Empty with { Contracts = [token, spender with { TrustPerMille = 1000 }] };
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(approve)).Should().Be(100);
        _run.Context = RiskContext.Empty with { Contracts = [spender] };
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(approve)).Should().Be(1000, "nobody said how far the token is trusted");
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(approve with { Party = Friend })).Should().Be(700);
    }

    [Fact]
    public void Value_ThatLeavesByACall_IsAsDoubtfulAsTheContract()
    {
        var call = Move(0, Stranger, EffectKind.ContractCall) with { Asset = null };
        var paid = Move(200, Stranger);
        _run.Context = RiskContext.Empty with { Contracts = [new(People.Chain, new(Stranger), 0) { Leg = paid.Leg }] };
        _run.Signal(RiskSignal.ContractDistrust, _run.Pay(paid)).Should().Be(1000);
        _run.Score(_run.Pay(call, paid)).Reasons.Should().Contain(reason => reason.Rule == "contract-unknown");
        _run.Score(_run.Pay(call, paid with { Leg = "a-transfer" })).Reasons.Should().NotContain(reason => reason.Rule == "contract-unknown", "it leaves by another leg");
        _run.Context = RiskContext.Empty with { Contracts = [new(People.Chain, new(Stranger), 450) { Leg = paid.Leg }] };
        _run.Score(_run.Pay(call, paid)).Reasons.Should().NotContain(reason => reason.Rule == "contract-unknown");
    }

    [Fact]
    public void Score_WithASpender_IsOfTheGenerationThatKnowsHim()
    {
        _run.Context = RiskContext.Empty with { Contracts = [new(People.Chain, new(Stranger), 900)] };
        Generation().Should().Be(EventGenerations.First);
        _run.Context = RiskContext.Empty with { Contracts = [new(People.Chain, new(Stranger), 900) { Leg = "a" }] };
        Generation().Should().Be(EventGenerations.Dapps);

        int Generation()
        {
            _run.Do(_run.Pay(Move(1, Stranger)));
            return RiskProfileDecider.GenerationOf(_run.Events.OfType<RiskProfileEvent.Assessed>().Last());
        }
    }

    [Theory]
    [InlineData(EffectKind.TokenOut, 0)]
    [InlineData(EffectKind.ContractCall, 0)]
    [InlineData(EffectKind.AllowanceAboveLeg, 1)]
    [InlineData(EffectKind.OperatorForAll, 2)]
    [InlineData(EffectKind.Permit, 2)]
    [InlineData(EffectKind.Delegation, 3)]
    [InlineData(EffectKind.OwnershipChange, 3)]
    [InlineData(EffectKind.CodeChange, 3)]
    [InlineData(EffectKind.DelegatecallBatch, 3)]
    [InlineData(EffectKind.OpaqueCall, 3)]
    [InlineData(EffectKind.TypedData, 3)]
    public void Power_ByTheKindOfEffect_IsGraded(EffectKind kind, long power) =>
        _run.Signal(RiskSignal.PowerGrant, _run.Pay(Move(1, kind: kind))).Should().Be(power);

    [Fact]
    public void Asset_ThatThePolicyDoesNotList_IsAsTrustedAsItsContract()
    {
        var contract = new Address($"0x{new string('f', 40)}");
        var payment = _run.Pay(Move(1) with { Asset = AssetId.Erc20(People.Chain, contract) });
        _run.Signal(RiskSignal.AssetDistrust, payment).Should().Be(1000);
        _run.Context = RiskContext.Empty with { Contracts = [new(People.Chain, contract, 800)] };
        _run.Signal(RiskSignal.AssetDistrust, payment).Should().Be(200);
        _run.Signal(RiskSignal.AssetDistrust, _run.Pay(Move(1))).Should().Be(0);
        _run.Signal(RiskSignal.AssetDistrust, _run.Pay(Move(1) with { Asset = AssetId.Native(new("eip155:999")) })).Should().Be(0);
    }
}
