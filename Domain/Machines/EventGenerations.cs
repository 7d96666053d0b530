namespace TPWallet.Domain.Machines;

/// <summary>
/// Which release brought each type of row. A type is written only when every silo reads its generation (Grains/Journal, IEventGenerations), so that a rolling
/// upgrade needs no order by hand. Append only: whoever adds an event type, or a field to one, raises <see cref="Reads"/> and gives it that number.
/// </summary>
public static partial class EventGenerations
{
    /// <summary>The newest generation that this build reads, and would write.</summary>
    public const int Reads = 39;

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

    /// <summary>Invoices that are signed, and legs of packets that pay them.</summary>
    public const int SignedInvoices = 36;

    /// <summary>Which payment of an account pays an invoice.</summary>
    public const int InvoiceClaims = 37;

    /// <summary>How peers stand: what channels tell of them, and what they are told they may hold.</summary>
    public const int Peers = 38;

    /// <summary>Parts of payments that a peer gave back and said nothing of why.</summary>
    public const int UnsaidFailures = 39;

    /// <summary>The generation of a machine's event type.</summary>
    public static int Of(string kind, string type) => _later.GetValueOrDefault(
        (kind, type), kind switch { PaymentKind => Ways, CoinKind => CoinChannels, BooksKind => KeyBooks, TowerKind => Towers, "gossip" => Gossip, "peer" => Peers, "invoice-claim" => InvoiceClaims, _ => First });
}
