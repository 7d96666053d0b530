using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>An account's profile driven by hand, with payments in one token whose reference amount is 1,000 whole units.</summary>
internal sealed class RiskRun() : MachineRun<RiskProfileDecider, RiskProfileState, RiskProfileCommand, RiskProfileEvent>(
    Owner.ToString(), RiskProfileJson.Default.RiskProfileEvent, RiskProfileJson.Default.RiskProfileState)
{
    internal const string Friend = "0x1111222233334444555566667777888899990000";
    internal const string Stranger = "0xabcdef0123456789abcdef0123456789abcdef01";

    private static readonly UInt256 _unit = 1_000_000;
    private int _payments;

    internal static AccountId Owner { get; } = new(new Bytes32(77));

    internal static AssetId Token { get; } = AssetId.Parse($"{People.Chain}/erc20:0x{new string('a', 40)}");

    internal static RiskPolicy Standard { get; } =
        StandardRiskPolicy.Of([new(Token, AssetClass.Erc20, _unit * 1000), new(AssetId.Native(People.Chain), AssetClass.Native, 1_000_000_000_000_000_000)]);

    internal RiskPolicy Policy { get; set; } = Standard;

    internal Bytes32 PolicyHash => Canonical.Hash("tpw.risk-policy.v1", Policy, ContractJson.Default.RiskPolicy);

    internal RiskContext Context { get; set; } = RiskContext.Empty;

    internal RiskScore LastScore => Events.OfType<RiskProfileEvent.Assessed>().Last().Score;

    /// <summary>A movement of whole token units.</summary>
    internal static RiskMovement Move(ulong units, string party = Friend, EffectKind kind = EffectKind.TokenOut, DestinationScope scope = DestinationScope.New) =>
        new("a", kind, People.Chain, Token, _unit * units, party, scope, Tier.Hot);

    internal RiskPayment Pay(params ReadOnlySpan<RiskMovement> movements) => new(
        People.Id($"payment {++_payments}"), Owner, RiskDirection.Out, [.. movements], [], "phone", new Bytes32(7));

    internal RiskPayment Receive(params ReadOnlySpan<RiskMovement> movements) =>
        Pay(movements) with { Direction = RiskDirection.In, Device = null, Network = null };

    internal RiskScore Score(RiskPayment payment)
    {
        Accept(new RiskProfileCommand.Assess(NewId(), payment, Context, Policy, PolicyHash));
        return LastScore;
    }

    /// <summary>A deposit of whole token units is scored, and credited if it is said so.</summary>
    internal RiskScore Deposit(ulong units, string from = Friend, bool credit = false, AssetId? asset = null)
    {
        var payment = Inflow(units, from, asset);
        var score = Of(payment, from, () => Score(payment));
        if (credit) Accept(new RiskProfileCommand.Credit(NewId(), payment.Id));
        return score;
    }

    /// <summary>A deposit of whole token units, as its rules see it.</summary>
    internal RiskPayment Inflow(ulong units, string from = Friend, AssetId? asset = null)
    {
        var deposit = new Deposit(People.Chain, new Bytes32((ulong)++_payments), 0, new(1, new Bytes32(1)), Owner, People.AddressOf("own"), new(asset ?? Token, _unit * units));
        return Inflows.PaymentOf(People.Id($"payment {_payments}"), deposit, Tier.Hot, Known(from));
    }

    /// <summary>The value of a signal for a deposit.</summary>
    internal long Signal(RiskSignal signal, ulong units, string from)
    {
        var payment = Inflow(units, from);
        return Of(payment, from, () => Signal(signal, payment));
    }

    /// <summary>With what is known of who pays: nothing, unless the test says it.</summary>
    private T Of<T>(RiskPayment payment, string from, Func<T> ask)
    {
        var before = Context;
        Context = before with { Parties = Known(from) };
        payment.Movements.Should().ContainSingle();
        var said = ask();
        Context = before;
        return said;
    }

    private ImmutableArray<PartyFacts> Known(string from) => Context.Parties.IsEmpty ? [new PartyFacts(from, [], null, null, null, false)] : Context.Parties;

    internal RiskScore Score(params ReadOnlySpan<RiskMovement> movements) => Score(Pay(movements));

    /// <summary>Scores and settles.</summary>
    internal RiskScore Do(RiskPayment payment)
    {
        var score = Score(payment);
        Accept(new RiskProfileCommand.Settle(NewId(), payment));
        return score;
    }

    /// <summary>An ordinary life: each day at noon about 100 units to a friend, for so many days.</summary>
    internal RiskRun Lived(int days = 40, ulong units = 100)
    {
        for (var day = 0; day < days; day++, Now += Span.Hours(24)) Do(Pay(Move(units + ((ulong)day * 37 % 41))));
        return this;
    }

    /// <summary>The greatest value that a signal has in the reasons of a score; null where no rule that looks at it matched.</summary>
    internal static long? ValueOf(RiskScore score, RiskSignal signal) =>
        score.Reasons.SelectMany(reason => reason.Evidence).Where(evidence => evidence.Signal == signal).Select(evidence => (long?)evidence.Actual).Max();

    /// <summary>A policy with one rule that tells a signal from 1 on, for nothing.</summary>
    internal static RiskPolicy Telling(RiskSignal signal) => Standard with
    {
        Rules = [new("told", "told", null, [], [], [new(signal, 1)], 0, RiskAction.Allow, false)],
    };

    /// <summary>The value of a signal for a payment.</summary>
    internal long Signal(RiskSignal signal, RiskPayment payment)
    {
        var score = RiskScorer.Score(new(Telling(signal), Bytes32.Zero, State, payment, Context, Now));
        return ValueOf(score, signal) ?? 0;
    }
}
