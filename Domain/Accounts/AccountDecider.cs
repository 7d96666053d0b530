using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// An account: who may decide, what may go out, what is there. Each topic has its own decider; this one knows only which is asked.
/// <code>
/// Unregistered ──Register──▶ Open
///
/// change:   proposed ──quorum──▶ carried ──time lock──▶ enacted          (veto, lapse, or another change first: gone)
/// leg:      held ──final──▶ posted ──reorg──▶ held                       (impossible, reverted: released; a reorg: held)
///           held ──sent──▶ in transit ──acknowledged──▶ delivered        (the payee's tombstone: returned)
/// deposit:  held ──screened (Screenings)──▶ credited ──reorg──▶ reversed ──again──▶ held      (held: a reorg reverses it too)
/// </code>
/// </summary>
public sealed class AccountDecider : IMachine<AccountState, AccountCommand, AccountEvent>
{
    public static string Kind => "account";

    public static int CodeVersion => 17;

    /// <summary>The key is the account id.</summary>
    public static AccountState Empty(string key) =>
        new AccountState.Unregistered(AccountId.Parse(key), ImmutableSortedDictionary<StateKey, Rejection>.Empty);

    public static Decision<AccountEvent> Decide(AccountState state, AccountCommand command, Stamp stamp) => (state, command) switch
    {
        (AccountState.Unregistered fresh, AccountCommand.Register register) => Registration.Register(fresh, register),
        (AccountState.Unregistered fresh, AccountCommand.ReceiveTransfer receive) => Transfers.ReceiveUnregistered(fresh, receive),
        (AccountState.Unregistered, AccountCommand.Tick or AccountCommand.Acknowledge) => Nothing,
        (AccountState.Unregistered fresh, _) => new Rejection(RejectionCode.NotRegistered, "a registered account", $"{fresh.Id}"),
        (AccountState.Open open, _) => Decide(open, command, stamp),
        _ => throw new UnreachableException(),
    };

    public static AccountState Evolve(AccountState state, AccountEvent @event, Instant at) => AccountEvolve.Apply(state, @event, at);

    public static ImmutableSortedDictionary<string, Effect> Owed(AccountState state) => state is AccountState.Open { Intents.IsEmpty: false } open
        ? open.Owed()
        : ImmutableSortedDictionary<string, Effect>.Empty;

    public static AccountCommand? Resume(AccountState state, string intent, EffectResult result) =>
        state is AccountState.Open open && open.Intents.TryGetValue(intent, out var owed) ? AccountEffects.Resume(open.Id, intent, owed, result) : null;

    public static Instant? NextWake(AccountState state) => state is AccountState.Open open ? Sooner(Changes.NextWake(open), Screenings.NextWake(open)) : null;

    public static AccountEvent? Joined(AccountEvent earlier, AccountEvent later) =>
        earlier is AccountEvent.TransferClosed { Refusal: null, Leg: var leg } ? later.Closing(leg) : null;

    public static int GenerationOf(AccountEvent @event) => @event switch
    {
        AccountEvent.ChangeProposed { Proposal.Change: AccountChange.SetRisk } or AccountEvent.ChangeEnacted { Change.Proposal.Change: AccountChange.SetRisk } =>
            EventGenerations.Risk,
        AccountEvent.ChangeProposed { Proposal.Change: var change } when IsOfChannels(change) => OfChannels(change),
        AccountEvent.ChangeEnacted { Change.Proposal.Change: var change } when IsOfChannels(change) => OfChannels(change),
        AccountEvent.Reserved { Reservation.Legs: var legs } when legs.Values.Any(static leg => leg.Outflow.Mandate is not null) => EventGenerations.Closing,
        AccountEvent.Reserved { Reservation.Legs: var legs } when legs.Values.Any(static leg => leg.Outflow.Channels is not null) => EventGenerations.ChannelLegs,
        AccountEvent.IncidentTold { Incident.Channel: not null } => EventGenerations.Books,
        AccountEvent.DepositReversed { WasChange: true } => EventGenerations.Screening,
        AccountEvent.DepositHeld { IsParked: true } => EventGenerations.Verdicts,
        AccountEvent.LegHeld { Reservation.Returns: { } held } => OfReturn(held),
        AccountEvent.Reserved { Reservation.Legs: var legs } when legs.Values.FirstOrDefault(static leg => leg.Returns is not null)?.Returns is { } held => OfReturn(held),
        _ => EventGenerations.First,
    };

    /// <summary>A packet gives back deposits of one family.</summary>
    private static int OfReturn(HeldDeposit held) => held.Deposit.Chain.IsBitcoin ? EventGenerations.CoinReturns : EventGenerations.Verdicts;

    private static bool IsOfChannels(AccountChange change) => change is AccountChange.GrantChannels or AccountChange.GrantCoinChannels or AccountChange.RevokeChannels;

    private static int OfChannels(AccountChange change) => change switch
    {
        AccountChange.GrantCoinChannels => EventGenerations.CoinChannels,
        AccountChange.GrantChannels { Mandate.MostFees.IsZero: false } => EventGenerations.Closing,
        _ => EventGenerations.Channels,
    };

    public static AccountCommand Tick(Guid commandId) => new AccountCommand.Tick(commandId);

    private static Instant? Sooner(Instant? one, Instant? other) => one is { } a && other is { } b ? (a < b ? a : b) : one ?? other;

    internal static Decision<AccountEvent> Nothing { get; } = ImmutableArray<AccountEvent>.Empty;

    private static Decision<AccountEvent> Decide(AccountState.Open open, AccountCommand command, Stamp stamp) => command switch
    {
        AccountCommand.Register register => Registration.Again(open, register),
        AccountCommand.RequestKey request => Registration.RequestKey(open, request),
        AccountCommand.AttachAddress attach => Registration.AttachAddress(open, attach),
        AccountCommand.ProposeChange propose => Changes.Propose(open, propose, stamp),
        AccountCommand.VoteOnChange vote => Changes.Vote(open, vote, stamp),
        AccountCommand.Freeze freeze => Freezing.Freeze(open, freeze, stamp),
        AccountCommand.FreezeByIncident freeze => Freezing.ByIncident(open, freeze.Reason),
        AccountCommand.RecordIncident told => Incidents.Record(open, told.Incident, stamp),
        AccountCommand.StopByOperator stop => Stopping.Stop(open, stop),
        AccountCommand.ResumeByOperator resume => Stopping.Resume(open, resume),
        AccountCommand.ErasePersonal erase => Erasing.Erase(erase),
        AccountCommand.AdmitSpend => Stopping.Refuse(open) is { } stopped ? stopped : Nothing,
        AccountCommand.Tick => Screenings.Due(open, stamp) is { } rescreened ? rescreened : Changes.Tick(open, stamp),
        AccountCommand.Reserve reserve => Reservations.Reserve(open, reserve, stamp),
        AccountCommand.HoldLeg hold => Restoring.Hold(open, hold, stamp),
        AccountCommand.PostLeg post => Settlements.Post(open, post, stamp),
        AccountCommand.PostPayment post => Settlements.Post(open, post, stamp),
        AccountCommand.UnpostLeg unpost => Settlements.Unpost(open, unpost),
        AccountCommand.ReleaseLeg release => Settlements.Release(open, release, stamp),
        AccountCommand.UnreleaseLeg unrelease => Settlements.Unrelease(open, unrelease, stamp),
        AccountCommand.SendTransfer send => Transfers.Send(open, send),
        AccountCommand.SendGroup send => Transfers.Send(open, send, stamp),
        AccountCommand.OfferTransfer offer => Transfers.Offer(open, offer),
        AccountCommand.ReceiveTransfer receive => Transfers.Receive(open, receive),
        AccountCommand.CloseTransfer close => Transfers.Close(open, close, stamp),
        AccountCommand.ReturnTransfer back => Transfers.Return(open, back, stamp),
        AccountCommand.CreditDeposit credit => Deposits.Credit(open, credit, stamp),
        AccountCommand.ReverseDeposit reverse => Deposits.Reverse(open, reverse),
        AccountCommand.RecordScreening screening => Screenings.Screened(open, screening, stamp),
        AccountCommand.RecordDepth depth => Screenings.Deep(open, depth, stamp),
        AccountCommand.RecordDepositCase word => Screenings.CaseHeard(open, word, stamp),
        AccountCommand.Acknowledge acknowledge => Acknowledge(open, acknowledge),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of an account", command.GetType().Name),
    };

    private static Decision<AccountEvent> Acknowledge(AccountState.Open open, AccountCommand.Acknowledge acknowledge) =>
        open.Intents.ContainsKey(acknowledge.Intent)
            ? new AccountEvent.IntentEnded(acknowledge.Intent, (acknowledge.Reply as CommandReply.Refused)?.Rejection)
            : Nothing;
}
