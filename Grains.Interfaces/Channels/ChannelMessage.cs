using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>
/// What one party's machine says to the other's. Numbered from 1 without gaps and kept until the other has made it durable; the same number is always the
/// same bytes. So messages may be lost, doubled and delayed on the way, and arrive once and in order.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "message")]
[JsonDerivedType(typeof(Propose), "propose")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(Refuse), "refuse")]
[JsonDerivedType(typeof(AskTurn), "ask-turn")]
[JsonDerivedType(typeof(Yield), "yield")]
[JsonDerivedType(typeof(Prove), "prove")]
[JsonDerivedType(typeof(Lost), "lost")]
[JsonDerivedType(typeof(AskLeave), "ask-leave")]
[JsonDerivedType(typeof(GiveLeave), "give-leave")]
[GenerateSerializer, Immutable, Alias("tpw.channel-message")]
public abstract record ChannelMessage
{
    private ChannelMessage(long number) => Number = number;

    /// <summary>Its place among all that this party ever said in this channel.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>A new state, signed by the proposer: from here the other party can complete it.</summary>
    /// <param name="Nonce">Of the new state: above any that was ever used in this channel, by at most 16; or the final one.</param>
    /// <param name="On">Nonce of the state that the updates are applied to.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.propose")]
    public sealed record Propose(long Number, ulong Nonce, ulong On, ImmutableArray<ChannelUpdate> Updates, HexBytes Signature) : ChannelMessage(Number);

    /// <summary>The other signature: this state, and with it every one that it was built on, holds.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.acknowledge")]
    public sealed record Acknowledge(long Number, ulong Nonce, HexBytes Signature) : ChannelMessage(Number);

    /// <summary>A state is not signed, nor any that was proposed after it. Their nonces are burnt.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.refuse")]
    public sealed record Refuse(long Number, ulong Nonce, Rejection Reason) : ChannelMessage(Number);

    /// <summary>The sender has something to propose.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.ask-turn")]
    public sealed record AskTurn(long Number) : ChannelMessage(Number);

    /// <summary>The turn is the other party's. Said only when none of the sender's proposals is open.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.yield")]
    public sealed record Yield(long Number) : ChannelMessage(Number);

    /// <summary>
    /// The newest state with both signatures, for a party that no longer knows it: it has lost what it stored. Has the number 0, since the other's count is
    /// what was lost.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.prove")]
    public sealed record Prove(ChannelBook Book, HexBytes SignatureA, HexBytes SignatureB) : ChannelMessage(0);

    /// <summary>The sender has lost state, as its signer knows more than it does: it signs nothing more, and asks for the proof. Has the number 0.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.lost")]
    public sealed record Lost() : ChannelMessage(0);

    /// <summary>The sender wants the other party's signature of an order by which it withdraws what a state with both signatures names.</summary>
    /// <param name="Total">All that the sender will have withdrawn, ever.</param>
    /// <param name="Expiry">Last second, by the contract's clock, at which the order is good.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.ask-leave")]
    public sealed record AskLeave(long Number, UInt256 Total, ulong Expiry) : ChannelMessage(Number);

    /// <summary>The signature that was asked for.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-message.give-leave")]
    public sealed record GiveLeave(long Number, UInt256 Total, ulong Expiry, HexBytes Signature) : ChannelMessage(Number);

    /// <summary>What of this a build reads: 2 since withdrawals from an open channel. Said by who is asked; an older one says nothing.</summary>
    public const int Form = 2;
}
