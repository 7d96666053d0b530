using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// Deposits between the chain and the spendable balance. They stand in a book of their own from the moment they are final, so that the ledger has them, nobody can
/// spend them, and a reorg takes them back like any other.
/// <code>
/// (final) ─▶ Screening ─┬─ nothing demanded, or shadow ─▶ credited
///              ▲   ▲    ├─ more confirmations ─▶ Confirming ─ deep enough, score fresh ─▶ credited
///              │   └────┼───── score too old ───────┘
///              │        └─ hold, review, block ─▶ Reviewing ─ released, score fresh ─▶ credited, or Confirming
///              └─ score too old, or a day passed ─────┘  └─ rejected ─▶ Rejected (stays held)
/// </code>
/// Beyond a number of them, of one payer or of all, deposits are parked before the screening (<see cref="Parking"/>).
/// A later look raises what is demanded and never lowers it below a case that is open: what waits for reviewers is let go by reviewers.
/// </summary>
internal static class Screenings
{
    internal static Decision<AccountEvent> Hold(AccountState.Open open, Deposit deposit, ImmutableArray<Address> sources, Stamp stamp)
    {
        if (sources.Length > Deposit.MaxSources)
            return new Rejection(RejectionCode.TooLarge, $"at most {Deposit.MaxSources} sources", $"{sources.Length}");
        var isParked = !Parking.HasRoom(open, HeldDeposit.PayerOf(sources));
        if (isParked && open.Held.Count >= HeldDeposit.Max + HeldDeposit.MaxParked)
            return new Rejection(RejectionCode.Overloaded, $"fewer than {HeldDeposit.Max + HeldDeposit.MaxParked} held deposits", $"{open.Held.Count}");
        var postings = Postings.Move(deposit.Amount, Book.World, Book.Held);
        if (open.Ledger.Refuse(postings) is { } overflow) return overflow;
        var tier = open.Own.First(own => own.Chain == deposit.Chain && own.Address == deposit.To).Tier;
        return ImmutableArray.Create<AccountEvent>(new AccountEvent.DepositHeld(deposit, tier, sources, postings) { IsParked = isParked }).AddRange(Forgetting.Due(open, stamp));
    }

    internal static Decision<AccountEvent> Screened(AccountState.Open open, AccountCommand.RecordScreening command, Stamp stamp)
    {
        if (Find(open, command.Deposit) is not { Stage: HoldStage.Screening } held) return AccountDecider.Nothing;
        var score = command.Score;
        if (open.Governance.Risk != RiskMode.Enforced && score.Mode != RiskMode.Enforced) return Release(open, held, score);
        var action = score.Value.Demand.Action;

        // What its reviewers look at stays with them, even where a later look would demand less.
        var @case = held.Case is { } known && !ReleaseRule.IsGraver(known.Action, known.VerdictSuffices, action, score.Terms) ? known
            : action >= RiskAction.Hold ? new DepositCase(open.Holds + 1, action, 0, null) { VerdictSuffices = score.Terms.VerdictSuffices } : null;
        if (@case is not null && !IsReleased(@case, score, stamp)) return new AccountEvent.DepositScreened(held.Deposit, score, HoldStage.Reviewing, @case);
        return score.Value.Demand.ExtraConfirmations > 0
            ? new AccountEvent.DepositScreened(held.Deposit, score, HoldStage.Confirming, @case)
            : Release(open, held, score);
    }

    internal static Decision<AccountEvent> Deep(AccountState.Open open, AccountCommand.RecordDepth command, Stamp stamp)
    {
        if (Find(open, command.Deposit) is not { Stage: HoldStage.Confirming, Score: { } score } held || held.Deposit.Block != command.Block) return AccountDecider.Nothing;
        return stamp.Latest < score.FreshUntil && (held.Case is null || IsReleased(held.Case, score, stamp))
            ? Release(open, held, null)
            : new AccountEvent.DepositRescreened(command.Deposit);
    }

    internal static Decision<AccountEvent> CaseHeard(AccountState.Open open, AccountCommand.RecordDepositCase command, Stamp stamp)
    {
        if (Find(open, command.Deposit) is not { Case: { } known } held || known.Number != command.Case || command.Sequence <= known.Heard) return AccountDecider.Nothing;
        var said = known with { Heard = command.Sequence, Release = command.Rejected ? null : command.Release };
        var score = held.Score!;
        var fresh = stamp.Latest < score.FreshUntil;
        var stage = command.Rejected ? HoldStage.Rejected
            : held.Stage is HoldStage.Screening ? HoldStage.Screening
            : !IsReleased(said, score, stamp) ? HoldStage.Reviewing
            : !fresh ? HoldStage.Screening
            : HoldStage.Confirming;
        var reviewed = new AccountEvent.DepositReviewed(command.Deposit, stage, said);
        return stage is HoldStage.Confirming && score.Value.Demand.ExtraConfirmations == 0
            ? ImmutableArray.Create<AccountEvent>(reviewed).AddRange(Release(open, held, null))
            : reviewed;
    }

    /// <summary>A deposit whose look is too old is looked at again, or one that was parked is looked at; null: none is.</summary>
    internal static AccountEvent? Due(AccountState.Open open, Stamp stamp)
    {
        foreach (var held in open.Held.Values)
            if (LookAgainAt(held) is { } at && stamp.Earliest >= at) return new AccountEvent.DepositRescreened(held.Id);
        return Parking.Next(open) is { } next ? new AccountEvent.DepositRescreened(next.Id) : null;
    }

    internal static Instant? NextWake(AccountState.Open open)
    {
        Instant? next = null;
        foreach (var held in open.Held.Values)
            if (LookAgainAt(held) is { } at && (next is null || at < next)) next = at;
        return Parking.Next(open) is { } parked ? parked.Since : next;
    }

    /// <summary>The deposit that goes by this id, while it is held.</summary>
    internal static HeldDeposit? Find(AccountState.Open open, Guid deposit) => open.Held.GetValueOrDefault(HeldDeposit.KeyOf(deposit));

    /// <summary>Where the money of a deposit that stands is: held, or spendable.</summary>
    internal static Book BookOf(AccountState.Open open, Deposit deposit) =>
        !open.Held.IsEmpty && Find(open, HeldDeposit.IdOf(deposit)) is not null ? Book.Held : Book.Available;

    /// <summary>Whether its case lets it go, by what the newest score says.</summary>
    internal static bool IsReleased(DepositCase @case, DepositScore score, Stamp stamp) =>
        ReleaseRule.LetsGo(@case.Release, @case.Action, score.Terms, null, stamp.Latest);

    private static Instant? LookAgainAt(HeldDeposit held) => held is { Stage: HoldStage.Reviewing, Score: { } score } ? score.LookAgainAt : null;

    private static ImmutableArray<AccountEvent> Release(AccountState.Open open, HeldDeposit held, DepositScore? score) =>
        [new AccountEvent.DepositReleased(held.Deposit, score, Postings.Move(held.Deposit.Amount, Book.Held, Book.Available))];
}
