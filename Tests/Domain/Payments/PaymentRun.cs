using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Domain.Routing;

namespace TPWallet.Tests.Domain.Payments;

/// <summary>A payment driven by hand; its channels, and whoever finds ways, are played by the test.</summary>
internal sealed class PaymentRun() : MachineRun<PaymentDecider, PaymentState, PaymentCommand, PaymentEvent>(
    new PaymentRef(Account, "rent").Key, PaymentJson.Default.PaymentEvent, PaymentJson.Default.PaymentState)
{
    internal const ulong Amount = 1_000;
    internal const ulong MostFee = 50;

    internal static readonly AccountId Account = new(PacketRun.Hash("payer"));
    internal static readonly Bytes32 Secret = PacketRun.Hash("the secret");
    internal static readonly HexBytes OnionKey = KeyOf(1);
    internal static readonly PaymentEnds Ends = new(SmallNetwork.Node(0), SmallNetwork.Node(2), 3_000, 500_000, 100);
    internal static readonly HexBytes Reason = HexBytes.From([1, 2, 3]);

    internal static PaymentContent Content => new(
        InvoiceRun.Place, "invoice", new(Bytes32.From(SHA256.HashData(Secret.ToArray())), PacketRun.Hash("payment secret"), OnionKey) { Node = InvoiceScene.Payee }, Amount, MostFee, 4, People.Start + Span.Hours(1));

    /// <summary>The invoice that is paid: signed, and of no amount.</summary>
    internal static ChannelInvoice Invoice => new(
        new(new(PacketRun.Hash("payee")), "invoice"), InvoiceRun.Place with { Key = "payee-key" }, null, People.Start + Span.Hours(40),
        Content.Terms with { Seal = new(People.Start - Span.Hours(1), default, default) });

    internal static PaymentCommand.Begin BeginOf(Guid id, PaymentContent content) => InvoiceScene.Begin(id, Invoice, content);

    internal static HexBytes KeyOf(int number)
    {
        using var key = PrivateKey.From([.. Enumerable.Repeat((byte)number, 32)]);
        return HexBytes.From(Secp256k1.CreatePublicKey(key));
    }

    internal PaymentRun Begin()
    {
        Accept(BeginOf(NewId(), Content));
        Answer<Effect.PreparePayment>(new EffectResult.PaymentPrepared(Ends));
        return this;
    }

    /// <summary>A way over two channels.</summary>
    internal static PaymentWay Way(ulong amount, ulong fee = 1) => new(
        new(
            [
                new(new(SmallNetwork.Id(1), ChannelSide.A), SmallNetwork.Node(0), SmallNetwork.Node(1), amount + fee, 5_000, 0),
                new(new(SmallNetwork.Id(2), ChannelSide.A), SmallNetwork.Node(1), SmallNetwork.Node(2), amount, 3_000, fee),
            ],
            7,
            500_000),
        1_900_000_000,
        [KeyOf(2), OnionKey]);

    /// <summary>What remains goes in parts, which their first channels take.</summary>
    internal void Send(params ulong[] amounts)
    {
        Plan([.. amounts.Select(static amount => (amount, 1UL))]).Should().HaveCount(amounts.Length);
        foreach (var (intent, _) in Owed.Where(static owed => owed.Value is Effect.SendPart).ToArray()) Answer(intent, PacketRun.Done).Should().ContainSingle();
    }

    internal ImmutableArray<PaymentEvent> Plan(ulong amount, ulong fee = 1) => Plan((amount, fee));

    /// <summary>Ways of several parts are found.</summary>
    internal ImmutableArray<PaymentEvent> Plan(params (ulong Amount, ulong Fee)[] parts) =>
        Answer<Effect.FindWays>(new EffectResult.WaysFound([.. parts.Select(static part => Way(part.Amount, part.Fee))], null));

    internal ImmutableArray<PaymentEvent> NoWay(PaymentFailure why) => Answer<Effect.FindWays>(new EffectResult.WaysFound([], why));

    internal ImmutableArray<PaymentEvent> Pays(int part) => Accept(new PaymentCommand.RecordEnd(People.Id($"end {part}"), part, Secret, null));

    internal ImmutableArray<PaymentEvent> ComesBack(int part, HopFailure why, int hop = 1)
    {
        Accept(new PaymentCommand.RecordEnd(People.Id($"end {part}"), part, null, Reason)).Should().ContainSingle();
        return Answer<Effect.ReadCause>(new EffectResult.CauseRead(new(hop, why)));
    }
}
