using System.Text.Json;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>What a profile learns, from what it does not, and how much room it takes.</summary>
public sealed class RiskProfileTests
{
    private readonly RiskRun _run = new();

    [Fact]
    public void Settle_OfAPaymentThatWasHeld_TeachesNothing()
    {
        _run.Lived(10);
        var before = _run.State;
        _run.Context = RiskContext.Empty with { Parties = [new(Stranger, [new("list", 1, ListKind.Watch)], null, null, null, false)] };
        var held = _run.Pay(Move(50, Stranger)) with { Device = "laptop" };
        _run.Score(held).Demand.Action.Should().Be(RiskAction.Review);
        _run.Context = RiskContext.Empty;
        _run.Score(held).Demand.Action.Should().NotBe(RiskAction.Review, "the list was changed");
        _run.Accept(new RiskProfileCommand.Settle(_run.NewId(), held)).Should().ContainSingle().Which.Should().BeOfType<RiskProfileEvent.PaymentPassed>();
        (_run.State.Learned, _run.State.Paid.Count, _run.State.Devices.Count).Should().Be((before.Learned, before.Paid.Count, before.Devices.Count));
        _run.State.Pending.Should().BeEmpty();
    }

    [Fact]
    public void Settle_OfAnotherPaymentUnderTheSameId_IsRefused()
    {
        var payment = _run.Pay(Move(10));
        _run.Score(payment);
        _run.Refuse(new RiskProfileCommand.Settle(_run.NewId(), payment with { Movements = [Move(11)] })).Code.Should().Be(RejectionCode.IdempotencyMismatch);
        _run.Accept(new RiskProfileCommand.Settle(_run.NewId(), payment)).Should().ContainSingle();
        _run.Accept(new RiskProfileCommand.Settle(_run.NewId(), payment)).Should().BeEmpty("it is over");
    }

    [Fact]
    public void Drop_OfAPayment_TeachesNothingAndForgetsIt()
    {
        var payment = _run.Pay(Move(10));
        _run.Score(payment);
        _run.Accept(new RiskProfileCommand.Drop(_run.NewId(), payment.Id)).Should().ContainSingle();
        _run.Accept(new RiskProfileCommand.Settle(_run.NewId(), payment)).Should().BeEmpty();
        _run.State.Learned.Should().Be(0);
    }

    [Fact]
    public void Pending_TooMany_TheOldestAreNeverLearnedFrom()
    {
        var payments = Enumerable.Range(0, RiskProfileState.MaxPending + 1).Select(_ => _run.Pay(Move(10))).ToArray();
        foreach (var payment in payments) _run.Score(payment);
        _run.State.Pending.Should().HaveCount(RiskProfileState.MaxPending);
        _run.Accept(new RiskProfileCommand.Settle(_run.NewId(), payments[0])).Should().BeEmpty();
        _run.Accept(new RiskProfileCommand.Settle(_run.NewId(), payments[1])).Should().ContainSingle();
    }

    [Fact]
    public void Assess_OfBadForm_IsRefused()
    {
        _run.Refuse(Assess(_run.Pay())).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Assess(_run.Pay([.. Enumerable.Repeat(Move(1), RiskPayment.MaxMovements + 1)]))).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Assess(_run.Pay(Move(1, "")))).Code.Should().Be(RejectionCode.Malformed);
        _run.Refuse(Assess(_run.Pay(Move(1, new string('x', RiskPayment.MaxParty + 1))))).Code.Should().Be(RejectionCode.Malformed);
        _run.Refuse(Assess(_run.Pay(Move(1)) with { Account = new(new Bytes32(5)) })).Code.Should().Be(RejectionCode.NotFound);
        _run.Context = RiskContext.Empty with { Lists = [.. Enumerable.Repeat(new ListUse("l", 1, _run.Now), RiskContext.MaxEntries + 1)] };
        _run.Refuse(Assess(_run.Pay(Move(1)))).Code.Should().Be(RejectionCode.TooLarge);
        _run.Context = RiskContext.Empty;
        _run.Policy = Standard with { ScaleFloor = 0 };
        _run.Refuse(Assess(_run.Pay(Move(1)))).Code.Should().Be(RejectionCode.Malformed);
    }

    [Fact]
    public void Score_WorkedOutAgainFromTheEvents_IsTheSameBytes()
    {
        _run.Lived(30);
        _run.Context = RiskContext.Empty with { Parties = [new(Stranger, [], null, new(2, 400), null, false)] };
        _run.Do(_run.Pay(Move(3000, Stranger), Move(100)) with { Device = "laptop" });
        var (state, scored) = (RiskProfileDecider.Empty(_run.Key), 0);
        foreach (var @event in _run.Events)
        {
            if (@event is RiskProfileEvent.Assessed recorded)
            {
                scored++;
                var again = RiskScorer.Score(new(_run.Policy, recorded.Score.PolicyHash, state, recorded.Payment, recorded.Context, recorded.At));
                Bytes(again).Should().Equal(Bytes(recorded.Score));
            }

            state = RiskProfileDecider.Evolve(state, @event, _run.Now);
        }

        scored.Should().Be(31);
        _run.Snapshot(state).Should().Be(_run.Snapshot(_run.State));
    }

    [Fact]
    public void State_AfterManyOfEverything_StaysSmall()
    {
        var run = new RiskRun { ChecksSnapshots = false };
        for (var i = 0; i < 1500; i++, run.Now += Span.Seconds(1800 + (i % 7 * 600)))
        {
            var asset = AssetId.Parse($"{People.Chain}/erc20:0x{i % 40:x40}");
            run.Policy = Telling(RiskSignal.TravelRuleMissing);
            run.Do(run.Pay(Move((ulong)i, $"0x{i:x40}") with { Asset = asset }) with { Device = $"d{i % 50}", Network = new Bytes32((ulong)i) });
            if (i % 3 == 0) run.Do(run.Receive(Move(0, $"0x{i:x40}")));
            run.Deposit((ulong)i, $"0x{i + 5000:x40}", credit: true, asset);
        }

        // An account that is idle waits for nothing; this one knows the most that it can.
        run.State.Pending.Should().BeEmpty();
        run.State.Paid.Count.Should().Be(PartyBook.Max);
        run.Snapshot(run.State).Length.Should().BeLessThan(16_000);
        var usual = new RiskRun { ChecksSnapshots = false }.Lived(200);
        usual.Snapshot(usual.State).Length.Should().BeLessThan(1600);
    }

    [Fact]
    public void Assets_WashedOverByOthers_KeepWhatIsKnown()
    {
        _run.Lived(10);
        for (var i = 0; i < 3 * RiskProfileState.MaxAssets; i++)
            _run.Do(_run.Pay(Move(1) with { Asset = AssetId.Parse($"{People.Chain}/erc20:0x{i:x40}") }));
        _run.State.Amounts.Should().HaveCount(RiskProfileState.MaxAssets);
        _run.State.AmountsOf(Token)!.IsKnown.Should().BeTrue();
    }

    [Fact]
    public void Clock_ThatRunsBack_DoesNotUndoTheWindow()
    {
        _run.Score(Move(10));
        _run.Now = _run.Now - Span.Hours(48);
        _run.Score(Move(10));
        _run.Signal(RiskSignal.DayCount, _run.Pay(Move(10))).Should().BeGreaterThanOrEqualTo(1);
        _run.State.LastAt.Should().Be(People.Start);
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        _run.Lived(2);
        _run.Do(_run.Receive(Move(0, Stranger)));
        _run.Score(_run.Pay(Move(9000, Stranger)));
        _run.Accept(new RiskProfileCommand.Drop(_run.NewId(), _run.State.Pending[0].Id));
        _run.Deposit(50, Stranger, credit: true);
        _run.Accept(new RiskProfileCommand.Observe(_run.NewId(), Owner, 100, 100));
        GoldenFiles.ShouldHold("risk-profile", RiskProfileJson.Default.RiskProfileEvent, _run.Events.Reverse());
    }

    private static byte[] Bytes(RiskScore score) => JsonSerializer.SerializeToUtf8Bytes(score, ContractJson.Default.RiskScore);

    private RiskProfileCommand Assess(RiskPayment payment) => new RiskProfileCommand.Assess(_run.NewId(), payment, _run.Context, _run.Policy, _run.PolicyHash);
}
