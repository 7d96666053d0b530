using System.Security.Cryptography;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;

namespace TPWallet.Tests.Domain.Towers;

/// <summary>A channel whose side A is handed to a tower, step by step.</summary>
internal sealed class TowerScene
{
    internal const ulong Window = 6_400;
    internal const ulong Start = 1_000_100;

    private int _commands;

    internal TowerScene()
    {
        (A, B) = ChannelParty.Pair();
        foreach (var party in new[] { A, B })
        {
            party.Accept(new ChannelCommand.Look(party.NewId()));
            party.Accept(new ChannelCommand.RecordSight(party.NewId(), ChannelParty.Sight(Start, 10_001, 4_999) with { Window = Window }));
            party.Beside = _ => new EffectResult.Replied(new CommandReply.Accepted(0, []));
        }

        ChannelParty.Settle(A, B);
    }

    internal static byte[] Key { get; } = SHA256.HashData("tower key"u8);

    internal ChannelParty A { get; }

    internal ChannelParty B { get; }

    internal TowerRun Tower { get; } = new();

    internal static Bytes32 HashOf(ChannelBook book) => ContractState.Of(book, ChannelParty.Terms.LockFloor).Hash(ChannelParty.Id);

    internal static TowerTrap TrapOf(ChannelBook book) => TowerSeal.Trap(HashOf(book), Key);

    /// <summary>What is handed over: this state as the newest, and these as those that the peer may close by.</summary>
    internal static TowerHandOver Over(CoSigned newest, params IEnumerable<ChannelBook> books) =>
        new(ChannelParty.Facts, Window, newest.Book.Nonce, TowerSeal.Seal(SignedState.Of(newest, ChannelParty.Terms.LockFloor), Key), [.. books.Select(TrapOf)]);

    internal static TowerClosing Closing(ChannelBook book, ulong closesAt = Start + Window) => new(book.Nonce, closesAt, HashOf(book));

    /// <summary>Pays from A to B, or back, until both have signed; the new newest state.</summary>
    internal CoSigned Pay(ulong amount, ChannelSide from = ChannelSide.A)
    {
        (from == ChannelSide.A ? A : B).Pay(amount);
        ChannelParty.Settle(A, B);
        return A.State.Full!;
    }

    internal void Keep(TowerHandOver over) => Tower.Accept(new TowerCommand.Keep(Tower.NewId(), over));

    internal Rejection Refused(TowerHandOver over) => Tower.Refuse(new TowerCommand.Keep(Tower.NewId(), over));

    /// <summary>The tower's look is due, and shows this.</summary>
    internal void See(ulong second, TowerClosing? closing, ChannelStage stage = ChannelStage.Open, ActSight? act = null)
    {
        _commands++;
        Tower.Now = Tower.State.NextLook ?? Tower.Now;
        Tower.Accept(new TowerCommand.Tick(Tower.NewId()));
        Tower.Owed.Should().ContainKey("see");
        Tower.Accept(TowerDecider.Resume(Tower.State, "see", new EffectResult.TowerSeen(new(second, stage, closing, act)))!);
    }

    /// <summary>What the tower is about to say to the contract; null: nothing.</summary>
    internal TowerEffect.Challenge? Challenge() =>
        Tower.Owed.Values.OfType<Effect.OfTower>().Select(static owed => owed.Wanted).OfType<TowerEffect.Challenge>().SingleOrDefault();

    /// <summary>The packet of the act that is owed was proposed, or could not be.</summary>
    internal void Propose(Rejection? refusal = null)
    {
        var intent = Tower.Owed.Keys.Single(static name => name.StartsWith("act|", StringComparison.Ordinal));
        EffectResult result = refusal is null ? new EffectResult.Replied(new CommandReply.Accepted(1, [])) : new EffectResult.Failed(refusal);
        Tower.Accept(TowerDecider.Resume(Tower.State, intent, result)!);
    }

    internal sealed class TowerRun() : MachineRun<TowerDecider, TowerState, TowerCommand, TowerEvent>(
        new TowerRef("other", new(ChannelParty.Id, ChannelSide.A)).Key, TowerJson.Default.TowerEvent, TowerJson.Default.TowerState);
}
