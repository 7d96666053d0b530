using TPWallet.Benchmarks.Routing;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Routing;

public sealed class PaymentPlanTests
{
    private const ulong Second = 1_000_000;

    [Fact]
    public void Plan_OnAnyNetwork_ConservesTheAmount_AndKeepsItsLimits()
    {
        var (planner, made, split) = (new PartPlanner(new()), 0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var network = GeneratedNetwork.Create(seed, 30, 90);
            var amount = (ulong)(10_000 * Math.Pow(1_000, random.NextDouble()));
            var task = Task(network.Graph, random, amount);
            var (plan, events) = Run(planner, network, task, seed);
            events.Aggregate(new PaymentPlan(task), static (state, happened) => state.Evolve(happened)).Should().BeEquivalentTo(plan, "seed {0}: it is rebuilt from its events", seed);
            if (plan.Delivered == task.Amount) made++;
            if (plan.Attempts > 1) split++;
        }

        (made, split).Should().Match<(int Made, int Split)>(static counts => counts.Made > 100 && counts.Split > 50 && counts.Made < 300, "all sorts of ends must have been seen");
    }

    [Fact]
    public void Plan_WhoseAmountTheBalancesCarry_IsMade_AndNoOther()
    {
        var (planner, possible, made) = (new PartPlanner(new()), 0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var (network, random) = (GeneratedNetwork.Create(seed, 200, 1_600), new Random(seed));
            var (graph, world) = (network.Graph, new BalanceWorld(network));
            for (var i = 0; i < 5; i++)
            {
                var task = Task(graph, random, (ulong)(10_000 * Math.Pow(1_000, random.NextDouble())));
                var flow = new MaxFlow(graph, world.BalanceOf).From(graph.NodeNumber(task.From)!.Value, graph.NodeNumber(task.To)!.Value, task.Amount.Low);
                var result = SimulatedPayment.Run(planner, graph, world, task);
                if (flow < task.Amount.Low) result.Failure.Should().NotBeNull("seed {0}: nobody can pay that", seed);
                else possible++;
                if (result.Failure is null) made++;
            }
        }

        made.Should().BeGreaterThanOrEqualTo(possible * 95 / 100, "of {0}", possible);
    }

    [Fact]
    public void All_MakesUpThePayment_WithinWhatThePayerHas_OrIsNothing()
    {
        // Two own channels of 1,000, of which one has 600 left, and a third hop that has room for all.
        var graph = SmallNetwork.Graph(SmallNetwork.Edge(1, 0, 1, 1_000), SmallNetwork.Edge(2, 0, 1, 1_000), SmallNetwork.Edge(3, 1, 2, 1_000_000));
        var own = ImmutableSortedDictionary<Bytes32, UInt256>.Empty.Add(SmallNetwork.Id(1), 1_000).Add(SmallNetwork.Id(2), 600);
        var planner = new PartPlanner(new());
        var task = new PaymentTask(SmallNetwork.Node(0), SmallNetwork.Node(2), 1_500, 0, 100, 1_000, 1, 10, 50);
        var (routes, failure) = planner.All(new(task), graph, Liquidity.Unknown(), own, Second);
        failure.Should().BeNull();
        routes.Aggregate(UInt256.Zero, static (sum, route) => sum + route.Amount).Should().Be(1_500);
        foreach (var group in routes.GroupBy(static route => route.Hops[0].Way.Channel))
            (group.Aggregate(UInt256.Zero, static (sum, route) => sum + route.Sent) <= own[group.Key]).Should().BeTrue("channel {0}", group.Key);
        planner.All(new(task with { Amount = 1_601 }), graph, Liquidity.Unknown(), own, Second).Should().Match<(ImmutableArray<Route> Routes, PaymentFailure? Failure)>(
            static none => none.Routes.IsEmpty && none.Failure == PaymentFailure.NoPath);
        planner.All(new(task with { Amount = 1_500, MostParts = 1 }), graph, Liquidity.Unknown(), own, Second).Failure.Should().NotBeNull("one part is not enough");
    }

    [Fact]
    public void Next_SplitsWhatOneChannelCannotCarry()
    {
        var graph = SmallNetwork.Graph([.. Enumerable.Range(1, 4).Select(static number => SmallNetwork.Edge(number, 0, 1, 1_000))]);
        var own = graph.Channels.ToImmutableSortedDictionary(static edge => edge.Id, static _ => (UInt256)1_000);
        var plan = new PaymentPlan(Simple(3_500));
        var planner = new PartPlanner(new());
        while (planner.Next(plan, graph, Liquidity.Unknown(), own, Second) is PlanStep.Send send)
        {
            plan = plan.Evolve(new PlanEvent.Sent(send.Part, send.Route));
            var hop = send.Route.Hops.Single();
            own = own.SetItem(hop.Way.Channel, own[hop.Way.Channel] - hop.Amount);
        }

        planner.Next(plan, graph, Liquidity.Unknown(), own, Second).Should().BeOfType<PlanStep.Wait>();
        plan.Remaining.Should().Be(UInt256.Zero);
        plan.InFlight.Count.Should().BeInRange(4, 8);
        foreach (var part in plan.InFlight.Keys) plan = plan.Evolve(new PlanEvent.Ended(part, new PartOutcome.Delivered()));
        planner.Next(plan, graph, Liquidity.Unknown(), own, Second).Should().BeOfType<PlanStep.Delivered>();
    }

    [Fact]
    public void Next_SaysWhyItIsImpossible()
    {
        var graph = SmallNetwork.Graph(SmallNetwork.Edge(1, 0, 1, 1_000), SmallNetwork.Edge(2, 1, 2, 1_000, SmallNetwork.Free with { BaseFee = 10 }));
        var task = Simple(500) with { To = SmallNetwork.Node(2) };
        Why(graph, task with { Amount = 0 }).Should().Be(PaymentFailure.OutOfRange);
        Why(graph, task with { MostDelta = 99 }).Should().Be(PaymentFailure.OutOfRange);
        Why(graph, task with { To = SmallNetwork.Node(5) }).Should().Be(PaymentFailure.Unreachable);
        Why(graph, task with { Amount = 1_001, MostParts = 1 }).Should().Be(PaymentFailure.NoPath);
        Why(graph, task with { MostFee = 9 }).Should().Be(PaymentFailure.OverLimits);
        Why(graph, task with { MostParts = 0 }).Should().Be(PaymentFailure.TooManyParts);
        Why(graph, task with { MostAttempts = 0 }).Should().Be(PaymentFailure.TooManyAttempts);
    }

    [Theory]
    [InlineData(HopFailure.TemporaryLack, 1, 1, false)]
    [InlineData(HopFailure.UnknownNode, 1, 0, true)]
    [InlineData(HopFailure.FeeTooLow, 1, 0, true)]
    [InlineData(HopFailure.ExpiryTooSoon, 1, 0, true)]
    [InlineData(HopFailure.RefusedByPayee, 2, 0, false)]
    [InlineData(HopFailure.Unreadable, 0, 0, false)]
    public void Failure_TeachesWhatItShows(HopFailure reason, int had, int lacked, bool leftOut)
    {
        var (near, far) = (SmallNetwork.Edge(1, 0, 1, 1_000), SmallNetwork.Edge(2, 1, 2, 1_000));
        var graph = SmallNetwork.Graph(near, far);
        var planner = new PartPlanner(new());
        var plan = new PaymentPlan(Simple(500) with { To = SmallNetwork.Node(2), MostFee = 0 });
        var route = planner.Next(plan, graph, Liquidity.Unknown(), ImmutableSortedDictionary<Bytes32, UInt256>.Empty, Second).Should().BeOfType<PlanStep.Send>().Which.Route;
        plan = plan.Evolve(new PlanEvent.Sent(1, route));
        var ended = new PlanEvent.Ended(1, new PartOutcome.Failed(1, reason));
        var observed = plan.Observe(ended);
        (observed.OfType<Observation.Had>().Count(), observed.OfType<Observation.Lacked>().Count()).Should().Be((had, lacked));
        plan = plan.Evolve(ended);
        plan.Without.Contains(SmallNetwork.Way(far, 1)).Should().Be(leftOut);
        (plan.Failure is PaymentFailure.RefusedByPayee).Should().Be(reason == HopFailure.RefusedByPayee);
        (plan.Remaining, plan.InFlight.Count).Should().Be(((UInt256)500, 0));
    }

    [Fact]
    public void Lack_WhileAnotherPartHoldsTheChannel_IsOfBothTogether()
    {
        var (near, far) = (SmallNetwork.Edge(1, 0, 1, 10_000), SmallNetwork.Edge(2, 1, 2, 10_000));
        var plan = new PaymentPlan(Simple(500) with { To = SmallNetwork.Node(2) });
        Route Part(ulong amount) => new(
            [new(SmallNetwork.Way(near, 0), SmallNetwork.Node(0), SmallNetwork.Node(1), amount, 100, 0), new(SmallNetwork.Way(far, 1), SmallNetwork.Node(1), SmallNetwork.Node(2), amount, 100, 0)], 0, 0);
        plan = plan.Evolve(new PlanEvent.Sent(1, Part(300))).Evolve(new PlanEvent.Sent(2, Part(200)));
        plan.Observe(new(2, new PartOutcome.Failed(1, HopFailure.TemporaryLack))).Should().Equal(
            new Observation.Had(SmallNetwork.Way(near, 0), 200), new Observation.Lacked(SmallNetwork.Way(far, 1), 500));
    }

    [Fact]
    public void Evolve_OfWhatCannotHaveHappened_Throws()
    {
        var route = new Route([new(new(SmallNetwork.Id(1), default), SmallNetwork.Node(0), SmallNetwork.Node(1), 501, 100, 0)], 0, 0);
        var plan = new PaymentPlan(Simple(500));
        ((Action)(() => plan.Evolve(new PlanEvent.Sent(1, route)))).Should().Throw<InvalidOperationException>("it is more than the payment");
        ((Action)(() => plan.Evolve(new PlanEvent.Sent(2, route with { Hops = [route.Hops[0] with { Amount = 1 }] })))).Should().Throw<InvalidOperationException>("parts are numbered in turn");
        ((Action)(() => plan.Evolve(new PlanEvent.Ended(1, new PartOutcome.Delivered())))).Should().Throw<InvalidOperationException>("there is no such part");
    }

    private static PaymentTask Simple(UInt256 amount) => new(SmallNetwork.Node(0), SmallNetwork.Node(1), amount, 100, 100, 10_000, 10, 8, 20);

    private static PaymentTask Task(ChannelGraph graph, Random random, ulong amount)
    {
        var payer = random.Next(graph.NodeCount);
        return new(graph.NodeAt(payer), graph.NodeAt((payer + random.Next(1, graph.NodeCount)) % graph.NodeCount), amount, (amount / 20) + 50, 100, 14 * 86_400, (amount / 100) + 1, 20, 200);
    }

    private static PaymentFailure Why(ChannelGraph graph, PaymentTask task) =>
        new PartPlanner(new()).Next(new PaymentPlan(task), graph, Liquidity.Unknown(), ImmutableSortedDictionary<Bytes32, UInt256>.Empty, Second)
            .Should().BeOfType<PlanStep.Impossible>().Which.Reason;

    private static (PaymentPlan Plan, List<PlanEvent> Events) Run(PartPlanner planner, GeneratedNetwork network, PaymentTask task, int seed)
    {
        var (graph, world, events) = (network.Graph, new BalanceWorld(network), new List<PlanEvent>());
        var (plan, liquidity) = (new PaymentPlan(task), Liquidity.Unknown());
        while (planner.Next(plan, graph, liquidity, world.Own(task.From), Second) is PlanStep.Send send)
        {
            var held = plan.Held();
            foreach (var hop in send.Route.Hops.Skip(1))
                (hop.Amount + held.GetValueOrDefault(hop.Way)).Should().BeLessThanOrEqualTo(liquidity.Bounds(graph, hop.Way, Second).High, "seed {0}: it is known not to be there", seed);
            send.Route.Sent.Should().BeLessThanOrEqualTo(world.Own(task.From)[send.Route.Hops[0].Way.Channel], "seed {0}", seed);
            Add(new PlanEvent.Sent(send.Part, send.Route));
            if (world.Lock(send.Route) is not { } failed) continue;
            failed.Reason.Should().Be(HopFailure.TemporaryLack, "seed {0}: policies are kept", seed);
            liquidity = liquidity.With(graph, plan.Observe(new(send.Part, failed)), Second);
            Add(new PlanEvent.Ended(send.Part, failed));
        }

        if (planner.Next(plan, graph, liquidity, world.Own(task.From), Second) is not PlanStep.Wait) return (plan, events);
        foreach (var part in plan.InFlight.Keys) Add(new PlanEvent.Ended(part, new PartOutcome.Delivered()));
        plan.Delivered.Should().Be(task.Amount, "seed {0}", seed);
        return (plan, events);

        void Add(PlanEvent happened)
        {
            events.Add(happened);
            plan = plan.Evolve(happened);
            var flying = plan.InFlight.Values.Aggregate(UInt256.Zero, static (sum, route) => sum + route.Amount);
            (plan.Delivered + flying + plan.Remaining).Should().Be(task.Amount, "seed {0}", seed);
            (plan.InFlight.Count <= task.MostParts && plan.Attempts <= task.MostAttempts).Should().BeTrue("seed {0}", seed);
            (plan.FeePaid + plan.FeeLeft).Should().BeLessThanOrEqualTo(task.MostFee, "seed {0}", seed);
        }
    }
}
