using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Machines;

/// <summary>What came of an effect.</summary>
public abstract record EffectResult
{
    private EffectResult()
    {
    }

    /// <summary>What a grain's reply comes to: one that is busy, in doubt of its clock or does not know the outcome has not answered yet.</summary>
    public static EffectResult Of(Grains.Interfaces.CommandReply reply) => reply is Grains.Interfaces.CommandReply.Refused { Rejection: var refused } && !Answers.IsDefinite(refused)
        ? new NoAnswer(refused.ToString())
        : new Replied(reply);

    public sealed record Done : EffectResult;

    public sealed record Replied(Grains.Interfaces.CommandReply Reply) : EffectResult;

    /// <param name="Payee">What the payee said.</param>
    /// <param name="Packet">What the packet said; null when the transfer has not arrived, and the packet was not asked.</param>
    public sealed record Delivered(Grains.Interfaces.CommandReply Payee, Grains.Interfaces.CommandReply? Packet) : EffectResult;

    public sealed record Simulated(EffectBounds Bounds) : EffectResult;

    public sealed record Assessed(Assessment Assessment) : EffectResult;

    public sealed record Scored(PacketScore Score) : EffectResult;

    public sealed record Screened(DepositScore Score) : EffectResult;

    public sealed record KeyCreated(KeyAttestation Attestation) : EffectResult;

    public sealed record SignerSaid(SignOutcome Outcome) : EffectResult;

    public sealed record SignedSaid(SignedPage Page) : EffectResult;

    public sealed record LaneFacts(ulong NextNonce, UInt256 Balance, FeeMarket Fees, bool HasDelegate) : EffectResult;

    /// <param name="DataFee">What the chain charges beside the gas; null where it reports nothing of the kind.</param>
    public sealed record Terms(ulong GasLimit, FeeMarket Fees, UInt256? DataFee = null) : EffectResult;

    /// <summary>In satoshis per 1000 virtual bytes.</summary>
    public sealed record Market(long RateSatPerKvb, long LeastSatPerKvb, long IncrementSatPerKvb) : EffectResult;

    public sealed record Selected(ImmutableArray<SpentOutput> Coins) : EffectResult;

    /// <summary>The nodes agree that this coin is spent, although its block stands.</summary>
    public sealed record Gone(SpentOutput Coin) : EffectResult;

    public sealed record BroadcastSaid(BroadcastOutcome Outcome) : EffectResult;

    public sealed record Notified(WebhookPosted Posted) : EffectResult;

    /// <param name="Ends">Null: one of them has no channel that is known.</param>
    /// <param name="Failure">Why there are none.</param>
    public sealed record PaymentPrepared(PaymentEnds? Ends, PaymentFailure Failure = PaymentFailure.Unreachable) : EffectResult;

    /// <param name="Ways">Of parts that together make up all that was asked for; empty: it cannot be made.</param>
    /// <param name="Failure">Why; null: it can.</param>
    public sealed record WaysFound(ImmutableArray<PaymentWay> Ways, PaymentFailure? Failure) : EffectResult;

    public sealed record CauseRead(PartCause Cause) : EffectResult;

    /// <summary>The side knows what it may hold.</summary>
    public sealed record PeerAllowed(PeerAllowance? Allowance) : EffectResult;

    public sealed record SideTold(bool IsOpen, UInt256 Capacity, bool IsPublic = false) : EffectResult;

    /// <param name="Nonce">The highest that was ever signed, 0: none.</param>
    public sealed record ChannelTaken(ulong Nonce) : EffectResult;

    public sealed record ChannelSeen(ChannelSight Sight) : EffectResult;

    /// <param name="Packet">Makes the act with others.</param>
    public sealed record ActJoined(Name Packet) : EffectResult;

    public sealed record KeyBooksRead(KeyBooksReading Reading) : EffectResult;

    /// <param name="Book">Null: the events do not have it.</param>
    public sealed record BookRecalled(ChannelBook? Book) : EffectResult;

    public sealed record TowerSeen(TowerSight Sight) : EffectResult;

    public sealed record ChannelSigned(HexBytes Signature) : EffectResult;

    /// <param name="Onward">Where a lock goes on to; null: it ends here, or goes nowhere.</param>
    /// <param name="Refusal">Why it goes nowhere; null: it does.</param>
    /// <param name="Reason">The same for who made the onion, or null where that cannot be told.</param>
    public sealed record LockRouted(LockOnward? Onward, Grains.Interfaces.Rejection? Refusal, HexBytes? Reason) : EffectResult
    {
        /// <summary>The invoice that it pays; null: none that this account made.</summary>
        public LockPayment? Payment { get; init; }
    }

    public sealed record InvoiceMade(InvoiceTerms Made) : EffectResult;

    /// <param name="Refusal">Why the next channel will never take a lock; null: it has.</param>
    /// <param name="Reason">The same for who made the onion.</param>
    public sealed record LockPassed(Grains.Interfaces.Rejection? Refusal, HexBytes? Reason) : EffectResult;

    public sealed record OfCoinChannel(CoinResult Result) : EffectResult;

    /// <param name="Code">Null: no contract.</param>
    public sealed record CodeRead(Grains.Interfaces.Dapps.ContractCode? Code) : EffectResult;

    public sealed record NoticesFound(WebhookFound Found) : EffectResult;

    /// <summary>A definite refusal: trying again gives the same.</summary>
    public sealed record Failed(Grains.Interfaces.Rejection Rejection) : EffectResult;

    /// <summary>Nothing is known, or it was too busy: try again later.</summary>
    public sealed record NoAnswer(string Detail) : EffectResult;
}
