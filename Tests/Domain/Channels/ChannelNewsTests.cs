using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a side says to whoever looks for ways, and to the payments whose parts go by it.</summary>
public sealed class ChannelNewsTests
{
    private static readonly PaymentPart _part = new(new(new(PacketRun.Hash("payer")), "rent"), 3);
    private static readonly Bytes32 _secret = PacketRun.Hash("secret");
    private static readonly Bytes32 _target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(_secret.ToArray()));

    [Fact]
    public void Side_TellsOnceWhatItIs_AndThatItIsNoMore()
    {
        var (a, b) = ChannelParty.Pair();
        a.State.Announced.Should().Be(new SideNews(a.State.Announced!.Number, true, 15_000));
        a.Pay(5);
        ChannelParty.Settle(a, b);
        a.State.Announced.Capacity.Should().Be(15_000, "a payment changes nothing that others may know");
        var before = a.State.Announced.Number;
        foreach (var party in new[] { a, b }) party.See(1_000_100, new(10_101, 4_999));
        ChannelParty.Settle(a, b);
        a.State.Announced.Should().Be(new SideNews(before + 1, true, 15_100), "a deposit counts once both have signed it");
        a.Accept(new ChannelCommand.SetFrozen(a.NewId(), true));
        var gone = a.Owed.Values.OfType<Effect.AnnounceSide>().Should().ContainSingle().Subject;
        (gone.IsOpen, gone.Capacity).Should().Be((false, UInt256.Zero));
        ChannelDecider.View(a.State, 1)!.IsAnnounced.Should().BeFalse();
        a.Accept(new ChannelCommand.SetFrozen(a.NewId(), false));
        var again = a.Owed.Values.OfType<Effect.AnnounceSide>().Should().ContainSingle().Subject;
        (again.IsOpen, again.Capacity).Should().Be((true, (UInt256)15_100), "that it is closed may have been heard, and nobody knows");
        again.Id.Should().NotBe(gone.Id, "who has heard one under an id takes no other");
        a.Accept(new ChannelCommand.SetFrozen(a.NewId(), true));
        a.Owed.Values.OfType<Effect.AnnounceSide>().Single().Id.Should().NotBe(gone.Id, "and does not hear the same twice");
        a.Accept(new ChannelCommand.SetFrozen(a.NewId(), false));
        ChannelParty.Settle(a, b);
        ChannelDecider.View(a.State, 1)!.IsAnnounced.Should().BeTrue();
        a.Accept(new ChannelCommand.Close(a.NewId()));
        a.Owed.Values.OfType<Effect.AnnounceSide>().Should().ContainSingle().Which.IsOpen.Should().BeFalse();
    }

    [Fact]
    public void Side_IsPublicOnceItsAccountSaysSo_AndTellsItThen()
    {
        var (a, b) = ChannelParty.Pair();
        a.State.Announced!.IsPublic.Should().BeFalse("a channel is private");
        a.Accept(new ChannelCommand.SetPublic(a.NewId(), true)).Should().ContainSingle();
        a.Accept(new ChannelCommand.SetPublic(People.Id("again"), true)).Should().BeEmpty();
        a.Owed.Values.OfType<Effect.AnnounceSide>().Should().ContainSingle().Which.IsPublic.Should().BeTrue();
        ChannelParty.Settle(a, b);
        a.State.Announced.IsPublic.Should().BeTrue();
        ChannelDecider.View(a.State, 1)!.IsPublic.Should().BeTrue();
        ChannelDecider.GenerationOf(new ChannelEvent.SideAnnounced(true, 1) { IsPublic = true }).Should().Be(EventGenerations.Gossip);
        a.Accept(new ChannelCommand.SetPublic(People.Id("private"), false)).Should().ContainSingle();
        ChannelParty.Settle(a, b);
        (a.State.Announced.IsOpen, a.State.Announced.IsPublic).Should().Be((true, false));
        a.Accept(new ChannelCommand.Close(a.NewId()));
        a.Refuse(new ChannelCommand.SetPublic(People.Id("late"), true)).Code.Should().Be(RejectionCode.WrongState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Part_OfAPayment_IsToldHowItEnded(bool paid)
    {
        var (a, b) = ChannelParty.Pair();
        a.Beside = static _ => PacketRun.Done;
        b.Beside = static _ => new EffectResult.LockRouted(null, null, null);
        var carry = new ChannelCommand.Carry(a.NewId(), new(ChannelSide.A, 0, 400, 1_010_000, LockKind.Hash, _target), HexBytes.From(new byte[Onion.Length]), null) { Payer = _part };
        a.Accept(carry);
        ChannelParty.Settle(a, b);
        a.Asked.Should().BeEmpty("it stands");
        b.Accept(paid ? new ChannelCommand.Fulfil(b.NewId(), 1, _secret) : new ChannelCommand.Fail(b.NewId(), 1));
        ChannelParty.Settle(a, b);
        var told = a.Asked.Should().ContainSingle().Which.Should().BeOfType<Effect.TellPayer>().Subject;
        (told.Payer, told.Secret, told.Reason).Should().Be((_part, paid ? _secret : default(Bytes32?), default(HexBytes?)));
        a.State.Carries.Should().BeNull("it is told, and nobody asks any more");
    }

    /// <summary>Ends that somebody may ask for are forgotten when there are many; those that somebody waits for are not.</summary>
    [Fact]
    public void Parts_ThatHaveEnded_AreKeptUntilTheirPaymentsKnow()
    {
        var (a, _) = ChannelParty.Pair();
        const int Ended = ChannelLimits.EndedLocks + 3;
        var carries = Enumerable.Range(1, Ended).Select(number => new LockCarry(People.Id($"part {number}"), LockOf(number), null) { Secret = _secret });
        var wanted = new ChannelEvent.UpdateWanted(new(People.Id("next"), new ChannelUpdate.Offer(LockOf(Ended + 1))));
        After(carries.Select(static carry => carry with { Payer = _part })).Should().Be(Ended + 1);
        After(carries).Should().Be(ChannelLimits.EndedLocks);

        int After(IEnumerable<LockCarry> ended) =>
            ChannelDecider.Evolve(a.State with { Carries = ended.ToImmutableSortedDictionary(static carry => carry.Lock.Number, static carry => carry) }, wanted, People.Start).Carries!.Count;
    }

    private static ChannelLock LockOf(int number) => new(ChannelSide.A, number, 400, 1_010_000, LockKind.Hash, _target);

    [Fact]
    public void Events_ThatOlderSilosDoNotRead_WaitForThem()
    {
        var wish = new Wish(default, new ChannelUpdate.Pay(1));
        ChannelDecider.GenerationOf(new ChannelEvent.UpdateWanted(wish) { Payer = _part }).Should().Be(EventGenerations.Ways);
        EventGenerations.Of("channel", "channel.side-announced").Should().Be(EventGenerations.Ways);
    }
}
