using System.Globalization;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>What the account's own stream tells. No vote, no member's name and no sealed text leaves with it.</summary>
internal static class AccountNotices
{
    private const string Freeze = "account/freeze";
    private const string Stop = "account/stop";

    /// <summary>The stored types that are told.</summary>
    public static ImmutableSortedSet<string> Types { get; } = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        nameof(AccountEvent.Registered), nameof(AccountEvent.AddressAttached), nameof(AccountEvent.ChangeProposed), nameof(AccountEvent.ChangeCarried),
        nameof(AccountEvent.ChangeVetoed), nameof(AccountEvent.ChangeLapsed), nameof(AccountEvent.ChangeEnacted), nameof(AccountEvent.Frozen),
        nameof(AccountEvent.FrozenByIncident), nameof(AccountEvent.OperatorStopped), nameof(AccountEvent.OperatorResumed), nameof(AccountEvent.LegPosted),
        nameof(AccountEvent.LegUnposted), nameof(AccountEvent.LegReleased), nameof(AccountEvent.LegUnreleased), nameof(AccountEvent.DeficitArose),
        nameof(AccountEvent.TransferSent), nameof(AccountEvent.TransferReceived), nameof(AccountEvent.TransferReturned), nameof(AccountEvent.DepositCredited),
        nameof(AccountEvent.DepositMoved), nameof(AccountEvent.DepositReversed), nameof(AccountEvent.DepositReleased), nameof(AccountEvent.DepositScreened),
        nameof(AccountEvent.DepositHeld), nameof(AccountEvent.IncidentTold));

    /// <summary>The types that receivers see.</summary>
    public static ImmutableArray<string> Said { get; } =
    [
        "account.registered", "account.address-attached", "account.frozen", "account.stopped", "account.resumed", "account.deficit",
        "change.proposed", "change.carried", "change.vetoed", "change.lapsed", "change.enacted",
        "ledger.posted", "ledger.unposted", "ledger.released", "ledger.unreleased",
        "transfer.sent", "transfer.received", "transfer.returned", "deposit.credited", "deposit.held", "deposit.moved", "deposit.reversed", "incident.told",
    ];

    public static Notice? Of(NoticeSource source, AccountEvent @event) => @event switch
    {
        AccountEvent.Registered => source.Tell("account.registered", "account"),
        AccountEvent.AddressAttached e => source.Tell(
            "account.address-attached", $"key/{e.Attestation.Key}",
            data => data with { Chain = e.Attestation.Chain.ToString(), Address = e.Attestation.Address.ToString() }),
        AccountEvent.Frozen => source.Tell("account.frozen", Freeze),
        AccountEvent.FrozenByIncident => source.Tell("account.frozen", Freeze, static data => data with { Reason = "incident" }),
        AccountEvent.OperatorStopped => source.Tell("account.stopped", Stop),
        AccountEvent.OperatorResumed => source.Tell("account.resumed", Stop),
        AccountEvent.DeficitArose e => source.Tell(
            "account.deficit", $"deficit/{e.Amount.Asset}", data => data with { Asset = e.Amount.Asset.ToString(), Amount = e.Amount.Value.ToString() }),
        AccountEvent.ChangeProposed e => Change(source, "change.proposed", e.Proposal.Id),
        AccountEvent.ChangeCarried e => Change(source, "change.carried", e.Change),
        AccountEvent.ChangeVetoed e => Change(source, "change.vetoed", e.Change),
        AccountEvent.ChangeLapsed e => Change(source, "change.lapsed", e.Change),
        AccountEvent.ChangeEnacted e => Change(source, "change.enacted", e.Change.Proposal.Id),
        AccountEvent.IncidentTold e => Incident(source, e.Incident),
        _ => Leg(source, @event) ?? Moved(source, @event),
    };

    private static Notice? Leg(NoticeSource source, AccountEvent @event) => @event switch
    {
        AccountEvent.LegPosted e => Leg(source, "ledger.posted", e.Packet, e.Leg, e.Inclusion, e.FeePaid),
        AccountEvent.LegUnposted e => Leg(source, "ledger.unposted", e.Packet, e.Leg, e.LostBlock),
        AccountEvent.LegReleased e => Leg(source, "ledger.released", e.Packet, e.Leg, e.By, e.FeePaid),
        AccountEvent.LegUnreleased e => Leg(source, "ledger.unreleased", e.Packet, e.Leg, e.LostBlock),
        _ => null,
    };

    private static Notice? Moved(NoticeSource source, AccountEvent @event) => @event switch
    {
        AccountEvent.TransferSent e => Transfer(source, "transfer.sent", e.Leg, e.To, e.Amount),
        AccountEvent.TransferReceived e => Transfer(source, "transfer.received", e.Leg, e.From, e.Amount),
        AccountEvent.TransferReturned e => source.Tell("transfer.returned", $"transfer/{e.Leg}", data => data with
        {
            Packet = e.Leg.Packet.Id.ToString(),
            Leg = e.Leg.Leg.ToString(),
            Reason = e.Rejection.Code.ToString(),
        }),
        AccountEvent.DepositCredited e => Deposit(source, "deposit.credited", e.Deposit),
        AccountEvent.DepositReleased e => Deposit(source, "deposit.credited", e.Deposit),
        AccountEvent.DepositScreened e => Deposit(source, "deposit.held", e.Deposit),
        AccountEvent.DepositHeld { IsParked: true } e => Deposit(source, "deposit.held", e.Deposit),
        AccountEvent.DepositMoved e => Deposit(source, "deposit.moved", e.Deposit),
        AccountEvent.DepositReversed e => Deposit(source, "deposit.reversed", e.Deposit),
        _ => null,
    };

    private static Notice Incident(NoticeSource source, AccountIncident incident) => source.Tell(
        "incident.told", $"incident/{incident.Code}/{incident.Chain}/{incident.Transaction?.ToString() ?? incident.Address?.ToString() ?? incident.Channel?.ToString() ?? "chain"}", data => data with
        {
            Chain = incident.Chain.ToString(),
            Transaction = incident.Transaction?.ToString(),
            By = incident.By?.ToString(),
            Block = incident.Block?.ToString(),
            Address = incident.Address?.ToString(),
            Channel = incident.Channel?.ToString(),
            Reason = incident.Code.ToString(),
        });

    private static Notice Change(NoticeSource source, string type, Name change) =>
        source.Tell(type, $"change/{change}", data => data with { Change = change.ToString() });

    private static Notice Leg(NoticeSource source, string type, Name packet, Name leg, Inclusion? inclusion, UInt256 fee) =>
        source.Tell(type, $"ledger/{packet}/{leg}", data => Notices.In(data, inclusion) with { Packet = packet.ToString(), Leg = leg.ToString(), Fee = fee.ToString() });

    private static Notice Leg(NoticeSource source, string type, Name packet, Name leg, Bytes32 lost) =>
        source.Tell(type, $"ledger/{packet}/{leg}", data => data with { Packet = packet.ToString(), Leg = leg.ToString(), Block = lost.ToString() });

    /// <summary>The packet is the payer's; its name is part of the transfer's id.</summary>
    private static Notice Transfer(NoticeSource source, string type, LegRef leg, AccountId other, Amount amount) => source.Tell(type, $"transfer/{leg}", data => data with
    {
        Packet = leg.Packet.Id.ToString(),
        Leg = leg.Leg.ToString(),
        Counterparty = other.ToString(),
        Asset = amount.Asset.ToString(),
        Amount = amount.Value.ToString(),
    });

    private static Notice Deposit(NoticeSource source, string type, Deposit deposit) => source.Tell(
        type, string.Create(CultureInfo.InvariantCulture, $"deposit/{deposit.Chain}/{deposit.TxHash}/{deposit.LogIndex}"), data => data with
        {
            Chain = deposit.Chain.ToString(),
            Transaction = deposit.TxHash.ToString(),
            Block = deposit.Block.Hash.ToString(),
            BlockNumber = deposit.Block.Number.ToString(CultureInfo.InvariantCulture),
            Address = deposit.To.ToString(),
            Asset = deposit.Amount.Asset.ToString(),
            Amount = deposit.Amount.Value.ToString(),
        });
}
