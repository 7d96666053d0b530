using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>What happened in a lane of coins. Append only: names and fields are stored for ever. Sequence names the leg.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(CoinFound), "coin-found")]
[JsonDerivedType(typeof(CoinLost), "coin-lost")]
[JsonDerivedType(typeof(LegQueued), "leg-queued")]
[JsonDerivedType(typeof(MarketRequested), "market-requested")]
[JsonDerivedType(typeof(MarketRead), "market-read")]
[JsonDerivedType(typeof(SelectionRequested), "selection-requested")]
[JsonDerivedType(typeof(SelectionDeferred), "selection-deferred")]
[JsonDerivedType(typeof(CoinsReserved), "coins-reserved")]
[JsonDerivedType(typeof(CoinsReleased), "coins-released")]
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
[JsonDerivedType(typeof(CoinsTaken), "coins-taken")]
[JsonDerivedType(typeof(InputLost), "input-lost")]
[JsonDerivedType(typeof(InputReturned), "input-returned")]
[JsonDerivedType(typeof(CoinsReturned), "coins-returned")]
[JsonDerivedType(typeof(CloseRequested), "close-requested")]
[JsonDerivedType(typeof(LaneStopped), "lane-stopped")]
[JsonDerivedType(typeof(LaneResumed), "lane-resumed")]
[JsonDerivedType(typeof(ReportDelivered), "report-delivered")]
[JsonDerivedType(typeof(GiftDelivered), "gift-delivered")]
[JsonDerivedType(typeof(RecoveryBegun), "recovery-begun")]
[JsonDerivedType(typeof(LegFound), "leg-found")]
[JsonDerivedType(typeof(VersionFound), "version-found")]
[JsonDerivedType(typeof(PageRead), "page-read")]
[JsonDerivedType(typeof(RecoveryEnded), "recovery-ended")]
public abstract record CoinLaneEvent
{
    private CoinLaneEvent()
    {
    }

    /// <summary>An output of the address is final, or was mined again in another block.</summary>
    public sealed record CoinFound(LaneCoin Coin) : CoinLaneEvent;

    /// <summary>A reorg took it away, or somebody else has spent it.</summary>
    public sealed record CoinLost(SpentOutput Output) : CoinLaneEvent;

    public sealed record LegQueued(long Sequence, SpendIntent Intent, bool ToOwn) : CoinLaneEvent;

    public sealed record MarketRequested(long Number) : CoinLaneEvent;

    public sealed record MarketRead(long RateSatPerKvb, long LeastSatPerKvb, long IncrementSatPerKvb) : CoinLaneEvent;

    public sealed record SelectionRequested(long Sequence, long Number) : CoinLaneEvent;

    /// <summary>No coins were found for the leg; it waits.</summary>
    public sealed record SelectionDeferred(long Sequence, Rejection Reason) : CoinLaneEvent;

    /// <summary>These coins are the leg's alone until it ends.</summary>
    public sealed record CoinsReserved(long Sequence, CoinSpend Spend) : CoinLaneEvent;

    /// <summary>One of the coins of a leg that was never signed is gone: all are free again, and it waits for others.</summary>
    public sealed record CoinsReleased(long Sequence) : CoinLaneEvent;

    public sealed record SignatureRequested(long Sequence, long Request, CoinSpend Spend) : CoinLaneEvent;

    /// <summary>The key has the request; its outcome comes by itself.</summary>
    public sealed record SignatureUnderway(long Sequence, long Request) : CoinLaneEvent;

    public sealed record VersionSigned(long Sequence, HexBytes Raw, Bytes32 TxHash) : CoinLaneEvent;

    /// <summary>A further version was refused; those that are signed stay.</summary>
    public sealed record VersionRefused(long Sequence, Rejection Rejection) : CoinLaneEvent;

    /// <summary>The leg ends with nothing signed; its coins, if it had any, are free.</summary>
    public sealed record LegRefused(long Sequence, Rejection Rejection) : CoinLaneEvent;

    public sealed record VersionWatched(long Sequence, Bytes32 TxHash) : CoinLaneEvent;

    public sealed record VersionTracked(long Sequence, Bytes32 TxHash) : CoinLaneEvent;

    public sealed record LookupRequested(long Sequence, Bytes32 TxHash, long Number) : CoinLaneEvent;

    public sealed record BroadcastRequested(long Sequence, Bytes32 TxHash, long Number) : CoinLaneEvent;

    public sealed record BroadcastAnswered(long Sequence, Bytes32 TxHash, BroadcastOutcome Outcome) : CoinLaneEvent;

    /// <param name="Inclusion">With the fee that this version pays, which no block of the Bitcoin family says.</param>
    public sealed record VersionMined(long Sequence, int Report, Inclusion Inclusion) : CoinLaneEvent;

    public sealed record VersionUnmined(long Sequence, int Report, Bytes32 TxHash, Bytes32 LostBlock) : CoinLaneEvent;

    public sealed record VersionFinal(long Sequence, int Report, Inclusion Inclusion) : CoinLaneEvent;

    /// <summary>The leg cannot happen any more: see <see cref="CoinStage.Taken"/>.</summary>
    public sealed record CoinsTaken(long Sequence, Inclusion By) : CoinLaneEvent;

    /// <summary>One of the coins of a signed leg can never be: a final transaction took what it comes of. See CoinLaneDecider.Lost.cs.</summary>
    public sealed record InputLost(long Sequence, SpentOutput Output, Inclusion By) : CoinLaneEvent;

    /// <summary>A deep reorg took away this block, and with it the proof that a coin of the leg can never be; what later blocks proved is gone with it.</summary>
    public sealed record InputReturned(long Sequence, Bytes32 LostBlock) : CoinLaneEvent;

    /// <summary>A deep reorg took away the transaction that had made the leg impossible.</summary>
    public sealed record CoinsReturned(long Sequence) : CoinLaneEvent;

    public sealed record CloseRequested(long Sequence, string Reason) : CoinLaneEvent;

    public sealed record LaneStopped(Rejection Reason, Bytes32? ForeignTx) : CoinLaneEvent;

    /// <summary>Members went on after a foreign use of the key.</summary>
    public sealed record LaneResumed(AccountId Account, Bytes32 ForeignTx, Name Change) : CoinLaneEvent;

    public sealed record ReportDelivered(long Number) : CoinLaneEvent;

    public sealed record GiftDelivered(long Number) : CoinLaneEvent;

    /// <summary>The journal was restored: what was signed here is read from the signer first. Numbers go on above all that the lost tail can have used.</summary>
    public sealed record RecoveryBegun(long Epoch) : CoinLaneEvent;

    /// <summary>The signer signed a leg that this lane does not know, spending these coins.</summary>
    public sealed record LegFound(long Sequence, SpendIntent Intent, CoinSpend Spend, PacketContent Packet, EffectBounds Bounds) : CoinLaneEvent;

    public sealed record VersionFound(long Sequence, CoinSpend Spend, HexBytes Raw, Bytes32 TxHash) : CoinLaneEvent;

    /// <summary>More was signed: asked next is what lies below <paramref name="Before"/>.</summary>
    public sealed record PageRead(long Number, long Before) : CoinLaneEvent;

    /// <summary>All that the signer signed here is known.</summary>
    public sealed record RecoveryEnded : CoinLaneEvent;
}
