using System.Globalization;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Cases;

/// <summary>
/// One payment that is held until it is known what to do with it.
/// <code>
///   Absent ─Open─▶ Held ──two approve, verdict in force──▶ Approved ─Close─▶ Closed
///                   │ ▲    (a verdict alone, where nothing else is missing)   │
///                   │ └───── approval or verdict too old ─────┘
///                   ├─two reject, or a verdict that says block─▶ Rejected
///                   └─nobody in time─▶ Overdue ─override quorum, or the late verdict─▶ Approved
/// </code>
/// Where the terms ask for a verdict, it is asked for at once, and again whenever the last one expires (<see cref="CaseEvent.VerdictWanted"/>).
/// Silence never lets anything through: no verdict in time, no review in time, an expired verdict, each leaves it held.
/// </summary>
public sealed partial class CaseDecider : IMachine<CaseState, CaseCommand, CaseEvent>
{
    private CaseDecider()
    {
    }

    public static string Kind => "case";

    public static int CodeVersion => 4;

    public static CaseState Empty(string key) => new(key, new CaseStage.Absent());

    public static CaseCommand Tick(Guid commandId) => new CaseCommand.Tick(commandId);

    public static Instant? NextWake(CaseState state) => state.Stage switch
    {
        CaseStage.Held held => AskAgainAt(held.File) is { } again && again < held.DueAt ? again : held.DueAt,
        CaseStage.Approved approved => approved.Until,
        _ => null,
    };

    public static Decision<CaseEvent> Decide(CaseState state, CaseCommand command, Stamp stamp) => command switch
    {
        CaseCommand.Open open => OnOpen(state, open, stamp.Latest),
        CaseCommand.Tick => OnTick(state, stamp),
        CaseCommand.RecordQueued queued => queued.Turn == state.TurnsTold + 1 && queued.Turn <= state.Turns ? new CaseEvent.QueueTold(queued.Turn) : Nothing,
        CaseCommand.RecordTold told => state.OwesWord && state.News == told.News ? new CaseEvent.Told(told.News, told.Refusal) : Nothing,
        _ when FileOf(state) is not { } => new Rejection(RejectionCode.NotFound, "a case", state.Key),
        CaseCommand.Close => state.Stage is CaseStage.Closed ? Nothing : new CaseEvent.Closed(),
        _ when state.Stage is CaseStage.Closed => new Rejection(RejectionCode.WrongState, "an open case", "closed"),
        CaseCommand.AttachTravelRule attach => OnTravelRule(FileOf(state)!, attach),
        CaseCommand.RecordVerdict verdict => OnVerdict(state, verdict, stamp),
        CaseCommand.Review review => OnReview(state, review, stamp),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a case", command.GetType().Name),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(CaseState state)
    {
        var owed = ImmutableSortedDictionary.Create<string, Effect>(StringComparer.Ordinal);
        if (state.OwesWord && Word(state, EffectId.Of(Kind, state.Key, Intent(state))) is { } word) owed = owed.Add(Intent(state), word);
        return state.TurnsTold == state.Turns ? owed : owed.Add(QueueIntent(state), new Effect.TellQueue(Listing(state, EffectId.Of(Kind, state.Key, QueueIntent(state)))));
    }

    public static CaseCommand? Resume(CaseState state, string intent, EffectResult result) =>
        intent == QueueIntent(state) && Answers.Definite(result) is not null
            ? new CaseCommand.RecordQueued(EffectId.ResultOf(Kind, state.Key, intent), state.TurnsTold + 1)
        : state.OwesWord && intent == Intent(state) && Answers.Definite(result) is { } reply
            ? new CaseCommand.RecordTold(EffectId.ResultOf(Kind, state.Key, intent), state.News, (reply as CommandReply.Refused)?.Rejection)
            : null;

    /// <summary>Null before it was opened. Reasons are sealed still: the shell opens them for who may see them.</summary>
    public static CaseView? View(CaseState state) => FileOf(state) is not { } file ? null : new(
        StageName(state.Stage), IsHolding(state), file.Payment, file.Score, file.Terms, file.Reviews, file.Screening, file.TravelRule is not null,
        file.OpenedAt, DueAt(state))
    {
        WantsVerdict = file.Ask is { IsOpen: true } && state.Stage is not (CaseStage.Rejected or CaseStage.Closed),
    };

    /// <summary>Whether the payment must not go on. In shadow nothing is held, whatever was decided.</summary>
    public static bool IsHolding(CaseState state) =>
        FileOf(state) is { Terms.Shadow: false } && state.Stage is CaseStage.Held or CaseStage.Overdue or CaseStage.Rejected;

    private static Decision<CaseEvent> Nothing => ImmutableArray<CaseEvent>.Empty;

    private static Decision<CaseEvent> OnOpen(CaseState state, CaseCommand.Open command, Instant at)
    {
        if (FileOf(state) is { } known)
        {
            return known.Payment == command.Payment
                ? Nothing
                : new Rejection(RejectionCode.AlreadyExists, $"the case of payment {known.Payment}", command.Payment.ToString());
        }

        var terms = command.Terms;
        var hasOverride = !terms.Override.IsEmpty || terms.OverrideApprovals != 0;
        if (hasOverride && (terms.Override.Length > CaseTerms.MaxOverride || terms.Override.Distinct().Count() != terms.Override.Length
            || terms.OverrideApprovals < CaseState.Persons || terms.OverrideApprovals > terms.Override.Length))
        {
            return new Rejection(
                RejectionCode.UnsatisfiablePolicy,
                $"{CaseState.Persons} or more of at most {CaseTerms.MaxOverride} different names",
                $"{terms.OverrideApprovals} of {terms.Override.Length}");
        }

        if (terms.Patience <= Span.Zero || terms.ApprovalLife <= Span.Zero)
            return new Rejection(RejectionCode.Malformed, "a patience and an approval life above zero", $"{terms.Patience.Ms} and {terms.ApprovalLife.Ms} ms");
        var subject = terms.AsksVerdict ? command.Subject : null;
        var opened = new CaseEvent.Opened(command.Payment, command.Proposer, command.Score, terms, at) { Subject = subject };
        return subject is null ? opened : ImmutableArray.Create<CaseEvent>(opened, new CaseEvent.VerdictWanted(1, subject.Hash, at));
    }

    private static Decision<CaseEvent> OnTick(CaseState state, Stamp stamp) => state.Stage switch
    {
        CaseStage.Held held when stamp.Earliest >= held.DueAt => new CaseEvent.FellDue(),
        CaseStage.Held { File: var file } when AskAgainAt(file) is { } again && stamp.Latest >= again => Want(file, stamp),

        // An approval ends as soon as it may be too old.
        CaseStage.Approved approved when stamp.Latest >= approved.Until => Lapse(approved.File, stamp),
        _ => Nothing,
    };

    private static Decision<CaseEvent> OnTravelRule(CaseFile file, CaseCommand.AttachTravelRule command)
    {
        if (!SealedText.IsSealed(command.Record)) return new Rejection(RejectionCode.Malformed, "a sealed text", "another");
        return file.TravelRule == command.Record ? Nothing : new CaseEvent.TravelRuleAttached(command.Record);
    }

    private static Decision<CaseEvent> OnReview(CaseState state, CaseCommand.Review command, Stamp stamp)
    {
        if (!Enum.IsDefined(command.Decision)) return new Rejection(RejectionCode.Malformed, "approve or reject", $"{command.Decision}");
        if (state.Stage is CaseStage.Approved or CaseStage.Rejected)
            return new Rejection(RejectionCode.WrongState, "a case that is not decided", StageName(state.Stage));
        var file = FileOf(state)!;
        if (file.Proposer == command.By)
            return new Rejection(RejectionCode.SeparationOfDuties, "a reviewer who did not propose the payment", command.By.ToString());
        if (file.Reviews.Any(review => review.By == command.By)) return new Rejection(RejectionCode.VoteDuplicate, "one review of a person", command.By.ToString());
        if (file.Reviews.Length >= CaseState.MaxReviews)
            return new Rejection(RejectionCode.TooLarge, $"at most {CaseState.MaxReviews} reviews", $"{file.Reviews.Length + 1}");
        var review = new CaseReview(command.By, command.Decision, command.Reason, stamp.Latest);
        return Conclude(state, file with { Reviews = file.Reviews.Add(review) }, new CaseEvent.Reviewed(review), stamp);
    }

    /// <summary>Whether reviewers can say something that ends it.</summary>
    private static bool IsWaiting(CaseState state) => state.Stage is CaseStage.Held or CaseStage.Overdue;

    /// <summary>The queue hears of each turn in order, also of one that is over: else a word on its way could come after the last one.</summary>
    private static string QueueIntent(CaseState state) => string.Create(CultureInfo.InvariantCulture, $"queue/{state.TurnsTold + 1:D6}");

    private static ReviewQueueCommand Listing(CaseState state, Guid command) =>
        int.IsOddInteger(state.TurnsTold) ? new ReviewQueueCommand.Unlist(command, state.Key) : new ReviewQueueCommand.List(command, state.Key);

    private static string Intent(CaseState state) => string.Create(CultureInfo.InvariantCulture, $"tell/{state.News:D6}");

    /// <summary>To whom the key says: a packet's case has the packet's key and a number (PacketDecider.CaseKey), a deposit's HeldDeposit.CaseKey; others tell nobody.</summary>
    private static Effect? Word(CaseState state, Guid command)
    {
        if (state.Key.Split('/') is not [var account, var subject, var number] || !AccountId.TryParse(account, out var owner)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var which)) return null;
        var (release, rejected) = (ReleaseOf(state), state.Stage is CaseStage.Rejected);
        if (HeldDeposit.TryParseCase(subject, out var deposit))
            return new Effect.TellAccount(owner, new AccountCommand.RecordDepositCase(command, deposit, which, state.News, release, rejected));
        return Name.TryParse(subject, out var packet)
            ? new Effect.TellPacket(new(owner, packet), new PacketCommand.RecordCase(command, which, state.News, release, rejected))
            : null;
    }

    private static CaseFile? FileOf(CaseState state) => state.Stage switch
    {
        CaseStage.Held held => held.File,
        CaseStage.Overdue overdue => overdue.File,
        CaseStage.Approved approved => approved.File,
        CaseStage.Rejected rejected => rejected.File,
        CaseStage.Closed closed => closed.File,
        _ => null,
    };

    private static string StageName(CaseStage stage) => stage switch
    {
        CaseStage.Absent => "absent",
        CaseStage.Held => "held",
        CaseStage.Overdue => "overdue",
        CaseStage.Approved => "approved",
        CaseStage.Rejected => "rejected",
        CaseStage.Closed => "closed",
        _ => throw new UnreachableException(),
    };
}
