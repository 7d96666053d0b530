using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>No lock stands past its time: it has paid, is given back, or is claimed on chain.</summary>
public sealed class OverdueLockTests
{
    private const ulong Start = 1_000_100;
    private const ulong Expiry = Start + 2_000;

    private static readonly Bytes32 _secret = PacketRun.Hash("secret");
    private static readonly Bytes32 _target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(_secret.ToArray()));

    [Theory]
    [InlineData(0UL)]
    [InlineData(Expiry + 1)]
    public void Lock_ThatItsPayeeLeavesAlone_IsGivenBack_OnceAFinalBlockShowsThatItNeverPays(ulong registered)
    {
        var (a, b) = Offered(400);
        See(b, Expiry, registered);
        b.State.Book.Locks.Should().ContainSingle("its secret may still be registered");
        See(b, Expiry + 1, 0);
        See(b, Expiry + 2, registered);
        ChannelParty.Settle(a, b);
        b.State.Book.Locks.Should().BeEmpty();
        a.State.Book.Balance.Of(ChannelSide.A).Should().Be(10_000);
        b.State.WantsClose.Should().BeFalse("nothing is to be had on chain");
    }

    [Fact]
    public void Lock_WhoseSecretSomebodyRegisteredInTime_IsClosedFor()
    {
        var (_, b) = Offered(400);
        See(b, Expiry + 1, Expiry);
        See(b, Expiry + 2, Expiry);
        b.State.Secrets.Should().ContainSingle().Which.Secret.Should().Be(_secret);
        b.State.WantsClose.Should().BeTrue("the contract pays it, and nobody else does now");
    }

    /// <summary>Once the peer has heard a secret it can take its own payment with it: whether it pays for it here or not.</summary>
    [Fact]
    public void Secret_SaidByHand_ToAPeerThatDoesNotPay_IsRegisteredInTime_AndClosedFor()
    {
        var (_, b) = Offered(400);
        b.Accept(new ChannelCommand.Fulfil(b.NewId(), 1, _secret));
        See(b, Expiry - ChannelParty.Terms.ShortestLock, 0);
        var act = b.State.Act!;
        act.Kind.Should().Be(ChannelActKind.Register);
        b.Accept(new ChannelCommand.RecordAct(b.NewId(), act.Number, null));
        See(b, Expiry - 10, Expiry - 20, new(act.Packet, ChannelActEnd.Done, null));
        See(b, Expiry + 1, Expiry - 20);
        See(b, Expiry + 2, Expiry - 20);
        b.State.WantsClose.Should().BeTrue();
    }

    [Fact]
    public void Secret_ThatWasRegisteredTooLate_IsNoReasonToClose()
    {
        var (a, b) = Offered(400);
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, _secret, null));
        See(b, Expiry - 10, 0);
        var act = b.State.Act!;
        b.Accept(new ChannelCommand.RecordAct(b.NewId(), act.Number, null));
        See(b, Expiry + 5, Expiry + 1, new(act.Packet, ChannelActEnd.Done, null));
        ChannelGrain.AlarmOf(b.State).Should().BeNull("the contract may have it");
        See(b, Expiry + 6, Expiry + 1);
        ChannelGrain.AlarmOf(b.State)!.Value.Code.Should().Be(IncidentCodes.ChannelLockLost);
        b.State.WantsClose.Should().BeFalse("the contract does not pay for it");
        ComeToRest(a, b);
        b.State.Book.Locks.Should().BeEmpty("it is given back");
        ChannelGrain.AlarmOf(b.State).Should().BeNull("it was told");
    }

    [Fact]
    public void Lock_TooSmallForTheChain_IsGivenBack_ThoughItsSecretIsKnown()
    {
        var (a, b) = Offered(99);
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, _secret, null));
        See(b, Expiry + 1, 0);
        See(b, Expiry + 2, 0);
        b.State.Drops.Should().ContainKey(1);
        ChannelGrain.AlarmOf(b.State).Should().BeNull("it was never to be had on chain");
        ComeToRest(a, b);
        (b.State.Book.Locks.Length, b.State.WantsClose).Should().Be((0, false));
    }

    private static (ChannelParty A, ChannelParty B) Offered(ulong amount)
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(new ChannelCommand.Offer(a.NewId(), amount, Expiry, LockKind.Hash, _target));
        ChannelParty.Settle(a, b);
        b.State.Book.Locks.Should().ContainSingle();
        return (a, b);
    }

    /// <summary>What was asked for before the lock's time was over is refused first, when its turn comes.</summary>
    private static void ComeToRest(ChannelParty a, ChannelParty b)
    {
        ChannelParty.Settle(a, b);
        See(b, Expiry + 10, 0);
        ChannelParty.Settle(a, b);
    }

    private static void See(ChannelParty party, ulong second, ulong registered, ActSight? act = null)
    {
        party.Do(new ChannelCommand.Look(party.NewId()));
        var asked = party.Owed.Values.OfType<Effect.LookAtChannel>().Single().Overdue;
        var sight = ChannelParty.Sight(second, 0, 0) with
        {
            Deposited = party.State.Deposits,
            Window = 6_400,
            Act = act,
            Registry = asked.IsEmpty ? default : [.. asked.Select(open => new RegistrySight(open.Kind, open.Target, registered, registered == 0 ? null : _secret))],
        };
        party.Accept(new ChannelCommand.RecordSight(party.NewId(), sight));
    }
}
