using TPWallet.Domain.Invoices;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Invoices;

/// <summary>An invoice driven by hand; its channels are played by the test.</summary>
internal sealed class InvoiceRun() : MachineRun<InvoiceDecider, InvoiceState, InvoiceCommand, InvoiceEvent>(
    new InvoiceRef(Account, "rent").Key, InvoiceJson.Default.InvoiceEvent, InvoiceJson.Default.InvoiceState)
{
    internal const ulong Asked = 1_000;

    internal static readonly AccountId Account = new(PacketRun.Hash("payee"));
    internal static readonly InvoicePlace Place = new("channels", ChannelParty.Facts.Chain, ChannelParty.Facts.Manager, ChannelParty.Facts.Token);
    internal static readonly InvoiceTerms Terms = new(PacketRun.Hash("secret"), PacketRun.Hash("payment secret"), HexBytes.From(new byte[33]));

    private int _parts;

    internal static InvoiceContent Content(UInt256? amount) => new(Place, amount, People.Start + Span.Hours(1), "");

    internal InvoiceRun Open(UInt256? amount)
    {
        Accept(new InvoiceCommand.Create(NewId(), Content(amount)));
        Answer<Effect.MakeInvoice>(new EffectResult.InvoiceMade(Terms));
        return this;
    }

    internal InvoiceRun Open() => Open(Asked);

    /// <summary>The next lock of a channel.</summary>
    internal InvoicePart Part(ulong amount, ulong total = Asked) =>
        new(new(new(ChannelParty.Id, ChannelSide.B), ++_parts, PacketRun.Hash($"shared {_parts}")), Place, amount, total, LockKind.Hash, Terms.Hash);

    internal void Hold(ulong amount, ulong total = Asked) => Accept(new InvoiceCommand.Hold(People.Id($"hold {_parts}"), Part(amount, total)));

    internal RejectionCode Refuse(InvoicePart part) => Refuse(new InvoiceCommand.Hold(People.Id($"hold {_parts}"), part)).Code;

    /// <summary>Every channel that is to be told hears it: how many take theirs, and how many give theirs back.</summary>
    internal (int Taken, int Back) Tell()
    {
        var told = Owed.Where(static owed => owed.Value is Effect.AnswerPart).ToArray();
        foreach (var (intent, _) in told) Answer(intent, PacketRun.Done).Should().ContainSingle();
        return (told.Count(static owed => ((Effect.AnswerPart)owed.Value).IsTaken), told.Count(static owed => !((Effect.AnswerPart)owed.Value).IsTaken));
    }
}
