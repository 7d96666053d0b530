using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>What holds of each score: it follows from its facts, and more evidence never asks for less.</summary>
public sealed class RiskPropertyTests
{
    private static readonly RiskProfileState _lived = new RiskRun { ChecksSnapshots = false }.Lived().State;

    [Fact]
    public void Score_OfTheSameFacts_IsTheSameBytes() => Check(Facts(), facts => Bytes(Score(facts)).SequenceEqual(Bytes(Score(Copy(facts)))));

    [Fact]
    public void Demand_WithOneMoreFactAgainstIt_IsNeverLower() => Check(
        from facts in Facts()
        from worse in Gen.Elements(Worse)
        select (facts, worse),
        pair => IsNotLower(Score(pair.facts), Score(pair.worse(pair.facts))));

    [Fact]
    public void Demand_WithAnotherRule_IsNeverLower() => Check(
        from facts in Facts()
        from signal in Gen.Elements(Enum.GetValues<RiskSignal>())
        from least in Gen.Choose(1, 3000)
        from points in Gen.Choose(0, 100)
        from floor in Gen.Elements(RiskAction.Allow, RiskAction.Hold, RiskAction.Block)
        select (facts, rule: new RiskRule("another", "amount", null, [], [], [new(signal, least)], points, floor, false)),
        pair => IsNotLower(Score(pair.facts), Score(pair.facts with { Policy = Standard with { Rules = Standard.Rules.Add(pair.rule) } })));

    [Fact]
    public void Demand_OfAGreaterAmount_IsNeverLower() => Check(
        from facts in Facts()
        from times in Gen.Choose(1, 1000)
        select (facts, times: (ulong)times),
        pair =>
        {
            var first = pair.facts.Payment.Movements[0];

            // From the reference amount on: a payment that is no longer below it is no longer split, which is another suspicion.
            if (Worths.Of(Standard, first.Asset, first.Amount) < Worths.Whole) return true;
            var greater = pair.facts.Payment with { Movements = pair.facts.Payment.Movements.SetItem(0, first with { Amount = first.Amount * pair.times }) };
            return IsNotLower(Score(pair.facts), Score(pair.facts with { Payment = greater }));
        });

    [Fact]
    public void Profile_AfterAnyPayments_ReplaysToTheSame() => Check(
        Facts().ListOf(12),
        list =>
        {
            var run = new RiskRun();
            foreach (var facts in list)
            {
                run.Context = facts.Context;
                var payment = run.Pay([.. facts.Payment.Movements]);
                run.Do(payment with { Direction = facts.Payment.Direction });
            }

            return run.Snapshot(run.Replay()) == run.Snapshot(run.State);
        },
        100);

    /// <summary>Ways in which more is known against a payment.</summary>
    private static readonly Func<RiskInput, RiskInput>[] Worse =
    [
        facts => Party(facts, party => party with { Hits = party.Hits.Add(new("more", 1, ListKind.Watch)) }),
        facts => Party(facts, party => party with { Hits = party.Hits.Add(new("more", 1, ListKind.Sanction)) }),
        facts => Party(facts, party => party with { Flow = new(Math.Max((party.Flow?.Hops ?? 9) - 1, 0), Math.Max(party.Flow?.SharePerMille ?? 0, 300)) }),
        facts => Party(facts, party => party with { Activity = party.Activity is { } seen ? seen with { BelowDay = seen.BelowDay + 500, Senders = seen.Senders + 1 } : null }),
        facts => Party(facts, party => party with { AsksTravelRule = true }),
        facts => Party(facts, party => party with { Screening = party.Screening is { } said ? said with { Verdict = ScreeningVerdict.Block } : null }),
        facts => facts with { Context = facts.Context with { Contracts = [] } },
        facts => facts with { Context = facts.Context with { Contracts = facts.Context.Contracts.Add(new(People.Chain, new(Friend), 200) { Leg = "a" }) } },
        facts => facts with { Context = facts.Context with { Lists = facts.Context.Lists.Add(new("old", 1, new Instant(1))) } },
        facts => facts with { Payment = facts.Payment with { Device = "never-seen" } },
        facts => facts with { Payment = facts.Payment with { Network = new Bytes32(999) } },
        facts => facts with { Payment = facts.Payment with { Movements = facts.Payment.Movements.Add(Move(5000, Stranger)) } },
    ];

    private static Gen<RiskInput> Facts() =>
        from movements in Movement().ListOf(3)
        from first in Movement()
        from isIn in Gen.Choose(0, 4)
        from device in Gen.Elements("phone", "laptop")
        from network in Gen.Choose(7, 8)
        from party in Party()
        from trust in Gen.Choose(0, 1000)
        from hours in Gen.Choose(0, 3000)
        let payment = new RiskPayment(
            Guid.Empty, Owner, isIn == 0 ? RiskDirection.In : RiskDirection.Out, [first, .. movements], [new(Token, Move(2000).Amount)], device, new Bytes32((ulong)network))
        let context = new RiskContext([party], [], [new(People.Chain, new(Stranger), trust)], false)
        select new RiskInput(Standard, Bytes32.Zero, _lived, payment, context, _lived.LastAt!.Value + Span.Hours(hours));

    private static Gen<RiskMovement> Movement() =>
        from units in Gen.OneOf(Gen.Choose(0, 200), Gen.Choose(0, 100_000))
        from party in Gen.Elements(Friend, Stranger, "0x1111000000000000000000000000000000000000")
        from kind in Gen.Elements(Enum.GetValues<EffectKind>())
        from scope in Gen.Elements(DestinationScope.New, DestinationScope.New, DestinationScope.Allowed, DestinationScope.Own)
        from tier in Gen.Elements(Enum.GetValues<Tier>())
        select Move((ulong)units, party, kind, scope) with { Tier = tier };

    private static Gen<PartyFacts> Party() =>
        from hits in Gen.Elements(ImmutableArray<ListHit>.Empty, ImmutableArray<ListHit>.Empty, [new ListHit("l", 1, ListKind.Watch)])
        from hops in Gen.Choose(0, 12)
        from day in Gen.Choose(0, 4000)
        from senders in Gen.Choose(0, 10)
        from verdict in Gen.Elements(Enum.GetValues<ScreeningVerdict>())
        select new PartyFacts(
            Stranger, hits, new("p", verdict, 1, People.Start, People.Start + Span.Hours(24 * 365)), hops > 8 ? null : new(hops, 150),
            senders == 0 ? null : new(People.Start, (uint)day, (uint)day, senders), false);

    private static RiskInput Party(RiskInput facts, Func<PartyFacts, PartyFacts> change) =>
        facts with { Context = facts.Context with { Parties = [change(facts.Context.Parties[0])] } };

    private static RiskInput Copy(RiskInput facts) => facts with
    {
        Profile = JsonSerializer.Deserialize(JsonSerializer.Serialize(facts.Profile, RiskProfileJson.Default.RiskProfileState), RiskProfileJson.Default.RiskProfileState)!,
        Payment = JsonSerializer.Deserialize(JsonSerializer.Serialize(facts.Payment, ContractJson.Default.RiskPayment), ContractJson.Default.RiskPayment)!,
    };

    private static RiskScore Score(RiskInput facts) => RiskScorer.Score(facts);

    private static byte[] Bytes(RiskScore score) => JsonSerializer.SerializeToUtf8Bytes(score, ContractJson.Default.RiskScore);

    private static bool IsNotLower(RiskScore before, RiskScore after) =>
        after.Points >= before.Points && after.Demand == after.Demand.Max(before.Demand) && after.Shadow == after.Shadow.Max(before.Shadow);

    private static void Check<T>(Gen<T> gen, Func<T, bool> holds, int runs = 500) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), Prop.ForAll(gen.ToArbitrary(), holds));
}
