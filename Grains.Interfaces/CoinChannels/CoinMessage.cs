using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>
/// What one party's machine says to the other's, in a protocol of our own. Numbered from 1 without gaps and kept until the other has made it durable; the same number
/// is always the same bytes. Those of the number 0 are for parties that meet again, and may come at any time and in any order.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "message")]
[JsonDerivedType(typeof(Hello), "hello")]
[JsonDerivedType(typeof(Fund), "fund")]
[JsonDerivedType(typeof(Funded), "funded")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(Commit), "commit")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(Revoke), "revoke")]
[JsonDerivedType(typeof(AskTurn), "ask-turn")]
[JsonDerivedType(typeof(Yield), "yield")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Ask), "ask")]
[JsonDerivedType(typeof(Tell), "tell")]
[GenerateSerializer, Immutable, Alias("tpw.coin-message")]
public abstract record CoinMessage
{
    private CoinMessage(long number) => Number = number;

    /// <summary>Its place among all that this party ever said in this channel.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>Who the sender is in this channel, and the points of its commitments 0 and 1.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.hello")]
    public sealed record Hello(long Number, CoinTerms Terms, CoinParty Party, HexBytes Point, HexBytes NextPoint) : CoinMessage(Number);

    /// <summary>The opener's funding output, and its signature for the accepter's first commitment (funding_created).</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.fund")]
    public sealed record Fund(long Number, SpentOutput Funding, CoinSignatures Signatures) : CoinMessage(Number);

    /// <summary>The accepter's signature for the opener's first commitment: the funding may be sent (funding_signed).</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.funded")]
    public sealed record Funded(long Number, CoinSignatures Signatures) : CoinMessage(Number);

    /// <summary>The sender has seen the funding as final (channel_ready).</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.ready")]
    public sealed record Ready(long Number) : CoinMessage(Number);

    /// <summary>Updates by whose turn it is, and its signatures for the other's next commitment.</summary>
    /// <param name="Commitment">The number of that commitment.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.commit")]
    public sealed record Commit(long Number, long Commitment, ImmutableArray<CoinUpdate> Updates, CoinSignatures Signatures) : CoinMessage(Number);

    /// <summary>The sender has revoked the state before, and signs the proposer's commitment of the new one.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.answer")]
    public sealed record Answer(long Number, long Commitment, CoinRevocation Revocation, CoinSignatures Signatures) : CoinMessage(Number);

    /// <summary>The proposer, too, has revoked the state before.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.revoke")]
    public sealed record Revoke(long Number, long Commitment, CoinRevocation Revocation) : CoinMessage(Number);

    /// <summary>The sender has something to propose.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.ask-turn")]
    public sealed record AskTurn(long Number) : CoinMessage(Number);

    /// <summary>The turn is the other party's.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.yield")]
    public sealed record Yield(long Number) : CoinMessage(Number);

    /// <summary>The sender signs the transaction that ends the channel with this state's balances, and no state after it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.end")]
    public sealed record End(long Number, long Commitment, HexBytes Signature) : CoinMessage(Number);

    /// <summary>
    /// Asks where the other party stands (channel_reestablish). Its commitment's number lets the other prove that this party has lost state.
    /// </summary>
    /// <param name="Session">Counts the sender's questions: an answer of an older one says nothing of now.</param>
    /// <param name="Commitment">The number of the sender's newest commitment that it has not revoked.</param>
    /// <param name="IsLost">The sender knows that it has lost state: the other is to leave, since the sender cannot.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.ask")]
    public sealed record Ask(long Session, long Commitment, bool IsLost) : CoinMessage(0);

    /// <summary>Where the sender stands, by what it has made durable.</summary>
    /// <param name="Session">Of the question.</param>
    /// <param name="Asked">The commitment's number in the question.</param>
    /// <param name="Secret">The secret of that commitment, if whoever asked has given it away: the proof that it has lost state.</param>
    /// <param name="Commitment">The number of the sender's newest commitment.</param>
    /// <param name="Said">Number of the sender's newest message.</param>
    /// <param name="Heard">Number of the newest message that it has heard.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-message.tell")]
    public sealed record Tell(long Session, long Asked, Bytes32? Secret, long Commitment, long Said, long Heard) : CoinMessage(0);
}
