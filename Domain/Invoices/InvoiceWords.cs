using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>What an invoice's payer reads of it. Only its hash is written down, so that it can be erased where it is kept.</summary>
/// <param name="Blind">16 bytes that nobody guesses: short descriptions could be.</param>
public sealed record InvoiceWords(HexBytes Blind, string Description)
{
    /// <summary>Bytes of the blind.</summary>
    public const int BlindLength = 16;

    /// <summary>What is signed for it.</summary>
    public Bytes32 Hash => Bytes32.From(Keccak256.Hash(ToArray()));

    /// <summary>The blind, then the description in UTF-8.</summary>
    internal byte[] ToArray() => [.. Blind.Span, .. Encoding.UTF8.GetBytes(Description)];
}
