using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A lock of ours until it is known how it ended, and until who waits for that knows it.</summary>
/// <param name="Wish">The command that asked for it.</param>
/// <param name="Lock">The lock.</param>
/// <param name="Origin">What it is carried for; null: a payment of the account's.</param>
public sealed record LockCarry(Guid Wish, ChannelLock Lock, LockOrigin? Origin)
{
    /// <summary>The part of a payment that it is; null: it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PaymentPart? Payer { get; init; }

    /// <summary>Since when a peer at another operator has it; null: it has not, or it has answered, or that it has not is noted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? Since { get; init; }

    /// <summary>Somebody is to be told how it ended.</summary>
    [JsonIgnore]
    public bool IsAwaited => Origin is not null || Payer is not null;

    /// <summary>It opens the lock.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Bytes32? Secret { get; init; }

    /// <summary>What the peer said why it gave the lock back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HexBytes? Reason { get; init; }

    /// <summary>A final block after its expiry shows that the secret was not registered in time: it never pays, in whatever state it stands.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsVoid { get; init; }
}
