using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>Two sides of a channel in a contract with a window, of which both see the same.</summary>
internal sealed class WithdrawalRun
{
    internal const ulong Start = 1_000_100;
    internal const ulong Window = 6_400;

    internal WithdrawalRun()
    {
        (A, B) = ChannelParty.Pair();
        See(Start, default);
        Settle();
    }

    internal ChannelParty A { get; }

    internal ChannelParty B { get; }

    internal static ChannelSight Sight(ulong second) => ChannelParty.Sight(second, 10_001, 4_999) with { Window = Window };

    internal static void See(ChannelParty party, ChannelSight sight)
    {
        party.Do(new ChannelCommand.Look(party.NewId()));
        party.Accept(new ChannelCommand.RecordSight(party.NewId(), sight));
    }

    /// <summary>What is to be said to the contract.</summary>
    internal static ChannelCall Began(ChannelParty party) => party.Owed.Values.OfType<Effect.ActOnChannel>().Should().ContainSingle().Subject.Call;

    /// <summary>The same, once its key has signed.</summary>
    internal static ChannelCall Began(ChannelParty party, WithdrawalRun run)
    {
        run.Settle();
        return Began(party);
    }

    internal static void Propose(ChannelParty party)
    {
        var intent = party.Owed.Single(static owed => owed.Value is Effect.ActOnChannel).Key;
        party.Accept(ChannelDecider.Resume(party.State, intent, new EffectResult.Replied(new CommandReply.Accepted(0, [])))!);
    }

    /// <summary>Both look at the same final block.</summary>
    /// <param name="credit">A's.</param>
    internal void See(ulong second, SidePair withdrawn, ulong credit = 0, ulong pulls = 0, ClosingSight? closing = null)
    {
        foreach (var party in new[] { A, B })
        {
            var own = party == A;
            See(party, Sight(second) with { Withdrawn = withdrawn, Credit = own ? credit : 0, Pulls = own ? pulls : 0, Latest = closing });
        }
    }

    /// <summary>Has an amount taken by a state that both sign; what follows is still to be done.</summary>
    internal void Withdraw(ChannelParty party, ulong amount)
    {
        var before = party.State.Book.Withdrawn.Of(party.Side);
        party.Accept(new ChannelCommand.Withdraw(party.NewId(), amount));
        for (var i = 0; i < 100 && (A.State.Book.Withdrawn.Of(party.Side) == before || B.State.Book.Withdrawn.Of(party.Side) == before); i++)
        {
            A.Step(B);
            B.Step(A);
        }
    }

    /// <summary>All that is owed is done, orders of the keys too; what is to be said to the contract is left.</summary>
    internal void Settle()
    {
        do ChannelParty.Settle(A, B);
        while (A.SignOrder() | B.SignOrder());
    }

    /// <summary>Ledger, state and chain agree on both sides, also after a replay.</summary>
    internal void Agree()
    {
        foreach (var party in new[] { A, B })
        {
            ChannelAudit.Differences(party.State).Should().BeEmpty();
            party.Reload();
        }
    }
}
