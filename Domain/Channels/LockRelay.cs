using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>A lock of the peer's that goes on, until it stands in no state any more.</summary>
public sealed record LockRelay(LockOnward Onward)
{
    /// <summary>The next channel has taken it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPassed { get; init; }
}
