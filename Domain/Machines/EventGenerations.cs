using System.Collections.Frozen;

namespace TPWallet.Domain.Machines;

/// <summary>
/// Which release brought each type of row. A type is written only when every silo reads its generation (Grains/Journal, IEventGenerations), so that a rolling
/// upgrade needs no order by hand. Append only: whoever adds an event type, or a field to one, raises <see cref="Reads"/> and gives it that number.
/// </summary>
public static class EventGenerations
{
    /// <summary>The newest generation that this build reads, and would write.</summary>
    public const int Reads = 34;

    /// <summary>The generation of rows that no entry names.</summary>
    public const int First = 1;

    /// <summary>Refusals that are kept: an older build would take such a row for an acceptance.</summary>
    public const int KeptRefusals = 2;

    /// <summary>Events that carry another (IMachine.Joined): an older build refuses the field.</summary>
    public const int JoinedEvents = 3;

    /// <summary>Whether risk is enforced, as a change of an account.</summary>
    public const int Risk = 5;

    /// <summary>Spending on chains of the Bitcoin family: lanes of coins, and what keys are asked to sign for them.</summary>
    public const int Coins = 7;

    /// <summary>Deposits that are held until they are screened, and the queue of reviewers.</summary>
    public const int Screening = 8;

    /// <summary>Verdicts of outside services: what asks for them, and what rests on them; packets that give rejected deposits back, and deposits that are parked.</summary>
    public const int Verdicts = 9;

    /// <summary>Several payments in one transaction of the Bitcoin family: packets with such a leg, and all that comes of them.</summary>
    public const int Payments = 11;

    /// <summary>
    /// Payment channels: the machine of one side, and the mandates of their keys. Builds of generation 10 knew an earlier form of the machine, which no grain ran.
    /// </summary>
    public const int Channels = 12;

    /// <summary>Closing of payment channels on chain, and what their mandates let be done without votes.</summary>
    public const int Closing = 13;

    /// <summary>Incidents of watching, in the events of the accounts that they concern.</summary>
    public const int Incidents = 14;

    /// <summary>Locks that are carried over several channels.</summary>
    public const int Carrying = 15;

    /// <summary>Legs that give rejected deposits back on chains of the Bitcoin family, and the coins that they do it with.</summary>
    public const int CoinReturns = 16;

    /// <summary>The records of contracts, and scores that follow from whom a leg gives power over tokens.</summary>
    public const int Dapps = 17;

    /// <summary>That operators have heard of a change of a trusted contract's code.</summary>
    public const int CodeChanges = 18;

    /// <summary>From where a packet was proposed.</summary>
    public const int Origins = 19;

    /// <summary>Invoices, and locks that pay them.</summary>
    public const int Invoices = 20;

    /// <summary>Spends on chains of the Bitcoin family that rest on what was double-spent for good.</summary>
    public const int Stranded = 21;

    /// <summary>Networks of channels, payments that find their ways over them, and what channels say to both.</summary>
    public const int Ways = 22;

    /// <summary>All of its types but the last came together, as those of <see cref="CoinKind"/>.</summary>
    private const string PaymentKind = "payment";

    /// <summary>What the contract gave by a channel, and incidents that name one.</summary>
    public const int Books = 23;

    /// <summary>Channels on chains of the Bitcoin family, and the mandates of their keys.</summary>
    public const int CoinChannels = 24;

    /// <summary>All of its types came together; one that comes later is named below.</summary>
    private const string CoinKind = "coin-channel";

    /// <summary>Payments of an account to itself, from one of its channels into another.</summary>
    public const int Rings = 25;

    /// <summary>That a channel's peer has heard, said by the event that comes next.</summary>
    public const int HeardInPassing = 26;

    /// <summary>The books of channel keys.</summary>
    public const int KeyBooks = 27;

    /// <summary>All of its types came together, as those of <see cref="CoinKind"/>.</summary>
    private const string BooksKind = "key-books";

    /// <summary>Sides of channels that other operators guard: what a channel hands over, and what a tower keeps.</summary>
    public const int Towers = 29;

    /// <inheritdoc cref="BooksKind"/>
    private const string TowerKind = "tower";

    /// <summary>Withdrawals from open channels.</summary>
    public const int Withdrawals = 30;

    /// <summary>Acts that one packet makes for several channels.</summary>
    public const int JoinedActs = 31;

    /// <summary>Legs of packets that are paid over channels, and what is made instead of them.</summary>
    public const int ChannelLegs = 32;

    /// <summary>What operators tell each other of their channels.</summary>
    public const int Gossip = 33;

    /// <summary>A side that does nothing on a state that its tower does not have.</summary>
    public const int AwaitedTowers = 34;

    private static readonly FrozenDictionary<(string Kind, string Type), int> _later = new Dictionary<(string, string), int>
    {
        [("account", "DepositHeld")] = 8,
        [("account", "DepositReleased")] = 8,
        [("account", "DepositRescreened")] = 8,
        [("account", "DepositReviewed")] = 8,
        [("account", "DepositScreened")] = 8,
        [("account", "IncidentTold")] = Incidents,
        [("account", "OperatorStopped")] = 2,
        [("account", "OperatorResumed")] = 2,
        [("account", "LegPaid")] = ChannelLegs,
        [("account", "LegHeld")] = 2,
        [("account", "PersonalErased")] = 3,
        [("case", "case.approved")] = 4,
        [("case", "case.closed")] = 4,
        [("case", "case.fell-due")] = 4,
        [("case", "case.queue-told")] = 8,
        [("case", "case.lapsed")] = 4,
        [("case", "case.opened")] = 4,
        [("case", "case.rejected")] = 4,
        [("case", "case.reviewed")] = 4,
        [("case", "case.told")] = 5,
        [("case", "case.travel-rule-attached")] = 4,
        [("case", "case.verdict-given")] = 4,
        [("case", "case.verdict-wanted")] = 9,
        [("channel", "channel.act-begun")] = Closing,
        [("channel", "channel.act-ended")] = Closing,
        [("channel", "channel.act-proposed")] = Closing,
        [("channel", "channel.book-recalled")] = Books,
        [("channel", "channel.carry-told")] = Carrying,
        [("channel", "channel.close-wanted")] = Closing,
        [("channel", "channel.closed")] = Closing,
        [("channel", "channel.deposit-counted")] = Channels,
        [("channel", "channel.freeze-set")] = Channels,
        [("channel", "channel.leave-asked")] = Withdrawals,
        [("channel", "channel.leave-given")] = Withdrawals,
        [("channel", "channel.leave-wanted")] = Withdrawals,
        [("channel", "channel.lock-dropped")] = Carrying,
        [("channel", "channel.lock-passed")] = Carrying,
        [("channel", "channel.lock-routed")] = Carrying,
        [("channel", "channel.look-wanted")] = Channels,
        [("channel", "channel.loss-found")] = Channels,
        [("channel", "channel.loss-proved")] = Channels,
        [("channel", "channel.message-heard")] = Channels,
        [("channel", "channel.notice-taken")] = Channels,
        [("channel", "channel.opened")] = Channels,
        [("channel", "channel.opening-refused")] = Channels,
        [("channel", "channel.order-refused")] = Closing,
        [("channel", "channel.order-signed")] = Closing,
        [("channel", "channel.peer-found-lost")] = Channels,
        [("channel", "channel.proposal-burnt")] = Channels,
        [("channel", "channel.proposal-refused")] = Channels,
        [("channel", "channel.proposal-signed")] = Channels,
        [("channel", "channel.proposal-taken")] = Channels,
        [("channel", "channel.protocol-broken")] = Channels,
        [("channel", "channel.public-set")] = Gossip,
        [("channel", "channel.recovery-begun")] = Channels,
        [("channel", "channel.secret-kept")] = Closing,
        [("channel", "channel.seen")] = Channels,
        [("channel", "channel.side-announced")] = Ways,
        [("channel", "channel.signature-refused")] = Channels,
        [("channel", "channel.signer-ready")] = Channels,
        [("channel", "channel.state-acknowledged")] = Channels,
        [("channel", "channel.state-proposed")] = Channels,
        [("channel", "channel.state-signed")] = Channels,
        [("channel", "channel.states-handed")] = Towers,
        [("channel", "channel.time-recorded")] = Channels,
        [("channel", "channel.tower-refused")] = Towers,
        [("channel", "channel.tower-set")] = Towers,
        [("channel", "channel.turn-asked")] = Channels,
        [("channel", "channel.turn-taken")] = Channels,
        [("channel", "channel.turn-wanted")] = Channels,
        [("channel", "channel.turn-yielded")] = Channels,
        [("channel", "channel.update-refused")] = Channels,
        [("channel", "channel.update-wanted")] = Channels,
        [("coin-lane", "broadcast-answered")] = 7,
        [("coin-lane", "broadcast-requested")] = 7,
        [("coin-lane", "close-requested")] = 7,
        [("coin-lane", "coin-found")] = 7,
        [("coin-lane", "coin-lost")] = 7,
        [("coin-lane", "coins-released")] = 7,
        [("coin-lane", "coins-reserved")] = 7,
        [("coin-lane", "coins-returned")] = 7,
        [("coin-lane", "coins-taken")] = 7,
        [("coin-lane", "gift-delivered")] = 7,
        [("coin-lane", "input-lost")] = Stranded,
        [("coin-lane", "input-returned")] = Stranded,
        [("coin-lane", "lane-resumed")] = 7,
        [("coin-lane", "lane-stopped")] = 7,
        [("coin-lane", "leg-found")] = 7,
        [("coin-lane", "leg-queued")] = 7,
        [("coin-lane", "leg-refused")] = 7,
        [("coin-lane", "lookup-requested")] = 7,
        [("coin-lane", "market-read")] = 7,
        [("coin-lane", "market-requested")] = 7,
        [("coin-lane", "page-read")] = 7,
        [("coin-lane", "recovery-begun")] = 7,
        [("coin-lane", "recovery-ended")] = 7,
        [("coin-lane", "report-delivered")] = 7,
        [("coin-lane", "selection-deferred")] = 7,
        [("coin-lane", "selection-requested")] = 7,
        [("coin-lane", "signature-requested")] = 7,
        [("coin-lane", "signature-underway")] = 7,
        [("coin-lane", "version-final")] = 7,
        [("coin-lane", "version-found")] = 7,
        [("coin-lane", "version-mined")] = 7,
        [("coin-lane", "version-refused")] = 7,
        [("coin-lane", "version-signed")] = 7,
        [("coin-lane", "version-tracked")] = 7,
        [("coin-lane", "version-unmined")] = 7,
        [("coin-lane", "version-watched")] = 7,
        [("dapp", "dapp.audit-recorded")] = Dapps,
        [("dapp", "dapp.call-ended")] = Dapps,
        [("dapp", "dapp.change-told")] = CodeChanges,
        [("dapp", "dapp.code-seen")] = Dapps,
        [("dapp", "dapp.holders-recorded")] = Dapps,
        [("dapp", "dapp.incident-recorded")] = Dapps,
        [("dapp", "dapp.look-wanted")] = Dapps,
        [("dapp", "dapp.overridden")] = Dapps,
        [("dapp", "dapp.override-ended")] = Dapps,
        [("dapp", "dapp.source-recorded")] = Dapps,
        [("dapp", "dapp.withdrawn")] = Dapps,
        [("incident", "incident.acknowledged")] = 4,
        [("incident", "incident.escalated")] = 4,
        [("incident", "incident.freeze-told")] = 4,
        [("incident", "incident.opened")] = 4,
        [("incident", "incident.recurred")] = 4,
        [("incident", "incident.resolved")] = 4,
        [("invoice", "invoice.cancelled")] = Invoices,
        [("invoice", "invoice.created")] = Invoices,
        [("invoice", "invoice.expired")] = Invoices,
        [("invoice", "invoice.given-back")] = Invoices,
        [("invoice", "invoice.part-answered")] = Invoices,
        [("invoice", "invoice.part-held")] = Invoices,
        [("invoice", "invoice.settled")] = Invoices,
        [("invoice", "invoice.terms-made")] = Invoices,
        [("lane", "leg-found")] = 2,
        [("lane", "page-read")] = 2,
        [("lane", "recovery-begun")] = 2,
        [("lane", "recovery-ended")] = 2,
        [("lane", "version-found")] = 2,
        [("packet", "case-decided")] = 5,
        [("packet", "case-wanted")] = 5,
        [("packet", "leg-found")] = 2,
        [("packet", "recovery-begun")] = 2,
        [("packet", "restored")] = 2,
        [("packet", "score-requested")] = 5,
        [("packet", "scored")] = 5,
        [(PaymentKind, "payment.told")] = ChannelLegs,
        [("review-queue", "review-queue.listed")] = 8,
        [("review-queue", "review-queue.unlisted")] = 8,
        [("risk-profile", "risk.assessed")] = 5,
        [("risk-profile", "risk.inflow-credited")] = 4,
        [("risk-profile", "risk.inflow-learned")] = 8,
        [("risk-profile", "risk.party-seen")] = 4,
        [("risk-profile", "risk.payment-learned")] = 4,
        [("risk-profile", "risk.payment-passed")] = 4,
        [("router", "router.side-announced")] = Ways,
        [("supernode", "node.caught-up")] = 9,
        [("supernode", "node.reinstated")] = 9,
        [("supernode", "node.stood-still")] = 9,
        [("tracker", "tracker.operator-stopped")] = 2,
        [("tracker", "tracker.operator-resumed")] = 2,
        [("tracker", "tracker.spends-watched")] = 5,
        [("webhook", "webhook.added")] = 6,
        [("webhook", "webhook.came-due")] = 6,
        [("webhook", "webhook.delivered")] = 6,
        [("webhook", "webhook.failed")] = 6,
        [("webhook", "webhook.filled")] = 6,
        [("webhook", "webhook.found")] = 6,
        [("webhook", "webhook.given-up")] = 6,
        [("webhook", "webhook.gone")] = 6,
        [("webhook", "webhook.heard")] = 6,
        [("webhook", "webhook.passed")] = 6,
        [("webhook", "webhook.removed")] = 6,
        [("webhook", "webhook.resend-wanted")] = 6,
        [("webhook", "webhook.rotated")] = 6,
        [("webhook", "webhook.tried")] = 6,
        [("webhook", "webhook.updated")] = 6,
    }.ToFrozenDictionary();

    /// <summary>The generation of a machine's event type.</summary>
    public static int Of(string kind, string type) => _later.GetValueOrDefault(
        (kind, type), kind switch { PaymentKind => Ways, CoinKind => CoinChannels, BooksKind => KeyBooks, TowerKind => Towers, "gossip" => Gossip, _ => First });
}
