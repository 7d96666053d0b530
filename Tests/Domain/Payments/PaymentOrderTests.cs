using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Payments;

/// <summary>Whatever comes back, and in whatever order and how often it is said: never more than the amount is under way or paid, and it comes to an end.</summary>
public sealed class PaymentOrderTests
{
    [Fact]
    public void Payment_InAnyOrder_ConservesItsAmount_AndEnds()
    {
        var ends = new Dictionary<PaymentStage, int>();
        for (var seed = 0; seed < 400; seed++)
        {
            var (random, run) = (new Random(seed), new PaymentRun { ChecksSnapshots = seed % 10 == 0 }.Begin());
            for (var step = 0; step < 60; step++)
            {
                Step(run, random, seed);
                Check(run, seed);
            }

            // Every channel says how its part ended, and nothing further is found.
            for (var i = 0; i < 200 && run.State.Stage == PaymentStage.Going; i++)
            {
                if (run.State.Parts.FirstOrDefault(static part => part.Value.Reason is null).Value is not null)
                    run.Accept(new PaymentCommand.RecordEnd(run.NewId(), run.State.Parts.First(static part => part.Value.Reason is null).Key, null, null));
                else if (run.State.Parts.Count > 0) Cause(run, HopFailure.Unreadable);
                else run.NoWay(PaymentFailure.NoPath);
                Check(run, seed);
            }

            run.State.Stage.Should().BeOneOf([PaymentStage.Paid, PaymentStage.Failed], "seed {0}", seed);
            (run.State.Stage == PaymentStage.Paid).Should().Be(run.State.Secret is not null, "seed {0}", seed);
            run.Owed.Should().BeEmpty("seed {0}", seed);
            ends[run.State.Stage] = ends.GetValueOrDefault(run.State.Stage) + 1;
        }

        ends.Values.Should().HaveCount(2).And.OnlyContain(static count => count > 40, "both ends must have been seen");
    }

    private static void Step(PaymentRun run, Random random, int seed)
    {
        var part = random.Next(1, 8);
        switch (random.Next(12))
        {
            case 0 or 1 or 2 when run.Owed.Values.Any(static owed => owed is Effect.FindWays):
                run.Plan(Ways(run.State.Plan!.Remaining.Low, random));
                break;
            case 3 or 4 when run.Owed.FirstOrDefault(static owed => owed.Value is Effect.SendPart).Key is { } send:
                run.Answer(send, random.Next(4) switch { 0 => PacketRun.No(RejectionCode.WrongState), 1 => new EffectResult.NoAnswer("busy"), _ => PacketRun.Done });
                break;
            case 5 when seed % 3 == 0:
                run.Accept(new PaymentCommand.RecordEnd(run.NewId(), part, PaymentRun.Secret, null));
                break;
            case 6 or 7:
                run.Accept(new PaymentCommand.RecordEnd(run.NewId(), part, null, random.Next(2) == 0 ? default(HexBytes?) : PaymentRun.Reason));
                break;
            case 8 or 9:
                Cause(run, (HopFailure)random.Next(6));
                break;
            case 10 when random.Next(8) == 0:
                run.Do(new PaymentCommand.Stop(run.NewId()));
                break;
            case 11 when random.Next(20) == 0:
                run.Accept(new PaymentCommand.Recover(run.NewId(), random.Next(3)));
                break;
            default:
                run.Now += Span.Seconds(random.Next(30));
                run.Accept(new PaymentCommand.Tick(run.NewId()));
                break;
        }
    }

    private static void Cause(PaymentRun run, HopFailure why)
    {
        if (run.Owed.FirstOrDefault(static owed => owed.Value is Effect.ReadCause).Key is { } cause) run.Answer(cause, new EffectResult.CauseRead(new(1, why)));
    }

    private static void Check(PaymentRun run, int seed)
    {
        var (plan, content) = (run.State.Plan!, run.State.Content!);
        var under = run.State.Parts.Values.Aggregate(UInt256.Zero, static (sum, part) => sum + part.Way.Route.Amount);
        (plan.Delivered + under <= content.Amount).Should().BeTrue("seed {0}: {1} arrived and {2} under way", seed, plan.Delivered, under);
        (plan.FeePaid + run.State.InFlight - under <= content.MostFee).Should().BeTrue("seed {0}: fees", seed);
        plan.InFlight.Keys.Should().Equal(run.State.Parts.Keys, "seed {0}", seed);
        if (run.State.Secret is not null || run.State.Failure is not null) run.Owed.Values.Should().NotContain(effect => effect is Effect.FindWays, "seed {0}", seed);
        if (run.State.Stage is PaymentStage.Paid or PaymentStage.Failed) run.State.Parts.Should().BeEmpty("seed {0}", seed);
    }

    /// <summary>Ways that make up what remains, or now and then do not.</summary>
    private static (ulong Amount, ulong Fee)[] Ways(ulong remaining, Random random)
    {
        var ways = new List<(ulong Amount, ulong Fee)>();
        var left = remaining + (random.Next(6) == 0 ? (ulong)random.Next(3) : 0);
        while (left > 0)
        {
            var amount = Math.Min(left, (ulong)random.Next(100, 1_100));
            ways.Add((amount, (ulong)random.Next(8)));
            left -= amount;
        }

        return [.. ways];
    }
}
