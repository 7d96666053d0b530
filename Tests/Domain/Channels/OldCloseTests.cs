using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>A channel that closes by a state which is not at hand, its window over: the side's own events hold it, or nobody here can settle.</summary>
public sealed class OldCloseTests
{
    private const ulong Start = 1_000_100;

    /// <summary>Who closed by an old state may never settle, if that gives him nothing: the money must not stay there.</summary>
    [Fact]
    public void OldState_IsSettledByWhatTheEventsHoldOfIt()
    {
        var (a, b) = ChannelParty.Pair();
        var old = a.State.Book;
        foreach (var amount in new ulong[] { 500, 400 })
        {
            a.Pay(amount);
            ChannelParty.Settle(a, b);
        }

        Close(a, old.Nonce);
        a.State.Act.Should().BeNull();
        var recall = a.Owed.Single(static owed => owed.Value is Effect.RecallBook).Key;
        var hash = ContractState.Of(old, ChannelParty.Terms.LockFloor).Hash(ChannelParty.Id);
        Find(a, old.Nonce, hash).Should().Be(old);
        Find(a, old.Nonce, ContractState.Of(a.State.Book, ChannelParty.Terms.LockFloor).Hash(ChannelParty.Id)).Should().BeNull("the contract has another state under that nonce");
        Find(a, old.Nonce + 77, hash).Should().BeNull();
        a.Accept(ChannelDecider.Resume(a.State, recall, new EffectResult.BookRecalled(old))!);
        a.Owed.Values.OfType<Effect.ActOnChannel>().Should().ContainSingle().Which.Call.Should().Be(new ChannelCall.Settle(old));
        a.Reload();
    }

    [Fact]
    public void StateThatTheEventsDoNotHave_IsLookedForOnce()
    {
        var (a, _) = ChannelParty.Pair();
        Close(a, 77);
        var recall = a.Owed.Single(static owed => owed.Value is Effect.RecallBook).Key;
        a.Accept(ChannelDecider.Resume(a.State, recall, new EffectResult.BookRecalled(null))!);
        a.State.Act.Should().BeNull();
        a.Owed.Values.Should().NotContain(static effect => effect is Effect.RecallBook);
    }

    [Fact]
    public void StateThatIsAtHand_IsNotLookedFor()
    {
        var (a, _) = ChannelParty.Pair();
        Close(a, a.State.Book.Nonce);
        a.Owed.Values.Should().NotContain(static effect => effect is Effect.RecallBook);
    }

    [Fact]
    public void EventsOfTheBooks_WaitUntilEverySiloReadsThem()
    {
        var sight = ChannelParty.Sight(1, 1, 1) with { Window = 6_400 };
        ChannelDecider.GenerationOf(new ChannelEvent.ChannelSeen(sight with { EntriesTo = 1 })).Should().Be(EventGenerations.Books);
        ChannelDecider.GenerationOf(new ChannelEvent.ChannelSeen(sight)).Should().Be(EventGenerations.Closing);
        EventGenerations.Of("channel", "channel.book-recalled").Should().Be(EventGenerations.Books);
    }

    /// <summary>A peer may write a proposal as no side here would; what it says is right, so the ledger follows.</summary>
    [Fact]
    public void DepositThatThePeerCountsUpInSteps_IsPostedOnce()
    {
        var (a, b) = ChannelParty.Pair();
        b.See(1_000_100, new(10_601, 4_999));
        ImmutableArray<ChannelUpdate> steps = [new ChannelUpdate.Count(ChannelSide.A, 10_301), new ChannelUpdate.Count(ChannelSide.A, 10_601)];
        var book = b.State.Rules.Apply(b.State.Newest, ChannelSide.A, b.State.Highest + 1, steps).Book!;
        b.Hear(new ChannelMessage.Propose(b.State.Heard + 1, book.Nonce, b.State.Newest.Nonce, steps, ChannelParty.Sign(ChannelSide.A, book))).Should().BeOfType<CommandReply.Accepted>();
        b.Run(a, b.Owed.Single(static owed => owed.Value is Effect.SignChannelState).Key);
        b.State.Book.Should().Be(book);
        b.State.Ledger.Of(ChannelPosting.PeerDeposited).Should().Be(10_601);
        ChannelAudit.Differences(b.State).Should().BeEmpty();
    }

    private static ChannelBook? Find(ChannelParty party, ulong nonce, Bytes32 state)
    {
        var recall = new BookRecall(party.State.Ref, nonce, state);
        foreach (var @event in party.Events)
            if (recall.Take(@event, People.Start)) break;
        return recall.Found;
    }

    private static void Close(ChannelParty party, ulong nonce)
    {
        party.Accept(new ChannelCommand.Look(party.NewId()));
        party.Accept(new ChannelCommand.RecordSight(
            party.NewId(), ChannelParty.Sight(Start + 9_000, 10_001, 4_999) with { Window = 6_400, Stage = ChannelStage.Closing, Nonce = nonce, ClosesAt = Start }));
    }
}
