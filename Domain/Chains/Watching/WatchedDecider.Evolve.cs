using TPWallet.Domain.Chains.Tracking;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Watching;

/// <summary>How events change the state, and what is owed then.</summary>
public sealed partial class WatchedDecider
{
    public static WatchedState Evolve(WatchedState state, WatchedEvent @event, Instant at) => @event switch
    {
        WatchedEvent.LaneWatches e => CatchUp(Disown(state with { Lane = e.Lane, AskAt = state.SettledAt is null ? state.AskAt ?? at + WatchedState.AskAfter : null })),
        WatchedEvent.DepositsSeen e => Credit(state with
        {
            Deposits = state.Deposits.SetItems(e.Deposits.Select(d => KeyValuePair.Create(d.LogIndex, d))),
            Sources = e.Sources ?? state.Sources,
        }),
        WatchedEvent.SeenInMempool => state with { Stage = new WatchedStage.Mempool(), WasPublic = state.WasPublic || state.Reports == 0 },
        WatchedEvent.Included e => Report(
            Unsettled(state, new WatchedStage.Mined(e.Inclusion), at),
            number => new WatchReport.Mined(number, e.Inclusion)),
        WatchedEvent.Removed e => Reverse(
            Report(
                Unsettled(state, new WatchedStage.Unseen(), at),
                number => new WatchReport.Unmined(number, state.TxHash, e.Block.Hash)),
            e.Block.Hash),
        WatchedEvent.BecameFinal => OnFinal(state, state.Stage.Inclusion!, at),
        WatchedEvent.Conflict e => Report(
            state with { Stage = new WatchedStage.Conflicted(e.By) { Lost = e.Lost }, SettledAt = at, Forget = ForgetStage.Watching, Asked = 0, AskAt = null },
            number => new WatchReport.Conflicted(number, state.TxHash, e.By) { Lost = e.Lost }),
        WatchedEvent.LaneTold e => state with { ToLane = state.ToLane.Remove(e.Number) },
        WatchedEvent.AccountTold e => state with { ToAccounts = state.ToAccounts.Remove(e.Number) },
        WatchedEvent.WatchEnded => state with { Forget = ForgetStage.Owed },
        WatchedEvent.TrackerTold => state with { Forget = ForgetStage.Forgotten },
        WatchedEvent.LookupAsked e => state with
        {
            Counter = e.Number,
            Asking = e.Number,
            Asked = state.Asked + 1,
            AskAt = state.Asked + 1 < WatchedState.MaxAsked ? at + new Span(WatchedState.AskAfter.Ms << (state.Asked + 1)) : null,
        },
        WatchedEvent.LookupTold => state with { Asking = null },
        _ => throw new UnreachableException($"No watched-transaction event {@event}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(WatchedState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);

        // Only the oldest report is out, so that the lane hears them in order; the same per deposit, so that a reversal never overtakes its credit.
        foreach (var (number, report) in state.ToLane.Take(1))
        {
            var intent = WatchedIntent.Of(WatchedIntent.Report, number);
            var observation = new LaneCommand.RecordObservation(Id(state, intent), state.Lane!.Leg, report);
            owed.Add(intent, new Effect.TellLane(state.Lane.Chain, state.Lane.From, observation));
        }

        foreach (var (number, news) in state.ToAccounts.GroupBy(n => n.Value.Deposit.LogIndex).Select(g => g.First()))
        {
            var intent = WatchedIntent.Of(WatchedIntent.Deposit, number);
            AccountCommand command = news.LostBlock is { } lost
                ? new AccountCommand.ReverseDeposit(Id(state, intent), news.Deposit, lost) { WasChange = state.Sources is not null && IsOwn(state, news.Deposit) }
                : new AccountCommand.CreditDeposit(Id(state, intent), news.Deposit) { Sources = state.Sources };

            // The lane of a coin that is screened first hears of it from the account.
            owed.Add(intent, state.Chain.IsBitcoin && !IsOwn(state, news.Deposit) && command is not AccountCommand.CreditDeposit { Sources: not null }
                ? new Effect.TellHolder(news.Deposit.Account, command, state.Chain, news.Deposit.To, DepositCoin.Of(Id(state, intent), news.Deposit, news.LostBlock))
                : new Effect.TellAccount(news.Deposit.Account, command));
        }

        if (state.Forget is ForgetStage.Owed)
        {
            var intent = WatchedIntent.Of(WatchedIntent.Forget, state.Reports);
            owed.Add(intent, new Effect.TellTracker(state.Chain, new TrackerCommand.Forget(Id(state, intent), state.TxHash)));
        }

        if (state.Asking is { } asking)
        {
            var intent = WatchedIntent.Of(WatchedIntent.Lookup, asking);
            owed.Add(intent, new Effect.TellTracker(
                state.Chain, new TrackerCommand.WatchTransaction(Id(state, intent), state.TxHash, state.Lane?.From, state.Lane?.Nonce) { IsLookup = state.Lane is not null }));
        }

        return owed.ToImmutable();
    }

    public static WatchedCommand? Resume(WatchedState state, string intent, EffectResult result) =>
        Answers.Definite(result) is { } reply ? new WatchedCommand.Acknowledge(EffectId.ResultOf(Kind, state.Key, intent), intent, reply) : null;

    /// <summary>Null while nobody watches.</summary>
    public static WatchedView? View(WatchedState state) => state.Lane is null && state.Deposits.IsEmpty ? null : new(
        state.Chain, state.TxHash, StageName(state.Stage), state.Stage.Inclusion, (state.Stage as WatchedStage.Conflicted)?.By.TxHash, state.Reports)
    {
        Accounts = AccountsOf(state),
        WasPublic = state.WasPublic,
        Conflict = (state.Stage as WatchedStage.Conflicted)?.By,
    };

    /// <summary>Whose leg it is, and whom it pays.</summary>
    public static ImmutableArray<AccountId> AccountsOf(WatchedState state)
    {
        var paid = state.Deposits.Values.Select(static deposit => deposit.Account);
        return [.. (state.Lane is { } lane ? paid.Prepend(lane.Leg.Packet.Owner) : paid).Distinct()];
    }

    private static Guid Id(WatchedState state, string intent) => EffectId.Of(Kind, state.Key, intent);

    private static WatchedState OnFinal(WatchedState state, Inclusion inclusion, Instant at) => Credit(Report(
        state with { Stage = new WatchedStage.Final(inclusion), SettledAt = at, Asked = 0, AskAt = null },
        number => new WatchReport.Final(number, inclusion)));

    private static WatchedState Unsettled(WatchedState state, WatchedStage stage, Instant at) => state with
    {
        Stage = stage,
        SettledAt = null,
        Forget = ForgetStage.Watching,
        Asked = 0,
        AskAt = at + WatchedState.AskAfter,
    };

    // A lane that asks late hears at once what is known; the numbers go on.
    private static WatchedState CatchUp(WatchedState state) => state.Stage switch
    {
        WatchedStage.Mined mined => Report(state, number => new WatchReport.Mined(number, mined.In)),
        WatchedStage.Final final => Report(state, number => new WatchReport.Final(number, final.In)),
        WatchedStage.Conflicted conflicted => Report(state, number => new WatchReport.Conflicted(number, state.TxHash, conflicted.By) { Lost = conflicted.Lost }),
        _ => state,
    };

    private static WatchedState Report(WatchedState state, Func<int, WatchReport> report)
    {
        var number = state.Reports + 1;
        var next = state with { Reports = number };
        return state.Lane is null ? next : next with { ToLane = next.ToLane.Add(number, report(number)) };
    }

    // Only what the final block itself shows is credited: mined in another block, the same transaction may have paid something else.
    private static WatchedState Credit(WatchedState state)
    {
        if (state.Stage is not WatchedStage.Final { In: var inclusion }) return state;
        foreach (var deposit in state.Deposits.Values.Where(d => d.Block == inclusion.Block && Movement.Holds(d.LogIndex, inclusion) && !state.Credited.ContainsKey(d.LogIndex) && !IsOwn(state, d)).ToArray())
            state = Tell(state with { Credited = state.Credited.Add(deposit.LogIndex, deposit) }, new(deposit, null));
        return state;
    }

    private static WatchedState Reverse(WatchedState state, Bytes32 lostBlock)
    {
        foreach (var deposit in state.Credited.Values.ToArray()) state = Tell(state, new(deposit, lostBlock));
        return state with { Credited = state.Credited.Clear() };
    }

    /// <summary>
    /// On a chain of the Bitcoin family what comes back to the account from its own transaction is change and no deposit. A journal that lost its tail takes it for
    /// one, until the lane has heard from the signer whose transaction it is.
    /// </summary>
    private static bool IsOwn(WatchedState state, Deposit deposit) =>
        state.Chain.IsBitcoin && state.Lane is { } lane && lane.Leg.Packet.Owner == deposit.Account;

    /// <summary>Takes back from the account what was credited so; its lane keeps the coin, which is there.</summary>
    private static WatchedState Disown(WatchedState state)
    {
        foreach (var deposit in state.Credited.Values.Where(deposit => IsOwn(state, deposit)).ToArray())
            state = Tell(state with { Credited = state.Credited.Remove(deposit.LogIndex) }, new(deposit, deposit.Block.Hash));
        return state;
    }

    private static WatchedState Tell(WatchedState state, DepositNews news) =>
        state with { Counter = state.Counter + 1, ToAccounts = state.ToAccounts.Add(state.Counter + 1, news) };
}
