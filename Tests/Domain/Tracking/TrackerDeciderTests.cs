using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Tracking;

/// <summary>What is decided, and remembered, about a chain.</summary>
public sealed class TrackerDeciderTests
{
    private static readonly ChainId Chain = ChainId.Evm(1);
    private static readonly ChainProfile ByDepth = new(Chain, 1, ProofLevel.Consistent, new FinalityRule.Depth(4), 64, Span.Seconds(1));
    private static readonly ChainProfile ByTag = ByDepth with { Finality = new FinalityRule.FinalizedTag() };

    private TrackerState _state = TrackerState.Empty;

    [Fact]
    public void AnyCommand_BeforeStart_IsRefused() =>
        Refusal(new TrackerCommand.RecordFinalized(Id(), Block(5))).Should().Be(RejectionCode.WrongState);

    /// <summary>Found by the simulation: an account whose key was quicker than the chain's first node was never watched, and its deposits never came.</summary>
    [Fact]
    public void Watch_BeforeStart_IsToBeAskedAgain()
    {
        Answers.IsDefinite(Refused(new TrackerCommand.WatchAddress(Id(), People.AddressOf("hot"), default))).Should().BeFalse();
        Answers.IsDefinite(Refused(new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), null, null))).Should().BeFalse();
    }

    [Fact]
    public void Start_OlderProfile_IsRefused()
    {
        Accept(new TrackerCommand.Start(Id(), ByDepth with { Version = 2 }, Block(1)));
        Refusal(new TrackerCommand.Start(Id(), ByDepth, Block(1))).Should().Be(RejectionCode.StaleVersion);
    }

    [Fact]
    public void Finalized_Advances_AndNeverMovesBack()
    {
        Started(ByTag);
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(5)));
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(4)));
        _state.Final.Should().Be(Block(5));
        _state.StopReason.Should().BeNull("an older final block is no contradiction");
    }

    [Fact]
    public void Finalized_SameHeightOtherHash_StopsTheChain()
    {
        Started(ByTag);
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(5)));
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(5) with { Hash = new Bytes32(999) }));
        _state.StopReason.Should().Contain("conflicting final block");
        _state.Final.Should().Be(Block(5));
    }

    [Fact]
    public void Reorg_BelowFinal_ByDepthMovesFinalBack()
    {
        Started(ByDepth);
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(5)));
        Accept(new TrackerCommand.RecordReorg(Id(), Block(9), Block(3), 6));
        _state.Final.Should().Be(Block(3));
        (_state.Reorgs, _state.DeepestReorg).Should().Be((1, 6));
    }

    [Fact]
    public void Reorg_BelowFinal_ByTagStopsTheChain()
    {
        Started(ByTag);
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(5)));
        Accept(new TrackerCommand.RecordReorg(Id(), Block(9), Block(3), 6));
        _state.StopReason.Should().NotBeNull();
        _state.Final.Should().Be(Block(5));
        Accept(new TrackerCommand.Resume(Id(), Block(3), "op"));
        _state.StopReason.Should().BeNull();
    }

    [Fact]
    public void WatchAddress_OfAnotherAccount_IsRefused()
    {
        Started(ByDepth);
        var address = Address.From(new byte[20]);
        Accept(new TrackerCommand.WatchAddress(Id(), address, new(new Bytes32(1))));
        Refusal(new TrackerCommand.WatchAddress(Id(), address, new(new Bytes32(2)))).Should().Be(RejectionCode.ClaimTaken);
    }

    [Fact]
    public void EveryWatch_Twice_ChangesNothing()
    {
        Started(ByDepth);
        TrackerCommand[] commands =
        [
            new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), null, null),
            new TrackerCommand.WatchAddress(Id(), Address.From(new byte[20]), new(new Bytes32(1))),
            new TrackerCommand.Forget(Id(), new Bytes32(1)),
        ];
        foreach (var command in commands)
        {
            Accept(command).Should().HaveCount(1);
            Accept(command).Should().BeEmpty();
        }
    }

    [Fact]
    public void Deferred_OnceTold_IsNoMore()
    {
        Started(ByDepth);
        Accept(new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), null, null, new(12)));
        Accept(new TrackerCommand.RecordDeferred(Id(), new Bytes32(1), Block(5))).Should().ContainSingle();
        Accept(new TrackerCommand.RecordDeferred(Id(), new Bytes32(1), Block(5))).Should().BeEmpty();
        _state.Transactions[new Bytes32(1)].Should().Be(new WatchedTx(null, null, new(12), Block(5)));
        _state.Deferred.Should().Equal(new Bytes32(1));
        Accept(new TrackerCommand.RecordMatured(Id(), new Bytes32(1))).Should().ContainSingle();
        Accept(new TrackerCommand.RecordMatured(Id(), new Bytes32(1))).Should().BeEmpty();
        _state.Transactions[new Bytes32(1)].Deferred.Should().BeNull();
        Accept(new TrackerCommand.RecordDeferred(Id(), new Bytes32(2), Block(5))).Should().BeEmpty("nobody watches it");
    }

    /// <summary>Its watcher asked before its lane did, and the lane's own finality was never known (seed 70242).</summary>
    [Fact]
    public void Lookup_WatchesNothing_SoThatTheLaneSaysHowDeep()
    {
        Started(ByDepth);
        Accept(new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), People.AddressOf("hot"), 7) { IsLookup = true }).Should().BeEmpty();
        Accept(new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), People.AddressOf("hot"), 7, new(12))).Should().ContainSingle();
        _state.Transactions[new Bytes32(1)].Finality.Should().Be(new FinalityRule.Depth(12));
    }

    [Fact]
    public void Reorg_BelowADeferredTransaction_TakesItOffTheList()
    {
        Started(ByDepth);
        foreach (var (n, block) in new[] { (1UL, 3UL), (2UL, 5UL) })
        {
            Accept(new TrackerCommand.WatchTransaction(Id(), new Bytes32(n), null, null, new(12)));
            Accept(new TrackerCommand.RecordDeferred(Id(), new Bytes32(n), Block(block)));
        }

        Accept(new TrackerCommand.RecordReorg(Id(), Block(9), Block(4), 5));
        _state.Transactions[new Bytes32(1)].Deferred.Should().Be(Block(3), "its block is below the fork");
        _state.Transactions[new Bytes32(2)].Deferred.Should().BeNull();
        _state.Deferred.Should().Equal([new Bytes32(1)], "a block's cost does not grow with what does not wait");
        Accept(new TrackerCommand.Forget(Id(), new Bytes32(1)));
        _state.Deferred.Should().BeEmpty();
    }

    [Fact]
    public void OperatorStop_HoldsTheNewBack_AndFollowsTheChainOn()
    {
        Answers.IsDefinite(Refused(new TrackerCommand.AdmitSpend(Id()))).Should().BeFalse("a chain that did not start yet starts by itself");
        Started(ByTag);
        Accept(new TrackerCommand.AdmitSpend(Id())).Should().BeEmpty();
        Accept(new TrackerCommand.StopByOperator(Id(), "ops", "odd nodes"));
        Accept(new TrackerCommand.StopByOperator(Id(), "other", "too")).Should().BeEmpty();
        _state.OperatorStop!.Operator.Should().Be((Name)"ops");
        Refusal(new TrackerCommand.AdmitSpend(Id())).Should().Be(RejectionCode.OperatorStopped);
        Accept(new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), People.AddressOf("hot"), 7)).Should().NotBeEmpty("a replacement is defence");
        Accept(new TrackerCommand.RecordFinalized(Id(), Block(5))).Should().NotBeEmpty("look-ups and deposits go on");
        Accept(new TrackerCommand.ResumeByOperator(Id(), "ops"));
        Accept(new TrackerCommand.ResumeByOperator(Id(), "ops")).Should().BeEmpty();
        Accept(new TrackerCommand.AdmitSpend(Id()));
    }

    [Fact]
    public void FinalityStop_AdmitsNothingNew()
    {
        Started(ByTag);
        Accept(new TrackerCommand.RecordStop(Id(), "conflicting final block"));
        Refusal(new TrackerCommand.AdmitSpend(Id())).Should().Be(RejectionCode.ChainStopped);
        Accept(new TrackerCommand.Resume(Id(), Block(5), "op"));
        Accept(new TrackerCommand.AdmitSpend(Id()));
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        var events = new List<TrackerEvent>();
        TrackerCommand[] commands =
        [
            new TrackerCommand.Start(Id(), ByTag, Block(1)),
            new TrackerCommand.WatchTransaction(Id(), new Bytes32(1), Address.From(new byte[20]), 7, new(12)),
            new TrackerCommand.WatchAddress(Id(), Address.From(new byte[20]), new(new Bytes32(1))),
            new TrackerCommand.RecordFinalized(Id(), Block(5)),
            new TrackerCommand.RecordDeferred(Id(), new Bytes32(1), Block(5)),
            new TrackerCommand.RecordMatured(Id(), new Bytes32(1)),
            new TrackerCommand.Forget(Id(), new Bytes32(1)),
            new TrackerCommand.RecordReorg(Id(), Block(9), Block(7), 2),
            new TrackerCommand.RecordStop(Id(), "conflicting final block"),
            new TrackerCommand.Resume(Id(), Block(5), "op"),
            new TrackerCommand.StopByOperator(Id(), "ops", "maintenance"),
            new TrackerCommand.ResumeByOperator(Id(), "ops"),
        ];
        foreach (var command in commands) events.AddRange(Accept(command));
        events.Add(new TrackerEvent.SpendsWatched(new Bytes32(1), new(new Bytes32(2)), [new(new Bytes32(3), 0), new(new Bytes32(3), 1)], new(6)));
        GoldenFiles.ShouldHold("tracker", TrackerJson.Default.TrackerEvent, events);
    }

    private static Guid Id() => Guid.NewGuid();

    private static BlockRef Block(ulong n) => new(n, new Bytes32(n));

    private void Started(ChainProfile profile) => Accept(new TrackerCommand.Start(Id(), profile, Block(1)));

    private ImmutableArray<TrackerEvent> Accept(TrackerCommand command)
    {
        var events = TrackerDecider.Decide(_state, command, default).Should().BeOfType<Decision<TrackerEvent>.Accept>().Subject.Events;
        foreach (var @event in events) _state = TrackerDecider.Evolve(_state, @event, default);
        return events;
    }

    private RejectionCode Refusal(TrackerCommand command) => Refused(command).Code;

    private Rejection Refused(TrackerCommand command) =>
        TrackerDecider.Decide(_state, command, default).Should().BeOfType<Decision<TrackerEvent>.Refuse>().Subject.Rejection;
}
