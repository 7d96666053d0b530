using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>
/// What a channel key signs for an invoice: EIP-712 under a domain of its own, which no contract has, as <see cref="Gossip.AnnouncementDigest"/>. It binds every field, the chain and the
/// contract by the domain.
/// </summary>
public static class InvoiceDigest
{
    /// <summary>The domain's name.</summary>
    public const string Name = "TPWallet Channel Invoices";

    /// <summary>The domain's version.</summary>
    public const string Version = "1";

    private const int Fields = 16;

    private static readonly Bytes32 Type = ChannelWords.TypeHash(
        "Invoice(bytes32 account,string name,string key,address token,address payee,uint256 amount,uint64 madeAtUnixMs,uint64 expiresAtUnixMs,bytes32 hash,"u8 +
        "bytes32 paymentSecret,bytes onionKey,uint32 leastSeconds,bytes ways,bytes32 words,bytes more)"u8);

    /// <summary>The digest of an invoice that <see cref="InvoiceRules"/> take; its signature does not matter.</summary>
    public static Bytes32 Of(ChannelInvoice invoice)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        var (place, terms, seal) = (invoice.Place, invoice.Terms, invoice.Terms.Seal!);
        Span<byte> buffer = stackalloc byte[Fields * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(Type);
        words.Add(invoice.Ref.Account.Hash);
        words.Add(HashOf(Encoding.ASCII.GetBytes(invoice.Ref.Id.Value)));
        words.Add(HashOf(Encoding.ASCII.GetBytes(place.Key.Value)));
        words.Add(place.Token);
        words.Add(terms.Node!.Value);
        // No invoice asks for nothing: 0 is what leaves it to the payer.
        words.Add(invoice.Amount ?? UInt256.Zero);
        words.Add((ulong)seal.MadeAt.UnixMs);
        words.Add((ulong)invoice.ExpiresAt.UnixMs);
        words.Add(terms.Hash);
        words.Add(terms.PaymentSecret);
        words.Add(HashOf(terms.OnionKey.Span));
        words.Add(terms.LeastSeconds);
        words.Add(HashOf(InvoiceWays.Write(terms)));
        words.Add(seal.Words);
        words.Add(HashOf(seal.More.Span));
        return words.Digest(SeparatorOf(place));
    }

    /// <summary>Whether the channel key that it names signed it.</summary>
    public static bool IsSigned(ChannelInvoice invoice)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        return invoice.Terms is { Node: { } payee, Seal: { } seal } && ChannelSignature.IsBy(payee, Of(invoice), seal.Signature);
    }

    /// <summary>The EIP-712 domain separator for the channels of a contract; the contract's own is <see cref="ChannelDomain.Separator"/>.</summary>
    public static byte[] SeparatorOf(Grains.Interfaces.Invoices.InvoicePlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return Eip712.DomainSeparator(new TypedDataDomain(Name, Version, place.Chain.EvmNumber, place.Manager.ToArray()));
    }

    private static Bytes32 HashOf(ReadOnlySpan<byte> bytes) => Bytes32.From(Keccak256.Hash(bytes));
}
