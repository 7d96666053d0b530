using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// Has the signer sign for a channel from now on, under a mandate of the account's lineage; asked again with a longer lineage, it learns that one. The same
/// channel gives the same answer.
/// </summary>
/// <param name="Key">One of the account's channel keys; its address is the party of this side.</param>
/// <param name="LockFloor">Locks below it are trimmed (the contract's floor of the token); it never changes.</param>
[GenerateSerializer, Immutable, Alias("tpw.take-channel")]
public sealed record TakeChannelRequest(Genesis Genesis, ImmutableArray<EnactedChange> Lineage, Name Key, ChannelFacts Facts, ChannelSide Us, UInt256 LockFloor)
{
    /// <inheritdoc cref="SignRequest.AskedAt"/>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? AskedAt { get; init; }
}

/// <summary>What the signer knows of a channel.</summary>
/// <param name="Side">The channel's id, and which party the account's key is.</param>
/// <param name="Nonce">The highest nonce that was ever signed, 0: none. A journal that knows less was put back.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-taken")]
public sealed record ChannelTaken(ChannelRef Side, ulong Nonce);

/// <summary>
/// Asks for the signature of one state. One state is ever signed for one nonce of a channel, each nonce above all before it; the newest may be asked for again.
/// Under a freeze, and without a mandate, only what takes nothing from the account is signed.
/// </summary>
/// <param name="Side">The channel's id, and which party the account's key is.</param>
/// <param name="Changes">Changes of the account's lineage that the asker knows: a signer that knows more, or fewer, must be told first (StaleVersion).</param>
[GenerateSerializer, Immutable, Alias("tpw.sign-state")]
public sealed record SignStateRequest(AccountId Account, ChannelRef Side, int Changes, ChannelBook Book);

/// <summary>Asks for several at once, each judged by itself: their floors share one commit.</summary>
[GenerateSerializer, Immutable, Alias("tpw.sign-states")]
public sealed record SignStatesRequest(ImmutableArray<SignStateRequest> States)
{
    /// <summary>Most in one request.</summary>
    public const int Most = 64;
}

/// <summary>
/// Asks for the signature of what closes or pays out a channel. Neither takes anything from the account: a demand is not signed for a state far below the newest
/// that was signed, what is paid out goes where the mandate says, and a withdrawal is spent by a state that both signed.
/// </summary>
/// <param name="Changes">As of <see cref="SignStateRequest"/>.</param>
[GenerateSerializer, Immutable, Alias("tpw.sign-order")]
public sealed record SignOrderRequest(AccountId Account, ChannelRef Side, int Changes, ChannelOrder Order);
