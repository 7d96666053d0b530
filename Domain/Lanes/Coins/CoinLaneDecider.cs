using System.Numerics;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>
/// The coins of one address. One leg per coin; what was given to the signer is the leg's for good.
/// <code>
///   Submit ─▶ Queued ─▶ Reserved ─▶ Signing ─▶ Signed ⇄ Mined ⇄ Final          (spend: Final; no-op: Impossible)
///               ▲          │  │        │          │        │
///               └ coin lost┘  │        │          ├── replaced by fee, or by the no-op after Close: the same coins, Signed again
///                             │        │          └────────┴─▶ Taken (foreign use of the key: the lane stops; its parent went another way; its coin can never be)
///                        refused or closed: the coins are free again                 (a deep reorg: back to Signed)
/// </code>
/// A coin is spent when it is final; or, alone, when it is the change of one transaction of ours that has no other version and is in the nodes' pools, within
/// the limits of ancestors that nodes relay. What others sent is never spent before it is final (field note 22). All versions of a leg spend the same
/// coins, worth payment and budget, so no replacement needs another coin and no coin is left behind when one version is final.
/// A parent whose change is spent is not replaced by fee: its child pays for both. Versions are watched and tracked before their bytes are sent; the bytes
/// are kept and sent again until mined. After a restore of the journal nothing goes on before the signer said what it signed here (Recovery).
/// </summary>
public sealed partial class CoinLaneDecider : IMachine<CoinLaneState, LaneCommand, CoinLaneEvent>
{
    private CoinLaneDecider()
    {
    }

    public static string Kind => "coin-lane";

    public static int CodeVersion => 2;

    public static int GenerationOf(CoinLaneEvent @event) => @event switch
    {
        CoinLaneEvent.CoinFound { Coin.Returns: not null } or CoinLaneEvent.LegQueued { Intent.Content: Leg.ChainTransfer { Returns: not null } } => EventGenerations.CoinReturns,
        CoinLaneEvent.LegFound { Intent.Content: Leg.ChainTransfer { Returns: not null } } => EventGenerations.CoinReturns,
        _ => EventGenerations.First,
    };

    public static CoinLaneState Empty(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new(
            ChainId.Parse(key[..slash]),
            Address.Parse(key[(slash + 1)..]),
            ImmutableSortedDictionary<StateKey, OwnCoin>.Empty,
            null,
            null,
            null,
            null,
            0,
            ImmutableSortedDictionary<long, CoinLeg>.Empty,
            ImmutableSortedDictionary<long, LegReport>.Empty,
            ImmutableSortedDictionary<long, CoinGift>.Empty);
    }

    public static LaneCommand Tick(Guid commandId) => new LaneCommand.Tick(commandId);

    public static Decision<CoinLaneEvent> Decide(CoinLaneState state, LaneCommand command, Stamp stamp)
    {
        var draft = new CoinDraft(state, stamp.Latest);
        if (state.Recovery is not null && !GoesOnInRecovery(command))
            return new Rejection(RejectionCode.Retry, "a lane that knows what was signed", "it asks the signer, after a restore of the journal");
        var refusal = command switch
        {
            LaneCommand.Submit submit => Submit(draft, submit),
            LaneCommand.Close close => Close(draft, close),
            LaneCommand.RecordCoin found => RecordCoin(draft, found.Coin),
            LaneCommand.RecordCoinLost lost => RecordCoinLost(draft, lost),
            LaneCommand.RecordMarket market => RecordMarket(draft, market),
            LaneCommand.RecordSelection selection => RecordSelection(draft, selection),
            LaneCommand.RecordGone gone => RecordGone(draft, gone.Coin),
            LaneCommand.RecordSigning signing => RecordSigning(draft, signing.Leg, signing.Outcome),
            LaneCommand.RecordBroadcast broadcast => RecordBroadcast(draft, broadcast),
            LaneCommand.RecordObservation observation => RecordObservation(draft, observation.Leg, observation.Report),
            LaneCommand.Resume resume => Resume(draft, resume),
            LaneCommand.Recover recover => BeginRecovery(draft, recover.Epoch),
            LaneCommand.RecordSigned signed => RecordSigned(draft, signed),
            LaneCommand.LookUp look => state.Find(look.Leg) is null ? new(RejectionCode.NotFound, "a leg of this lane", look.Leg.ToString()) : null,
            LaneCommand.Tick => Elapse(draft),
            LaneCommand.Acknowledge acknowledge => Acknowledge(draft, acknowledge),
            _ => new Rejection(RejectionCode.UnsupportedKind, "a command to a lane of coins", command.GetType().Name),
        };
        if (refusal is not null) return refusal;
        Advance(draft);
        return draft.Events;
    }

    private static Rejection? Submit(CoinDraft draft, LaneCommand.Submit submit)
    {
        var (state, intent) = (draft.State, submit.Intent);
        if (CoinLegs.SenderOf(intent.Content) is not { } sender || (sender.Chain, sender.From) != (state.Chain, state.Address))
            return new(RejectionCode.WrongChain, $"a payment of {AssetId.Native(state.Chain)} from {state.Key}", intent.Content.GetType().Name);
        if (state.Find(intent.Leg) is { } known)
        {
            // A second active transaction for one request is how payments double (field note 5).
            return known.Intent.PacketHash == intent.PacketHash
                ? new(RejectionCode.AlreadyExists, "a leg that is not here yet", $"{intent.Leg} in {StageName(known.Stage)}")
                : new(RejectionCode.IntentConflict, $"packet hash {known.Intent.PacketHash}", intent.PacketHash.ToString());
        }

        if (state.Stop is { } stop) return new(RejectionCode.LaneStopped, "a lane in service", stop.Reason.ToString());
        if (draft.Now >= intent.SettleBefore) return PastDeadline(draft, intent);
        var payees = CoinLegs.PayeesOf(intent.Content);
        var paid = CoinLegs.PaidSat(payees);
        if (paid + intent.FeeBudget > CoinFees.MaxMoneySat || payees.Any(static payee => payee.Value < (ulong)payee.DustSat))
            return new(RejectionCode.Overflow, $"no dust, and at most {CoinFees.MaxMoneySat} satoshis with the fee", $"{paid} and {intent.FeeBudget}");
        var queued = state.Entries.Values.Count(e => e.Stage is CoinStage.Queued);
        if (queued >= LaneLimits.Queued) return new(RejectionCode.LaneFull, $"fewer than {LaneLimits.Queued} queued legs", $"{queued}");
        draft.Add(new CoinLaneEvent.LegQueued(draft.Next(), intent, submit.ToOwn));
        return null;
    }

    private static Rejection? Close(CoinDraft draft, LaneCommand.Close close)
    {
        if (draft.State.Find(close.Leg) is not { } entry) return new(RejectionCode.NotFound, "a leg of this lane", close.Leg.ToString());
        if (entry.Closing is not null || entry.IsFinished) return null;
        if (entry.Stage is CoinStage.Queued or CoinStage.Reserved)
            Refuse(draft, entry.Sequence, new(RejectionCode.WrongState, "an open leg", close.Reason));
        else
            draft.Add(new CoinLaneEvent.CloseRequested(entry.Sequence, close.Reason));
        return null;
    }

    /// <summary>A coin that a leg spends is told again where its block is told again; it is no second coin.</summary>
    private static Rejection? RecordCoin(CoinDraft draft, LaneCoin coin)
    {
        if (draft.State.Coins.TryGetValue(CoinLaneState.KeyOf(coin.Output), out var known))
        {
            if (known.Block != coin.Block || known.Returns != coin.Returns) draft.Add(new CoinLaneEvent.CoinFound(coin));
            return null;
        }

        // A no-op kept the deposit in another output: the one that came in is spent, however long ago.
        if (coin.Returns is { } deposit && draft.State.Coins.Values.Any(kept => kept.Returns == deposit)) return null;

        var spent = draft.State.Entries.Values.Any(e => SpentBy(e).Any(input => input.Output == coin.Output));
        if (!spent) draft.Add(new CoinLaneEvent.CoinFound(coin));
        return null;
    }

    private static Rejection? RecordCoinLost(CoinDraft draft, LaneCommand.RecordCoinLost lost)
    {
        if (draft.State.Coins.TryGetValue(CoinLaneState.KeyOf(lost.Output), out var known) && known.Block.Hash == lost.LostBlock) Lose(draft, lost.Output);
        return null;
    }

    private static Rejection? RecordMarket(CoinDraft draft, LaneCommand.RecordMarket market)
    {
        if (draft.State.MarketWanted is null) return null;
        draft.Add(new CoinLaneEvent.MarketRead(market.RateSatPerKvb, market.LeastSatPerKvb, market.IncrementSatPerKvb));
        foreach (var entry in draft.State.Entries.Values) ReplaceByFee(draft, entry);
        return null;
    }

    private static Rejection? RecordSelection(CoinDraft draft, LaneCommand.RecordSelection selection)
    {
        var state = draft.State;
        if (state.Find(selection.Leg) is not { Stage: CoinStage.Queued } entry || state.Selecting?.Sequence != entry.Sequence) return null;
        if (Inputs(state, entry, selection.Coins) is not { } inputs)
        {
            // Something else took one of them meanwhile, or it is not enough: chosen anew.
            draft.Add(new CoinLaneEvent.SelectionDeferred(entry.Sequence, new(RejectionCode.ClaimTaken, "free coins that are enough", $"{selection.Coins.Length}")));
            return null;
        }

        var market = state.Market!;
        var (ancestorsFee, ancestorsBytes) = AncestorsOf(state, inputs);
        var fee = CoinFees.First(market.RateSatPerKvb, CoinFees.VirtualBytes(inputs.Length, entry.Payees), ancestorsFee, ancestorsBytes);
        var ceiling = CoinFees.SpendCeiling(entry.Intent.FeeBudget, inputs.Length, market.IncrementSatPerKvb, entry.ClosingOutputs);
        if (fee > ceiling)
            Refuse(draft, entry.Sequence, new(RejectionCode.FeeBudgetExceeded, $"a fee of at most {ceiling} of {entry.Intent.FeeBudget} satoshis", $"{fee}"));
        else
            draft.Add(new CoinLaneEvent.CoinsReserved(entry.Sequence, CoinFees.Spend(inputs, entry.Payees, fee)));
        return null;
    }

    /// <summary>A coin that nobody here spent is spent: somebody else signs with this key. One that was signed for a leg that is over is only gone.</summary>
    private static Rejection? RecordGone(CoinDraft draft, SpentOutput coin)
    {
        if (draft.State.Selecting is { } selecting)
            draft.Add(new CoinLaneEvent.SelectionDeferred(selecting.Sequence, new(RejectionCode.ForeignNonceUse, $"{coin} unspent", "it is spent")));
        if (!draft.State.Coins.TryGetValue(CoinLaneState.KeyOf(coin), out var known) || draft.State.IsHeld(coin)) return null;
        Lose(draft, coin);
        if (known.Bound is null) Stop(draft, new(RejectionCode.ForeignNonceUse, $"{coin} unspent", "a transaction of somebody else spent it"), null);
        return null;
    }

    private static Rejection? RecordSigning(CoinDraft draft, LegRef leg, SignOutcome outcome)
    {
        if (draft.State.Find(leg) is not { } entry) return null;
        if (entry.Stage is not CoinStage.Signing && entry.Body?.Pending is null) return null;
        switch (outcome)
        {
            case SignOutcome.Signed signed when entry.Body?.Find(signed.TxHash) is null:
                draft.Add(new CoinLaneEvent.VersionSigned(entry.Sequence, signed.Raw, signed.TxHash));
                break;
            case SignOutcome.Refused refused when entry.Stage is CoinStage.Signing:
                Refuse(draft, entry.Sequence, refused.Rejection);
                break;
            case SignOutcome.Refused refused:
                draft.Add(new CoinLaneEvent.VersionRefused(entry.Sequence, refused.Rejection));
                break;
            default:
                // No answer: the key keeps asking with the same request, and tells when it knows (field note 42).
                break;
        }

        return null;
    }

    private static Rejection? RecordBroadcast(CoinDraft draft, LaneCommand.RecordBroadcast command)
    {
        if (draft.State.Find(command.Leg) is not { Body: { } body } entry || body.Find(command.TxHash) is not { Sending: not null }) return null;
        draft.Add(new CoinLaneEvent.BroadcastAnswered(entry.Sequence, command.TxHash, command.Outcome));
        if (command.Outcome is BroadcastOutcome.MaybeMined) draft.Add(new CoinLaneEvent.LookupRequested(entry.Sequence, command.TxHash, draft.Next()));

        // What it takes now is read first; then a version that pays it is asked for.
        if (command.Outcome is BroadcastOutcome.Refused { Rejection.Code: RejectionCode.Underpriced }) WantMarket(draft);
        return null;
    }

    private static Rejection? Resume(CoinDraft draft, LaneCommand.Resume resume)
    {
        if (draft.State.Stop is not { } stop) return new(RejectionCode.WrongState, "a stopped lane", "it is in service");
        if (stop.ForeignTx is { } foreign && foreign != resume.ForeignTx)
            return new(RejectionCode.ForeignNonceUse, $"foreign transaction {foreign}", resume.ForeignTx.ToString());
        draft.Add(new CoinLaneEvent.LaneResumed(resume.Account, resume.ForeignTx, resume.Change));
        return null;
    }

    private static Rejection? Elapse(CoinDraft draft)
    {
        if (draft.State.Recovery is not null) return null;
        foreach (var entry in draft.State.Unsigned.ToArray())
            if (draft.Now >= entry.Intent.SettleBefore) Refuse(draft, entry.Sequence, PastDeadline(draft, entry.Intent));
        foreach (var entry in draft.State.Entries.Values)
        {
            if (Sendable(entry) is not { Resend: > 0 } body || draft.Now < body.NextAt) continue;
            draft.Add(new CoinLaneEvent.BroadcastRequested(entry.Sequence, body.Newest.TxHash, draft.Next()));
            WantMarket(draft);
        }

        return null;
    }

    private static long PaySat(CoinLeg entry) => (long)CoinLegs.PaidSat(entry.Payees);

    private static Rejection PastDeadline(CoinDraft draft, SpendIntent intent) =>
        new(RejectionCode.DeadlinePassed, $"signed before {intent.SettleBefore}", draft.Now.ToString());
}
