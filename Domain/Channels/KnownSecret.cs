using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A secret that opens a lock of the peer's which has not paid yet.</summary>
/// <param name="Lock">The lock's number.</param>
public sealed record KnownSecret(long Lock, LockKind Kind, Bytes32 Secret)
{
    /// <summary>The contract has it at a final block: the lock pays whenever the channel settles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRegistered { get; init; }
}
