using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Tracking;

/// <summary>Transactions of the Bitcoin family under watch: by the outputs that they spend.</summary>
public sealed class SpendWatchTests
{
    private static readonly ChainId _chain = BitcoinChain.Regtest.Id;
    private static readonly AccountId _ours = new(new Bytes32(7));
    private static readonly Address _address = People.AddressOf("hot");

    private TrackerState _state = Started(_chain);

    [Fact]
    public void Watch_Twice_ChangesNothingAndOtherOutputsAreRefused()
    {
        Accept(Watch(1, Output(1), Output(2))).Should().ContainSingle();
        Accept(Watch(1, Output(1), Output(2))).Should().BeEmpty();
        Refusal(Watch(1, Output(1))).Should().Be(RejectionCode.ClaimTaken);
        Refusal(Watch(1, Output(1), Output(2)) with { Owner = new(new Bytes32(8)) }).Should().Be(RejectionCode.ClaimTaken);
        _state.Transactions[new Bytes32(1)].Spends.Should().Equal(Output(1), Output(2));
    }

    [Fact]
    public void Watch_MalformedOrOnAnotherFamily_IsRefused()
    {
        Refusal(Watch(1)).Should().Be(RejectionCode.Malformed);
        Refusal(Watch(1, Output(1), Output(1))).Should().Be(RejectionCode.Malformed);
        Refusal(Watch(1, [.. Enumerable.Range(0, TrackerDecider.MaxSpends + 1).Select(Output)])).Should().Be(RejectionCode.Malformed);
        _state = Started(ChainId.Evm(1));
        Refusal(Watch(1, Output(1))).Should().Be(RejectionCode.UnsupportedKind);
    }

    [Fact]
    public void Watch_OneThatWasAnyones_KeepsWhatIsKnownOfIt()
    {
        Accept(new TrackerCommand.WatchTransaction(Guid.NewGuid(), new Bytes32(1), null, null, new(6)));
        Accept(new TrackerCommand.RecordDeferred(Guid.NewGuid(), new Bytes32(1), new(3, new Bytes32(3))));
        Accept(Watch(1, Output(1)));
        var watched = _state.Transactions[new Bytes32(1)];
        (watched.Deferred, watched.Owner, watched.Spends.Length).Should().Be((new BlockRef(3, new Bytes32(3)), _ours, 1));
    }

    [Fact]
    public void Scan_AnotherTransactionSpendsAWatchedOutput_ConflictsOnceWithEachThatShares()
    {
        Accept(Watch(1, Output(1), Output(2)));
        Accept(Watch(2, Output(2), Output(3)));
        Accept(Watch(3, Output(4)));
        Scan(Tx(9, [Output(1), Output(2)])).Conflicts.Select(static conflict => conflict.Watched).Should().BeEquivalentTo([new Bytes32(1), new Bytes32(2)]);
        Scan(Tx(1, [Output(1), Output(2)])).Conflicts.Should().ContainSingle().Which.Watched.Should().Be(new Bytes32(2), "two versions share an output");
        Scan(Tx(9, [Output(5)])).Conflicts.Should().BeEmpty();
    }

    [Fact]
    public void Scan_OutputsOfOurOwnSpending_AreChangeAndOfOthersADeposit()
    {
        Accept(new TrackerCommand.WatchAddress(Guid.NewGuid(), _address, _ours));
        Accept(Watch(1, Output(1)));
        Scan(Tx(1, [Output(1)])).Deposits.Should().BeEmpty();
        Scan(Tx(2, [Output(2)])).Deposits.Should().ContainSingle().Which.Value.Should().ContainSingle().Which.LogIndex.Should().Be(1);
    }

    /// <summary>The index is kept beside the list, and must be the list's.</summary>
    [Fact]
    public void Forget_OneOfTwoThatShareAClaim_LeavesTheOthersClaimAlone()
    {
        Accept(Watch(1, Output(1), Output(2)));
        Accept(Watch(2, Output(2)));
        Accept(new TrackerCommand.Forget(Guid.NewGuid(), new Bytes32(1)));
        _state.Index.RivalsOf(Tx(9, [Output(1), Output(2)])).Should().Equal(new Bytes32(2));
        Accept(new TrackerCommand.Forget(Guid.NewGuid(), new Bytes32(2)));
        _state.Index.BySpend.Should().BeEmpty();
    }

    private static SpentOutput Output(int n) => new(new Bytes32(100), (uint)n);

    private static TrackerCommand.WatchSpends Watch(int hash, params SpentOutput[] spends) => new(Guid.NewGuid(), new Bytes32((ulong)hash), _ours, [.. spends]);

    private static MinedTransaction Tx(int hash, SpentOutput[] spends)
    {
        var inclusion = new Inclusion(_chain, new Bytes32((ulong)hash), new(5, new Bytes32(500)), Succeeded: true, UInt256.Zero);
        return new(inclusion, default, 0, [new Movement(1, default, _address, new(AssetId.Native(_chain), 5))]) { Spends = [.. spends] };
    }

    private static TrackerState Started(ChainId chain)
    {
        var profile = new ChainProfile(chain, 1, ProofLevel.Work, new FinalityRule.Depth(6), 64, Span.Seconds(1));
        return TrackerDecider.Evolve(TrackerState.Empty, new TrackerEvent.Started(profile, new(1, new Bytes32(1))), default);
    }

    private ScanResult Scan(MinedTransaction tx) => BlockScan.Of([tx], _state.Transactions, _state.Index, _state.Addresses);

    private ImmutableArray<TrackerEvent> Accept(TrackerCommand command)
    {
        var events = TrackerDecider.Decide(_state, command, default).Should().BeOfType<Decision<TrackerEvent>.Accept>().Subject.Events;
        foreach (var @event in events) _state = TrackerDecider.Evolve(_state, @event, default);
        return events;
    }

    private RejectionCode Refusal(TrackerCommand command) =>
        TrackerDecider.Decide(_state, command, default).Should().BeOfType<Decision<TrackerEvent>.Refuse>().Subject.Rejection.Code;
}
