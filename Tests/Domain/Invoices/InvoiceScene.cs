using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Domain.Gossip;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Invoices;

/// <summary>Invoices with their maker's key.</summary>
internal static class InvoiceScene
{
    private static readonly byte[] _secret = SHA256.HashData("tpw.test.invoices|payee"u8);

    public static Address Payee { get; } = AddressOf();

    public static HexBytes Blind { get; } = HexBytes.From(Enumerable.Range(1, InvoiceWords.BlindLength).Select(static at => (byte)at).ToArray());

    /// <summary>The words of most.</summary>
    public static InvoiceWords October => new(Blind, "October");

    /// <summary>With everything that there may be, and the words "October".</summary>
    public static WrittenInvoice Rent { get; } = Sign(Plain with { Terms = Plain.Terms with { WaysIn = [WayOf(1), WayOf(2)], LeastSeconds = 1_060 } }, "October");

    /// <summary>What has to be, not signed.</summary>
    public static ChannelInvoice Plain => new(
        new(new(PacketRun.Hash("payee")), "rent"), new("channels", ChannelParty.Facts.Chain, ChannelParty.Facts.Manager, ChannelParty.Facts.Token), 1_000, People.Start + Span.Hours(1),
        new(Bytes32.From(SHA256.HashData(PacketRun.Hash("the secret").ToArray())), PacketRun.Hash("payment secret"), GossipScene.OnionKeyOf(1))
        {
            Node = Payee,
            Seal = new(People.Start, default, HexBytes.From(new byte[ChannelSignature.Length])),
        });

    public static WayIn WayOf(int number)
    {
        var peer = GossipScene.NodeOf(number);
        var (a, b) = peer.CompareTo(Payee) < 0 ? (peer, Payee) : (Payee, peer);
        return new(PacketRun.Hash($"channel {number}"), a, b, 5_000, new(1, 1_000, 7_200, 4_000), GossipScene.OnionKeyOf(number)) { LongestLock = 604_800 };
    }

    /// <summary>By the payee's key, with these words.</summary>
    public static WrittenInvoice Sign(ChannelInvoice invoice, string description)
    {
        var words = new InvoiceWords(Blind, description);
        return new(Sign(invoice with { Terms = invoice.Terms with { Seal = invoice.Terms.Seal! with { Words = words.Hash } } }), words);
    }

    /// <summary>Paid as it asks; without an amount what is said here.</summary>
    public static PaymentCommand.Begin Begin(Guid id, ChannelInvoice invoice, PaymentContent content) => new(
        id, InvoiceText.Write(Sign(invoice, "October")), content.Place, content.Amount, content.MostFee, content.MostParts, content.Until)
    { Ring = content.Ring };

    /// <summary>By the payee's key, as it is.</summary>
    public static ChannelInvoice Sign(ChannelInvoice invoice)
    {
        using var key = PrivateKey.From(_secret);
        return invoice with { Terms = invoice.Terms with { Seal = invoice.Terms.Seal! with { Signature = ChannelSignature.Sign(key, InvoiceDigest.Of(invoice)) } } };
    }

    /// <summary>What is read, which must be an invoice.</summary>
    public static WrittenInvoice Read(string text)
    {
        var (written, refusal) = InvoiceText.Read(text);
        refusal.Should().BeNull();
        return written!;
    }

    private static Address AddressOf()
    {
        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        Secp256k1.CreatePublicKey(_secret, point);
        return Address.From(Keccak256.Hash(point[1..]).AsSpan(12));
    }
}
