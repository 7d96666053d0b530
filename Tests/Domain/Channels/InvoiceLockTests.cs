using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>A lock that pays an invoice goes to the invoice, and waits there for what it says.</summary>
public sealed class InvoiceLockTests
{
    private static readonly LockPayment _payment = new("rent", 1_000, PacketRun.Hash("shared"));
    private static readonly Bytes32 _secret = PacketRun.Hash("secret");
    private static readonly Bytes32 _target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(_secret.ToArray()));

    [Fact]
    public void Lock_ThatPaysAnInvoice_IsHeldByItAndTakenByItsWord()
    {
        var (a, b) = Offered(static _ => new EffectResult.LockPassed(null, null));
        var hold = b.Asked.OfType<Effect.HoldPart>().Should().ContainSingle().Subject;
        var opening = b.State.Opening!;
        hold.Invoice.Should().Be(new InvoiceRef(opening.Account, "rent"));
        hold.Part.Should().Be(new InvoicePart(
            new(b.State.Ref, 1, _payment.SharedSecret), new(opening.Key, opening.Facts.Chain, opening.Facts.Manager, opening.Facts.Token), 400, 1_000, LockKind.Hash, _target));
        b.State.Book.Locks.Should().ContainSingle();
        b.Refuse(new ChannelCommand.Fail(b.NewId(), 1)).Code.Should().Be(RejectionCode.WrongState, "the invoice counts on it");
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, _secret, null));
        ChannelParty.Settle(a, b);
        (b.State.Book.Locks.Length, b.State.Relays).Should().Be((0, null));
        b.State.Book.Balance.Of(ChannelSide.B).Should().Be(5_400);
    }

    [Fact]
    public void Lock_ThatTheInvoiceRefuses_GoesBackWithItsReason()
    {
        var reason = HexBytes.From(new byte[OnionFailure.Length]);
        var (a, b) = Offered(_ => new EffectResult.LockPassed(new(RejectionCode.WrongState, "a", "b"), reason));
        b.State.Book.Locks.Should().BeEmpty();
        a.State.Carries!.Values.Single().Reason.Should().Be(reason);
        a.State.Book.Balance.Of(ChannelSide.A).Should().Be(10_000);
    }

    [Fact]
    public void Event_WithAnInvoice_WaitsUntilEverySiloReadsIt()
    {
        ChannelDecider.GenerationOf(new ChannelEvent.LockRouted(1, null) { Payment = _payment }).Should().Be(EventGenerations.Invoices);
        ChannelDecider.GenerationOf(new ChannelEvent.LockRouted(1, null)).Should().Be(EventGenerations.First);
    }

    private static (ChannelParty A, ChannelParty B) Offered(Func<Effect.HoldPart, EffectResult> invoice)
    {
        var (a, b) = ChannelParty.Pair();
        b.Beside = effect => effect switch
        {
            Effect.RouteLock => new EffectResult.LockRouted(null, null, null) { Payment = _payment },
            Effect.HoldPart hold => invoice(hold),
            _ => throw new InvalidOperationException(effect.ToString()),
        };
        a.Accept(new ChannelCommand.Offer(a.NewId(), 400, 1_010_000, LockKind.Hash, _target) { Onion = HexBytes.From(new byte[Onion.Length]) });
        ChannelParty.Settle(a, b);
        return (a, b);
    }
}
