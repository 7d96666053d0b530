using System.Globalization;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>
/// A payee's request for a payment over channels, which may come in parts (BOLT-4's basic multi-part payments).
/// <code>
///   Absent ─Create─▶ Making ─TermsMade─▶ Open ─parts that make up their total─▶ Settling ─every channel knows─▶ Paid
///                                        │ ▲ └─the rest is not there in time─▶ GivenBack
///                                        ├─Cancel─▶ Cancelled
///                                        └─its time is over, nothing held─▶ Expired
/// </code>
/// The secret goes out when all parts are held, and never before: whoever knows it can take what is locked for it anywhere on the way. A lock is held only when its state
/// has both signatures, so what the secret opens is paid by the channel, or by the chain.
/// </summary>
public sealed class InvoiceDecider : IMachine<InvoiceState, InvoiceCommand, InvoiceEvent>
{
    private const string Answering = "answer";
    private const string Make = "make";

    private InvoiceDecider()
    {
    }

    public static string Kind => "invoice";

    public static int CodeVersion => 1;

    public static InvoiceState Empty(string key) =>
        new(InvoiceRef.Parse(key), InvoiceStage.Absent, default, null, null, ImmutableSortedDictionary<int, HeldPart>.Empty, 0, null, UInt256.Zero);

    public static InvoiceCommand Tick(Guid commandId) => new InvoiceCommand.Tick(commandId);

    public static int GenerationOf(InvoiceEvent @event) => @event switch
    {
        InvoiceEvent.TermsMade { Terms.Seal: not null } => EventGenerations.SignedInvoices,
        InvoiceEvent.TermsMade { Terms.Node: not null } => EventGenerations.Ways,
        _ => EventGenerations.First,
    };

    public static Instant? NextWake(InvoiceState state) => state switch
    {
        { Stage: InvoiceStage.Open, Since: { } since } => since + InvoiceState.Patience,
        { Stage: InvoiceStage.Open or InvoiceStage.Making, Content: { } content } => content.ExpiresAt,
        _ => null,
    };

    public static Decision<InvoiceEvent> Decide(InvoiceState state, InvoiceCommand command, Stamp stamp) => command switch
    {
        InvoiceCommand.Create create => OnCreate(state, create, stamp),
        _ when state.Stage == InvoiceStage.Absent => new Rejection(RejectionCode.NotFound, "an invoice", state.Ref.Key),
        InvoiceCommand.Cancel => OnCancel(state),
        InvoiceCommand.RecordTerms terms => state.Stage == InvoiceStage.Making ? new InvoiceEvent.TermsMade(terms.Terms) : Nothing,
        InvoiceCommand.Hold hold => OnHold(state, hold.Part, stamp),
        InvoiceCommand.RecordAnswered answered => state.Parts.GetValueOrDefault(answered.Part) is { Fate: not PartFate.Held } ? new InvoiceEvent.PartAnswered(answered.Part) : Nothing,
        InvoiceCommand.Tick => OnTick(state, stamp),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of an invoice", command.GetType().Name),
    };

    public static InvoiceState Evolve(InvoiceState state, InvoiceEvent @event, Instant at) => @event switch
    {
        InvoiceEvent.Created e => state with { Stage = InvoiceStage.Making, Intent = e.Intent, Content = e.Content },
        InvoiceEvent.TermsMade e => state with { Stage = InvoiceStage.Open, Terms = e.Terms },
        InvoiceEvent.PartHeld e => state with
        {
            Counter = e.Part,
            Since = state.Since ?? at,
            Parts = state.Parts.Add(e.Part, new(e.Origin, e.Amount, e.Total, PartFate.Held)),
        },
        InvoiceEvent.Settled => WithFate(state, PartFate.Taken) with { Stage = InvoiceStage.Settling, Received = state.Held },
        InvoiceEvent.GivenBack => WithFate(state, PartFate.Back),
        InvoiceEvent.PartAnswered e => Answered(state with { Parts = state.Parts.Remove(e.Part) }),
        InvoiceEvent.Expired => state with { Stage = InvoiceStage.Expired },
        InvoiceEvent.Cancelled => state with { Stage = InvoiceStage.Cancelled },
        _ => throw new UnreachableException($"No event of an invoice: {@event}"),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(InvoiceState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Stage == InvoiceStage.Making) owed.Add(Make, new Effect.MakeInvoice(state.Ref, state.Content!, state.Intent));
        foreach (var (number, part) in state.Parts)
        {
            var name = NameOf(number);
            if (part.Fate != PartFate.Held)
                owed.Add(name, new Effect.AnswerPart(EffectId.Of(Kind, state.Ref.Key, name), state.Ref, state.Intent, part.Origin, part.Fate == PartFate.Taken));
        }

        return owed.ToImmutable();
    }

    public static InvoiceCommand? Resume(InvoiceState state, string intent, EffectResult result) => result switch
    {
        EffectResult.InvoiceMade { Made: var terms } when intent == Make => new InvoiceCommand.RecordTerms(EffectId.ResultOf(Kind, state.Ref.Key, intent), terms),
        EffectResult.Replied { Reply: CommandReply.Accepted } when intent.StartsWith(Answering, StringComparison.Ordinal) => new InvoiceCommand.RecordAnswered(
            EffectId.ResultOf(Kind, state.Ref.Key, intent), int.Parse(intent.AsSpan(Answering.Length + 1), CultureInfo.InvariantCulture)),
        _ => null,
    };

    /// <summary>Null before it was created. The description is sealed still: the shell opens it.</summary>
    public static InvoiceView? View(InvoiceState state, long version) =>
        state.Content is { } content ? new(state.Ref, version, state.Stage, content, state.Terms, state.Held, state.Received) : null;

    private static Decision<InvoiceEvent> Nothing => ImmutableArray<InvoiceEvent>.Empty;

    private static Decision<InvoiceEvent> OnCreate(InvoiceState state, InvoiceCommand.Create create, Stamp stamp)
    {
        var content = create.Content;
        if (state.Stage != InvoiceStage.Absent) return new Rejection(RejectionCode.AlreadyExists, "a name that no invoice of the account has", state.Ref.Id.Value);
        if (!content.Place.Chain.IsEvm) return new Rejection(RejectionCode.WrongChain, "an EVM chain", content.Place.Chain.ToString());
        if (content.Amount is { } amount && (amount.IsZero || amount > BookRules.MostDeposited))
            return new Rejection(amount.IsZero ? RejectionCode.ZeroAmount : RejectionCode.TooLarge, $"1 to {BookRules.MostDeposited}, or none", amount.ToString());
        return content.ExpiresAt <= stamp.Latest || content.ExpiresAt > stamp.Latest + InvoiceContent.MostLife
            ? new Rejection(RejectionCode.DeadlinePassed, $"a time after {stamp.Latest}, at most {InvoiceContent.MostLife.Ms} ms later", content.ExpiresAt.ToString())
            : new InvoiceEvent.Created(create.CommandId, content);
    }

    private static Decision<InvoiceEvent> OnCancel(InvoiceState state) => state.Stage switch
    {
        InvoiceStage.Open when state.Since is not null => ImmutableArray.Create<InvoiceEvent>(new InvoiceEvent.GivenBack(), new InvoiceEvent.Cancelled()),
        InvoiceStage.Making or InvoiceStage.Open => new InvoiceEvent.Cancelled(),
        InvoiceStage.Cancelled => Nothing,
        _ => new Rejection(RejectionCode.WrongState, "an invoice that can be paid", state.Stage.ToString()),
    };

    /// <summary>Whom it concerns learns one reason from the channel, whatever stands here: or who is on the way could ask what an invoice says (BOLT-4).</summary>
    private static Decision<InvoiceEvent> OnHold(InvoiceState state, InvoicePart part, Stamp stamp)
    {
        if (state is not { Stage: InvoiceStage.Open, Content: { } content, Terms: { } terms }) return new Rejection(RejectionCode.WrongState, "an invoice that can be paid", state.Stage.ToString());
        if (part.Place != content.Place) return new Rejection(RejectionCode.LegMismatch, content.Place.ToString(), part.Place.ToString());
        if ((part.Kind, part.Target) != (LockKind.Hash, terms.Hash)) return new Rejection(RejectionCode.ProofInvalid, $"a lock of {terms.Hash}", part.Target.ToString());
        if (part.Amount.IsZero || part.Total < (content.Amount ?? UInt256.One) || part.Total > MostOf(content))
            return new Rejection(RejectionCode.EffectOutOfBounds, $"{content.Amount ?? UInt256.One} to {MostOf(content)}", part.Total.ToString());
        if (state.Parts.Values.FirstOrDefault(static held => held.Fate == PartFate.Held) is { } other && other.Total != part.Total)
            return new Rejection(RejectionCode.AllocationMismatch, $"a part of {other.Total}, as those before it", part.Total.ToString());
        if (IsLate(state, content, stamp)) return new Rejection(RejectionCode.DeadlinePassed, "a payment in time", stamp.Latest.ToString());
        if (state.Parts.Count >= InvoiceState.MostParts) return new Rejection(RejectionCode.TooLarge, $"at most {InvoiceState.MostParts} parts", "one more");
        var held = new InvoiceEvent.PartHeld(state.Counter + 1, part.Origin, part.Amount, part.Total);
        return state.Held + part.Amount >= part.Total ? ImmutableArray.Create<InvoiceEvent>(held, new InvoiceEvent.Settled()) : held;
    }

    /// <summary>What is given back is late for what was held, as the channel has promised its locks only for so long.</summary>
    private static bool IsLate(InvoiceState state, InvoiceContent content, Stamp stamp) =>
        state.Since is { } since ? stamp.Latest >= since + InvoiceState.Patience : stamp.Latest >= content.ExpiresAt;

    /// <summary>Nobody pays more than double what was asked for, unless by mistake (BOLT-4).</summary>
    private static UInt256 MostOf(InvoiceContent content) => content.Amount is { } asked ? asked + asked : BookRules.MostDeposited;

    private static Decision<InvoiceEvent> OnTick(InvoiceState state, Stamp stamp) => state switch
    {
        { Stage: InvoiceStage.Open, Since: { } since } => stamp.Latest >= since + InvoiceState.Patience ? new InvoiceEvent.GivenBack() : Nothing,
        { Stage: InvoiceStage.Open or InvoiceStage.Making, Content: { } content } => stamp.Latest >= content.ExpiresAt ? new InvoiceEvent.Expired() : Nothing,
        _ => Nothing,
    };

    private static InvoiceState WithFate(InvoiceState state, PartFate fate) => state with
    {
        Since = null,
        Parts = state.Parts.SetItems(state.Parts.Where(static part => part.Value.Fate == PartFate.Held).Select(part => KeyValuePair.Create(part.Key, part.Value with { Fate = fate }))),
    };

    /// <summary>Parts that went back earlier may be told of later than those that were taken.</summary>
    private static InvoiceState Answered(InvoiceState state) =>
        state.Stage == InvoiceStage.Settling && state.Parts.Values.All(static part => part.Fate != PartFate.Taken) ? state with { Stage = InvoiceStage.Paid } : state;

    private static string NameOf(int part) => string.Create(CultureInfo.InvariantCulture, $"{Answering}|{part:D10}");
}
