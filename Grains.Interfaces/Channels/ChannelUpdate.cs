using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>One change of a channel's book, by the party that proposes it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "update")]
[JsonDerivedType(typeof(Pay), "pay")]
[JsonDerivedType(typeof(Offer), "offer")]
[JsonDerivedType(typeof(Fulfil), "fulfil")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(Count), "count")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Withdraw), "withdraw")]
[GenerateSerializer, Immutable, Alias("tpw.channel-update")]
public abstract record ChannelUpdate
{
    private ChannelUpdate()
    {
    }

    /// <summary>The proposer pays the other party.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.pay")]
    public sealed record Pay(UInt256 Amount) : ChannelUpdate;

    /// <summary>The proposer locks an amount for the other party.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.offer")]
    public sealed record Offer(ChannelLock Lock) : ChannelUpdate
    {
        /// <summary>Where the payment goes from here, for the other party to peel (BOLT-4); null: it ends here.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public HexBytes? Onion { get; init; }
    }

    /// <summary>The proposer takes what the other party had locked for it, by the secret.</summary>
    /// <param name="Number">Of the other party's lock.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.fulfil")]
    public sealed record Fulfil(long Number, Bytes32 Secret) : ChannelUpdate;

    /// <summary>The proposer gives back what the other party had locked for it. Only the payee may: the offerer cannot know whether the secret is out.</summary>
    /// <param name="Number">Of the other party's lock.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.fail")]
    public sealed record Fail(long Number) : ChannelUpdate
    {
        /// <summary>Why, for who made the onion alone to read (BOLT-4); null: nothing is said.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public HexBytes? Reason { get; init; }
    }

    /// <summary>Counts in a party's total of deposits that is final on the chain.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.count")]
    public sealed record Count(ChannelSide Side, UInt256 Total) : ChannelUpdate;

    /// <summary>Nothing comes after this: the book gets the final nonce and must hold no lock.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.end")]
    public sealed record End : ChannelUpdate;

    /// <summary>
    /// The proposer takes an amount out of the open channel: its total of withdrawals rises and its balance falls, so that it is spent in every later state, whether the contract
    /// has paid it yet or not. Something must stay in the channel.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.channel-update.withdraw")]
    public sealed record Withdraw(UInt256 Amount) : ChannelUpdate;
}
