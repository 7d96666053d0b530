using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Invoices;

/// <summary>What the payee's channel key signed an invoice with.</summary>
/// <param name="MadeAt">By the payee's clock.</param>
/// <param name="Words">Keccak-256 of 16 random bytes and the description: who has the invoice's text can show both, and nobody can guess them.</param>
/// <param name="Signature">64 bytes, EIP-2098.</param>
[GenerateSerializer, Immutable, Alias("tpw.invoice-seal")]
public sealed record InvoiceSeal(Instant MadeAt, Bytes32 Words, HexBytes Signature)
{
    /// <summary>Most bytes of <see cref="More"/>.</summary>
    public const int MostMore = 256;

    /// <summary>Fields that this build does not know, as they stand in the text: signed as the others are.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HexBytes More { get; init; }
}
