using System.Text.Json.Serialization;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What happened to one side of a channel. Those that a message of the peer brought say its number and digest.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Opened), "coin-channel.opened")]
[JsonDerivedType(typeof(OpeningRefused), "coin-channel.opening-refused")]
[JsonDerivedType(typeof(KeysMade), "coin-channel.keys-made")]
[JsonDerivedType(typeof(PeerMet), "coin-channel.peer-met")]
[JsonDerivedType(typeof(FundingChosen), "coin-channel.funding-chosen")]
[JsonDerivedType(typeof(FundHeard), "coin-channel.fund-heard")]
[JsonDerivedType(typeof(FundingForgotten), "coin-channel.funding-forgotten")]
[JsonDerivedType(typeof(ReadySaid), "coin-channel.ready-said")]
[JsonDerivedType(typeof(ReadyHeard), "coin-channel.ready-heard")]
[JsonDerivedType(typeof(UpdateWanted), "coin-channel.update-wanted")]
[JsonDerivedType(typeof(UpdateRefused), "coin-channel.update-refused")]
[JsonDerivedType(typeof(RoundBegun), "coin-channel.round-begun")]
[JsonDerivedType(typeof(PeerSigned), "coin-channel.peer-signed")]
[JsonDerivedType(typeof(SigningRefused), "coin-channel.signing-refused")]
[JsonDerivedType(typeof(CommitHeard), "coin-channel.commit-heard")]
[JsonDerivedType(typeof(AnswerHeard), "coin-channel.answer-heard")]
[JsonDerivedType(typeof(OwnTaken), "coin-channel.own-taken")]
[JsonDerivedType(typeof(RevokeHeard), "coin-channel.revoke-heard")]
[JsonDerivedType(typeof(TurnAsked), "coin-channel.turn-asked")]
[JsonDerivedType(typeof(TurnWanted), "coin-channel.turn-wanted")]
[JsonDerivedType(typeof(TurnYielded), "coin-channel.turn-yielded")]
[JsonDerivedType(typeof(TurnTaken), "coin-channel.turn-taken")]
[JsonDerivedType(typeof(EndWanted), "coin-channel.end-wanted")]
[JsonDerivedType(typeof(EndBegun), "coin-channel.end-begun")]
[JsonDerivedType(typeof(EndSigned), "coin-channel.end-signed")]
[JsonDerivedType(typeof(EndHeard), "coin-channel.end-heard")]
[JsonDerivedType(typeof(CloseWanted), "coin-channel.close-wanted")]
[JsonDerivedType(typeof(ProtocolBroken), "coin-channel.protocol-broken")]
[JsonDerivedType(typeof(TakingRefused), "coin-channel.taking-refused")]
[JsonDerivedType(typeof(MessageHeard), "coin-channel.message-heard")]
[JsonDerivedType(typeof(SessionBegun), "coin-channel.session-begun")]
[JsonDerivedType(typeof(SessionAnswered), "coin-channel.session-answered")]
[JsonDerivedType(typeof(QuestionHeard), "coin-channel.question-heard")]
[JsonDerivedType(typeof(QuestionAnswered), "coin-channel.question-answered")]
[JsonDerivedType(typeof(LossFound), "coin-channel.loss-found")]
[JsonDerivedType(typeof(PreimageKept), "coin-channel.preimage-kept")]
[JsonDerivedType(typeof(LookWanted), "coin-channel.look-wanted")]
[JsonDerivedType(typeof(Seen), "coin-channel.seen")]
[JsonDerivedType(typeof(SpendFinal), "coin-channel.spend-final")]
[JsonDerivedType(typeof(Handed), "coin-channel.handed")]
[JsonDerivedType(typeof(OutputForgone), "coin-channel.output-forgone")]
[JsonDerivedType(typeof(Closed), "coin-channel.closed")]
public abstract record CoinEvent
{
    private CoinEvent()
    {
    }

    public sealed record Opened(CoinOpening Opening) : CoinEvent;

    /// <summary>The signer signs for no such channel: it may be begun anew.</summary>
    public sealed record OpeningRefused(Rejection Reason) : CoinEvent;

    public sealed record KeysMade(CoinBasepoints Basepoints, HexBytes Point, HexBytes NextPoint) : CoinEvent;

    public sealed record PeerMet(HeardMessage Message, CoinParty Party, HexBytes Point, HexBytes NextPoint) : CoinEvent;

    /// <param name="Transaction">To be sent when it may; null: somebody else sends it.</param>
    public sealed record FundingChosen(SpentOutput Funding, HexBytes? Transaction) : CoinEvent;

    /// <summary>No block had the funding for so long that the accepter, who has nothing in it, waits no more (BOLT-2).</summary>
    public sealed record FundingForgotten : CoinEvent;

    /// <summary>The opener has signed our first commitment.</summary>
    public sealed record FundHeard(HeardMessage Message, SpentOutput Funding, CoinSignatures Signatures) : CoinEvent;

    /// <summary>The funding is final.</summary>
    public sealed record ReadySaid : CoinEvent;

    public sealed record ReadyHeard(HeardMessage Message) : CoinEvent;

    public sealed record UpdateWanted(CoinWish Wish) : CoinEvent;

    public sealed record UpdateRefused(Guid Wish, Rejection Reason) : CoinEvent;

    /// <summary>The first of what waits go into the next book.</summary>
    public sealed record RoundBegun(int Wishes) : CoinEvent;

    /// <summary>Our signer has signed the peer's commitment of the round: from when it is said the peer can send it.</summary>
    public sealed record PeerSigned(CoinSignatures Signatures) : CoinEvent;

    /// <summary>Our signer does not sign what we were about to propose; the peer has heard nothing of it.</summary>
    public sealed record SigningRefused(Rejection Reason) : CoinEvent;

    public sealed record CommitHeard(HeardMessage Message, ImmutableArray<CoinUpdate> Updates, CoinSignatures Signatures) : CoinEvent;

    /// <summary>The peer has signed our commitment of the round.</summary>
    /// <param name="Revocation">Of its old commitment; null for the first, which replaces none.</param>
    public sealed record AnswerHeard(HeardMessage Message, CoinRevocation? Revocation, CoinSignatures Signatures) : CoinEvent;

    /// <summary>Our signer has taken our commitment of the round, and given up the one before: that one must never be sent.</summary>
    public sealed record OwnTaken(CoinRevocation? Revocation) : CoinEvent;

    public sealed record RevokeHeard(HeardMessage Message, CoinRevocation Revocation) : CoinEvent;

    public sealed record TurnAsked : CoinEvent;

    public sealed record TurnWanted(HeardMessage Message) : CoinEvent;

    public sealed record TurnYielded : CoinEvent;

    public sealed record TurnTaken(HeardMessage Message) : CoinEvent;

    public sealed record EndWanted : CoinEvent;

    /// <summary>Nothing more is proposed; our signer is to sign the end.</summary>
    public sealed record EndBegun : CoinEvent;

    public sealed record EndSigned(HexBytes Signature) : CoinEvent;

    public sealed record EndHeard(HeardMessage Message, HexBytes Signature) : CoinEvent;

    /// <summary>This side leaves alone.</summary>
    /// <param name="Reason">Null: it was asked to.</param>
    public sealed record CloseWanted(Rejection? Reason) : CoinEvent;

    /// <summary>The peer said what it may not say: this side leaves.</summary>
    public sealed record ProtocolBroken(HeardMessage Message, Rejection Reason) : CoinEvent;

    /// <summary>The peer's signatures for our commitment are not right: the one before stays, and this side leaves by it.</summary>
    public sealed record TakingRefused(Rejection Reason) : CoinEvent;

    /// <summary>The peer has made our messages up to this one durable.</summary>
    public sealed record MessageHeard(long Number) : CoinEvent;

    /// <summary>The peer is asked where it stands.</summary>
    /// <param name="Epoch">Of the recovery; 0: it follows from none.</param>
    public sealed record SessionBegun(long Epoch) : CoinEvent;

    public sealed record SessionAnswered : CoinEvent;

    public sealed record QuestionHeard(PeerQuestion Question) : CoinEvent;

    public sealed record QuestionAnswered : CoinEvent;

    /// <summary>This side has lost state: the peer proved it, or our own signer says so.</summary>
    public sealed record LossFound(Rejection Reason) : CoinEvent;

    public sealed record PreimageKept(Bytes32 Preimage) : CoinEvent;

    public sealed record LookWanted : CoinEvent;

    public sealed record Seen(CoinSight Sight) : CoinEvent;

    /// <summary>What spends the funding is final.</summary>
    public sealed record SpendFinal : CoinEvent;

    /// <summary>A transaction was handed to the chain's nodes.</summary>
    public sealed record Handed(string Intent) : CoinEvent;

    public sealed record OutputForgone(SpentOutput Output) : CoinEvent;

    /// <summary>All that was this side's is final, or not worth its fee.</summary>
    public sealed record Closed : CoinEvent;
}
