using System.Numerics;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>
/// The nonces of one address. One intent per nonce; gapless; only what was never given to the signer is rewound.
/// <code>
///   Submit ─▶ Queued ─▶ Claimed ─▶ Priced ─▶ Signing ─▶ Signed ⇄ Mined ⇄ Final          (spend: Final or Reverted; no-op: Impossible)
///                │          │         │         │          │        │
///                │          │         │         │          ├── replaced by fee, or by the no-op after Close: same nonce, Signed again
///                └──────────┴─────────┴─────────┘          └────────┴─▶ Taken (foreign use of the key: the lane stops; a deep reorg: back to Signed)
///                    refused or closed: the nonce is free again, later claims move down
/// </code>
/// Signatures are asked in the order of nonces, one first signature at a time: so the claims that can be rewound are always the highest ones.
/// Before a first signature, and before a first version is tracked and sent, account and chain are asked whether something new may begin (OperatorStop).
/// A version is watched and tracked before its bytes are sent; the bytes are kept and sent again until mined.
/// After a restore of the journal nothing goes on before the signer said what it signed here (LaneDecider.Recovery).
/// </summary>
public sealed partial class LaneDecider : IMachine<LaneState, LaneCommand, LaneEvent>
{
    private LaneDecider()
    {
    }

    public static string Kind => "lane";

    public static int CodeVersion => 4;

    public static int GenerationOf(LaneEvent @event) => @event switch
    {
        LaneEvent.TermsFixed { DataFee: not null } or LaneEvent.FactsRead { BlockTime: not null } => EventGenerations.Incidents,
        _ => EventGenerations.First,
    };

    public static LaneState Empty(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new(
            ChainId.Parse(key[..slash]),
            Address.Parse(key[(slash + 1)..]),
            null,
            0,
            null,
            0,
            null,
            ImmutableSortedDictionary<long, LaneEntry>.Empty,
            ImmutableSortedDictionary<long, LegReport>.Empty);
    }

    public static LaneCommand Tick(Guid commandId) => new LaneCommand.Tick(commandId);

    public static Decision<LaneEvent> Decide(LaneState state, LaneCommand command, Stamp stamp)
    {
        var draft = new LaneDraft(state, stamp.Latest);
        if (state.Recovery is not null && !GoesOnInRecovery(command))
            return new Rejection(RejectionCode.Retry, "a lane that knows what was signed", "it asks the signer, after a restore of the journal");
        var refusal = command switch
        {
            LaneCommand.Submit submit => Submit(draft, submit.Intent),
            LaneCommand.Close close => Close(draft, close),
            LaneCommand.RecordFacts facts => RecordFacts(draft, facts),
            LaneCommand.RecordTerms terms => RecordTerms(draft, terms),
            LaneCommand.RecordSigning signing => RecordSigning(draft, signing.Leg, signing.Outcome),
            LaneCommand.RecordBroadcast broadcast => RecordBroadcast(draft, broadcast),
            LaneCommand.RecordObservation observation => RecordObservation(draft, observation.Leg, observation.Report),
            LaneCommand.Resume resume => Resume(draft, resume),
            LaneCommand.Recover recover => BeginRecovery(draft, recover.Epoch),
            LaneCommand.RecordSigned signed => RecordSigned(draft, signed),
            LaneCommand.LookUp look => state.Find(look.Leg) is null ? new(RejectionCode.NotFound, "a leg of this lane", look.Leg.ToString()) : null,
            LaneCommand.Tick => Elapse(draft),
            LaneCommand.Acknowledge acknowledge => Acknowledge(draft, acknowledge),
            _ => new Rejection(RejectionCode.UnsupportedKind, "a lane command", command.GetType().Name),
        };
        if (refusal is not null) return refusal;
        Advance(draft);
        return draft.Events;
    }

    private static Rejection? Submit(LaneDraft draft, SpendIntent intent)
    {
        var state = draft.State;
        if (Sender(intent.Content) is not { } sender || sender != (state.Chain, state.Address))
            return new(RejectionCode.WrongChain, $"a chain leg from {state.Key}", Sender(intent.Content)?.ToString() ?? "a ledger leg");
        if (state.Find(intent.Leg) is { } known)
        {
            // A second active transaction for one request is how payments double (field note 5).
            return known.Intent.PacketHash == intent.PacketHash
                ? new(RejectionCode.AlreadyExists, "a leg that is not here yet", $"{intent.Leg} in {StageName(known.Stage)}")
                : new(RejectionCode.IntentConflict, $"packet hash {known.Intent.PacketHash}", intent.PacketHash.ToString());
        }

        if (state.Stop is { } stop) return new(RejectionCode.LaneStopped, "a lane in service", stop.Reason.ToString());
        if (draft.Now >= intent.SettleBefore) return PastDeadline(draft, intent);
        var queued = state.Entries.Values.Count(e => e.Stage is EntryStage.Queued);
        if (queued >= LaneLimits.Queued) return new(RejectionCode.LaneFull, $"fewer than {LaneLimits.Queued} queued legs", $"{queued}");
        draft.Add(new LaneEvent.LegQueued(draft.Next(), intent));
        return null;
    }

    private static Rejection? Close(LaneDraft draft, LaneCommand.Close close)
    {
        if (draft.State.Find(close.Leg) is not { } entry) return new(RejectionCode.NotFound, "a leg of this lane", close.Leg.ToString());
        if (entry.Closing is not null || entry.IsFinished) return null;
        if (entry.Stage is EntryStage.Queued or EntryStage.Claimed or EntryStage.Priced)
            Refuse(draft, entry.Sequence, new(RejectionCode.WrongState, "an open leg", close.Reason));
        else
            draft.Add(new LaneEvent.CloseRequested(entry.Sequence, close.Reason));
        return null;
    }

    private static Rejection? Resume(LaneDraft draft, LaneCommand.Resume resume)
    {
        if (draft.State.Stop is not { } stop) return new(RejectionCode.WrongState, "a stopped lane", "it is in service");
        if (stop.ForeignTx is { } foreign && foreign != resume.ForeignTx)
            return new(RejectionCode.ForeignNonceUse, $"foreign transaction {foreign}", resume.ForeignTx.ToString());
        draft.Add(new LaneEvent.LaneResumed(resume.Account, resume.ForeignTx, resume.Change));
        return null;
    }

    private static Rejection? RecordFacts(LaneDraft draft, LaneCommand.RecordFacts facts)
    {
        var before = draft.State;
        if (before.FactsWanted is null) return null;
        draft.Add(new LaneEvent.FactsRead(
            facts.NextNonce, facts.Balance, facts.Market.BaseFeePerGas, facts.Market.Bids[0].MaxPriorityFeePerGas, facts.HasDelegate)
        {
            BlockTime = facts.Market.BlockTime == LaneLimits.Slot ? null : facts.Market.BlockTime,
        });
        if (before.Stop is not null) return null;

        // The agreed latest nonce is past what was signed here: someone else signs with this key.
        var unsent = before.Claims.FirstOrDefault(claim => !IsSignedFrom(before, claim.Stage.Nonce!.Value))?.Stage.Nonce ?? before.NextNonce;
        if ((before.Facts is not null || before.IsNextKnown) && facts.NextNonce > unsent)
            Stop(draft, new(RejectionCode.ForeignNonceUse, $"next nonce {unsent} or lower on chain", $"{facts.NextNonce}"), null);
        else
            foreach (var entry in draft.State.Entries.Values) ReplaceByFee(draft, entry, facts.NextNonce, facts.Market);
        return null;
    }

    private static Rejection? RecordTerms(LaneDraft draft, LaneCommand.RecordTerms command)
    {
        if (draft.State.Find(command.Leg) is not { Stage: EntryStage.Claimed } entry) return null;
        var bid = FeeSchedule.Choose(command.Market, draft.Now, entry.Intent.SettleBefore, draft.Now);
        var worst = ((BigInteger)bid.MaxFeePerGas * command.GasLimit) + (command.DataFee ?? UInt256.Zero);
        if (command.GasLimit == 0 || worst > entry.Intent.FeeBudget)
            Refuse(draft, entry.Sequence, new(RejectionCode.FeeBudgetExceeded, $"a worst fee of 1 to {entry.Intent.FeeBudget} wei", $"{worst}"));
        else
            draft.Add(new LaneEvent.TermsFixed(entry.Sequence, new(command.GasLimit, bid.MaxFeePerGas, bid.MaxPriorityFeePerGas), command.DataFee));
        return null;
    }

    private static Rejection? RecordSigning(LaneDraft draft, LegRef leg, SignOutcome outcome)
    {
        if (draft.State.Find(leg) is not { } entry) return null;
        var pending = entry.Stage is EntryStage.Signing || entry.Signed?.Pending is not null;
        if (!pending) return null;
        switch (outcome)
        {
            case SignOutcome.Signed signed when entry.Signed?.Find(signed.TxHash) is null:
                draft.Add(new LaneEvent.VersionSigned(entry.Sequence, signed.Raw, signed.TxHash));
                break;
            case SignOutcome.Refused refused when entry.Stage is EntryStage.Signing:
                Refuse(draft, entry.Sequence, refused.Rejection);
                break;
            case SignOutcome.Refused refused:
                draft.Add(new LaneEvent.VersionRefused(entry.Sequence, refused.Rejection));
                break;
            default:
                // No answer: the key keeps asking with the same request, and tells when it knows (field note 42).
                break;
        }

        return null;
    }

    private static Rejection? RecordBroadcast(LaneDraft draft, LaneCommand.RecordBroadcast command)
    {
        if (draft.State.Find(command.Leg) is not { Signed: { } signed } entry) return null;
        if (signed.Find(command.TxHash) is not { Sending: not null }) return null;
        draft.Add(new LaneEvent.BroadcastAnswered(entry.Sequence, command.TxHash, command.Outcome));
        if (command.Outcome is BroadcastOutcome.MaybeMined)
        {
            draft.Add(new LaneEvent.LookupRequested(entry.Sequence, command.TxHash, draft.Next()));
            WantFacts(draft);
        }
        else if (command.Outcome is BroadcastOutcome.Refused { Rejection.Code: RejectionCode.Underpriced })
        {
            ReplaceByFee(draft, draft.State.Entries[entry.Sequence], signed.Nonce, market: null);
        }

        return null;
    }

    private static Rejection? Elapse(LaneDraft draft)
    {
        if (draft.State.Recovery is not null) return null;
        foreach (var entry in draft.State.Unsigned.ToArray())
            if (draft.Now >= entry.Intent.SettleBefore) Refuse(draft, entry.Sequence, PastDeadline(draft, entry.Intent));
        foreach (var entry in draft.State.Entries.Values)
        {
            if (Sendable(entry) is not { Resend: > 0 } signed || draft.Now < signed.NextAt) continue;
            draft.Add(new LaneEvent.BroadcastRequested(entry.Sequence, signed.Newest.TxHash, draft.Next()));
            WantFacts(draft);
        }

        if (FactsDue(draft.State) is { } due && draft.Now >= due) WantFacts(draft);
        return null;
    }

    private static Rejection? Acknowledge(LaneDraft draft, LaneCommand.Acknowledge command)
    {
        var intent = LaneIntent.Parse(command.Intent);
        if (intent.Name == LaneIntent.Report)
        {
            if (draft.State.Reports.ContainsKey(intent.Number)) draft.Add(new LaneEvent.ReportDelivered(intent.Number));
            return null;
        }

        if (!draft.State.Entries.TryGetValue(intent.Number, out var entry)) return null;
        if (intent.Name == LaneIntent.Admit) RequestFirstSignature(draft, intent.Number);
        var refused = (command.Reply as CommandReply.Refused)?.Rejection;
        switch (intent.Name)
        {
            case LaneIntent.Terms when refused is not null && entry.Stage is EntryStage.Claimed:
                Refuse(draft, entry.Sequence, refused);
                break;
            case LaneIntent.Sign when Asked(entry) is { } request && request == intent.Request:
                if (refused is not null) return RecordSigning(draft, entry.Intent.Leg, new SignOutcome.Refused(refused));
                draft.Add(new LaneEvent.SignatureUnderway(entry.Sequence, request));
                break;
            case LaneIntent.Watch when entry.Signed?.Find(intent.TxHash) is { Watched: false }:
                draft.Add(new LaneEvent.VersionWatched(entry.Sequence, intent.TxHash));
                break;
            case LaneIntent.Track or LaneIntent.Lookup when entry.Signed?.Find(intent.TxHash) is { } v && (!v.Tracked || v.Lookup is not null):
                draft.Add(new LaneEvent.VersionTracked(entry.Sequence, intent.TxHash));
                break;
            default:
                break;
        }

        return null;
    }

    private static long? Asked(LaneEntry entry) => entry.Stage is EntryStage.Signing signing
        ? signing.Owed ? signing.Request : null
        : entry.Signed?.Pending is { Owed: true } pending ? pending.Request : null;

    private static (ChainId Chain, Address From)? Sender(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => (transfer.Amount.Asset.Chain, transfer.From),
        Leg.ContractCall call => (call.Chain, call.From),
        _ => null,
    };

    private static Rejection PastDeadline(LaneDraft draft, SpendIntent intent) =>
        new(RejectionCode.DeadlinePassed, $"signed before {intent.SettleBefore}", draft.Now.ToString());
}
