using System.Security.Cryptography;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Payments;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>A leg over channels, and the one that is made instead of it.</summary>
internal static class ChannelLegs
{
    internal static readonly Bytes32 Secret = PacketRun.Hash("the secret of the rent");

    internal static ChannelInvoice Invoice { get; } = InvoiceScene.Sign(new(
        new(PacketRun.Payee, "october"),
        new InvoicePlace("payee-key", Chain, AddressOf("manager"), AddressOf("token")),
        400,
        Start + Span.Hours(20),
        new(Bytes32.From(SHA256.HashData(Secret.ToArray())), PacketRun.Hash("payment secret"), PaymentRun.OnionKey)
        {
            Node = InvoiceScene.Payee,
            Seal = new(Start, InvoiceScene.October.Hash, default),
        }));

    internal static Leg.ChannelPayment Rent { get; } = new("rent", [], "channels", Invoice, new(Token, 400), 20, 4, Start + Span.Hours(1));

    /// <summary>Another invoice of the same payee, for as much.</summary>
    internal static Leg.ChannelPayment Next(string name) => Rent with { Invoice = InvoiceScene.Sign(Invoice with { Terms = Invoice.Terms with { Hash = PacketRun.Hash(name) } }) };

    internal static Leg.ChainTransfer Instead { get; } = (Leg.ChainTransfer)Transfer("rent-chain", 400, asset: Token) with { InsteadOf = "rent" };

    internal static LegProgress Paid { get; } = new LegProgress.Paid(400, 3, Secret);

    internal static LegProgress Unpaid(PaymentFailure why = PaymentFailure.NoPath, bool mayBePaid = false) => new LegProgress.Unpaid(why, mayBePaid);

    /// <summary>A packet whose payment has been asked for and began.</summary>
    internal static PacketRun Paying(params ReadOnlySpan<Leg> legs)
    {
        var run = new PacketRun(legs.IsEmpty ? [Rent, Instead] : legs).Reserved();
        run.PaymentDoes();
        return run;
    }

    /// <summary>Whatever its payment is asked, it does.</summary>
    internal static void PaymentDoes(this PacketRun run)
    {
        foreach (var (intent, effect) in run.Owed)
            if (effect is Effect.TellPayment) run.Answer(intent, PacketRun.Done);
    }

    /// <summary>What the payment is asked now, or null.</summary>
    internal static PaymentCommand? Asked(this PacketRun run) => run.Owed.Values.OfType<Effect.TellPayment>().SingleOrDefault()?.Command;

    /// <summary>What lanes are asked now.</summary>
    internal static string Lane(this PacketRun run) => string.Join(", ", run.Owed.Values.OfType<Effect.TellLane>().Select(static tell => tell.Command.GetType().Name));
}
