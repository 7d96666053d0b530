using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>Two sides, what the chain shows them, and what they begin there.</summary>
internal static class ActScene
{
    internal const ulong Start = 1_000_100;
    internal const ulong Window = 6_400;

    internal static HexBytes Signature { get; } = HexBytes.From(Enumerable.Repeat((byte)9, ChannelSignature.Length).ToArray());

    /// <summary>Two sides that have seen their channel in a contract with a window.</summary>
    internal static (ChannelParty A, ChannelParty B) Pair()
    {
        var (a, b) = ChannelParty.Pair();
        foreach (var party in new[] { a, b }) See(party, Sight(Start));
        ChannelParty.Settle(a, b);
        return (a, b);
    }

    internal static ChannelSight Sight(ulong second) => ChannelParty.Sight(second, 10_001, 4_999) with { Window = Window };

    internal static void See(ChannelParty party, ChannelSight sight)
    {
        party.Accept(new ChannelCommand.Look(party.NewId()));
        party.Accept(new ChannelCommand.RecordSight(party.NewId(), sight));
    }

    /// <summary>The key signs what it is asked for.</summary>
    internal static ChannelOrder Sign(ChannelParty party)
    {
        var (intent, effect) = party.Owed.Single(owed => owed.Value is Effect.SignChannelOrder);
        party.Accept(ChannelDecider.Resume(party.State, intent, new EffectResult.ChannelSigned(Signature))!);
        return ((Effect.SignChannelOrder)effect).Order;
    }

    /// <summary>What is to be said to the contract.</summary>
    internal static ChannelCall Began(ChannelParty party) => party.Owed.Values.OfType<Effect.ActOnChannel>().Should().ContainSingle().Subject.Call;

    internal static void Propose(ChannelParty party)
    {
        var intent = party.Owed.Single(static owed => owed.Value is Effect.ActOnChannel).Key;
        party.Accept(ChannelDecider.Resume(party.State, intent, new EffectResult.Replied(new CommandReply.Accepted(0, [])))!);
        party.State.Act!.IsProposed.Should().BeTrue();
    }
}
