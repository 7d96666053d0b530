using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>A lock of the peer's that goes on, or pays an invoice, until it stands in no state any more.</summary>
/// <param name="Onward">The next channel; null: it ends here.</param>
/// <param name="Payment">The invoice; null: it goes on.</param>
public sealed record LockRelay(LockOnward? Onward, LockPayment? Payment)
{
    /// <summary>The next channel, or the invoice, has taken it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPassed { get; init; }
}
