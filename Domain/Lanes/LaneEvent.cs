using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>What happened in a lane. Append only: names and fields are stored for ever. Sequence names the entry.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(LegQueued), "leg-queued")]
[JsonDerivedType(typeof(FactsRequested), "facts-requested")]
[JsonDerivedType(typeof(FactsRead), "facts-read")]
[JsonDerivedType(typeof(NonceClaimed), "nonce-claimed")]
[JsonDerivedType(typeof(TermsFixed), "terms-fixed")]
[JsonDerivedType(typeof(SignatureRequested), "signature-requested")]
[JsonDerivedType(typeof(SignatureUnderway), "signature-underway")]
[JsonDerivedType(typeof(VersionSigned), "version-signed")]
[JsonDerivedType(typeof(VersionRefused), "version-refused")]
[JsonDerivedType(typeof(LegRefused), "leg-refused")]
[JsonDerivedType(typeof(VersionWatched), "version-watched")]
[JsonDerivedType(typeof(VersionTracked), "version-tracked")]
[JsonDerivedType(typeof(LookupRequested), "lookup-requested")]
[JsonDerivedType(typeof(BroadcastRequested), "broadcast-requested")]
[JsonDerivedType(typeof(BroadcastAnswered), "broadcast-answered")]
[JsonDerivedType(typeof(VersionMined), "version-mined")]
[JsonDerivedType(typeof(VersionUnmined), "version-unmined")]
[JsonDerivedType(typeof(VersionFinal), "version-final")]
[JsonDerivedType(typeof(NonceTaken), "nonce-taken")]
[JsonDerivedType(typeof(NonceReturned), "nonce-returned")]
[JsonDerivedType(typeof(CloseRequested), "close-requested")]
[JsonDerivedType(typeof(LaneStopped), "lane-stopped")]
[JsonDerivedType(typeof(LaneResumed), "lane-resumed")]
[JsonDerivedType(typeof(ReportDelivered), "report-delivered")]
[JsonDerivedType(typeof(RecoveryBegun), "recovery-begun")]
[JsonDerivedType(typeof(LegFound), "leg-found")]
[JsonDerivedType(typeof(VersionFound), "version-found")]
[JsonDerivedType(typeof(PageRead), "page-read")]
[JsonDerivedType(typeof(RecoveryEnded), "recovery-ended")]
public abstract record LaneEvent
{
    private LaneEvent()
    {
    }

    public sealed record LegQueued(long Sequence, SpendIntent Intent) : LaneEvent;

    public sealed record FactsRequested(long Number) : LaneEvent;

    public sealed record FactsRead(ulong NextNonce, UInt256 Balance, UInt256 BaseFeePerGas, UInt256 PriorityFeePerGas, bool HasDelegate) : LaneEvent
    {
        /// <summary>What a block takes, where that is not Ethereum's slot.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Span? BlockTime { get; init; }
    }

    /// <summary>The entry has this nonce; told again with a lower one when an unsigned claim before it was rewound.</summary>
    public sealed record NonceClaimed(long Sequence, ulong Nonce) : LaneEvent;

    /// <param name="DataFee">The part of the budget that is kept for what the chain charges beside the gas.</param>
    public sealed record TermsFixed(
        long Sequence, GasTerms Terms, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UInt256? DataFee = null) : LaneEvent;

    public sealed record SignatureRequested(long Sequence, long Request, GasTerms Terms, bool NoOp) : LaneEvent;

    /// <summary>The key has the request; its outcome comes by itself.</summary>
    public sealed record SignatureUnderway(long Sequence, long Request) : LaneEvent;

    public sealed record VersionSigned(long Sequence, HexBytes Raw, Bytes32 TxHash) : LaneEvent;

    /// <summary>A further version was refused; those that are signed stay.</summary>
    public sealed record VersionRefused(long Sequence, Rejection Rejection) : LaneEvent;

    /// <summary>The entry ends with nothing signed; its nonce, if it had one, is free again.</summary>
    public sealed record LegRefused(long Sequence, Rejection Rejection) : LaneEvent;

    public sealed record VersionWatched(long Sequence, Bytes32 TxHash) : LaneEvent;

    public sealed record VersionTracked(long Sequence, Bytes32 TxHash) : LaneEvent;

    public sealed record LookupRequested(long Sequence, Bytes32 TxHash, long Number) : LaneEvent;

    public sealed record BroadcastRequested(long Sequence, Bytes32 TxHash, long Number) : LaneEvent;

    public sealed record BroadcastAnswered(long Sequence, Bytes32 TxHash, BroadcastOutcome Outcome) : LaneEvent;

    public sealed record VersionMined(long Sequence, int Report, Inclusion Inclusion) : LaneEvent;

    public sealed record VersionUnmined(long Sequence, int Report, Bytes32 TxHash, Bytes32 LostBlock) : LaneEvent;

    public sealed record VersionFinal(long Sequence, int Report, Inclusion Inclusion) : LaneEvent;

    /// <summary>A final transaction that this lane did not sign has the entry's nonce.</summary>
    public sealed record NonceTaken(long Sequence, Inclusion By) : LaneEvent;

    /// <summary>A deep reorg took away the transaction that had the nonce: the versions of the entry can be mined again.</summary>
    public sealed record NonceReturned(long Sequence) : LaneEvent;

    public sealed record CloseRequested(long Sequence, string Reason) : LaneEvent;

    public sealed record LaneStopped(Rejection Reason, Bytes32? ForeignTx) : LaneEvent;

    /// <summary>Members went on after a foreign use: nothing that was known of the chain is believed any more.</summary>
    public sealed record LaneResumed(AccountId Account, Bytes32 ForeignTx, Name Change) : LaneEvent;

    public sealed record ReportDelivered(long Number) : LaneEvent;

    /// <summary>The journal was restored: what was signed here is read from the signer first. Numbers go on above all that the lost tail can have used.</summary>
    public sealed record RecoveryBegun(long Epoch) : LaneEvent;

    /// <summary>The signer signed a leg that this lane does not know.</summary>
    public sealed record LegFound(long Sequence, SpendIntent Intent, ulong Nonce, PacketContent Packet, EffectBounds Bounds) : LaneEvent;

    public sealed record VersionFound(long Sequence, ulong Nonce, GasTerms Terms, bool NoOp, HexBytes Raw, Bytes32 TxHash) : LaneEvent;

    /// <summary>More was signed: asked next is what lies below <paramref name="Before"/>.</summary>
    public sealed record PageRead(long Number, long Before) : LaneEvent;

    /// <summary>All that the signer signed here is known; the chain is read anew before anything is claimed.</summary>
    public sealed record RecoveryEnded : LaneEvent;
}
