using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Keys;

/// <summary>
/// One signing key: its creation, and the requests to it with their outcomes.
/// <code>
///   Absent ─Create─▶ Creating ─created─▶ Active ─Retire─▶ Retired
///                       └─ refused ─▶ Denied ─Create─▶ Creating
///   per request:  owed to the signer ─▶ made | denied ─▶ told to the lane          (no answer: stays owed, with the same request id)
/// </code>
/// </summary>
public sealed class KeyDecider : IMachine<KeyState, KeyCommand, KeyEvent>
{
    private const string Attach = "attach";
    private const string Create = "create";
    private const string Sign = "sign";
    private const string Tell = "tell";

    private KeyDecider()
    {
    }

    public static string Kind => "key";

    public static int CodeVersion => 1;

    public static int GenerationOf(KeyEvent @event) =>
        @event is KeyEvent.SignatureRequested { Payload.IsBitcoin: true } ? EventGenerations.Coins : EventGenerations.First;

    public static KeyState Empty(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new(
            AccountId.Parse(key[..slash]), key[(slash + 1)..], new KeyStage.Absent(), 0, ImmutableSortedDictionary<long, KeyRequest>.Empty, 0, 0);
    }

    /// <summary>A key has no deadlines; a tick is an acknowledgement of nothing.</summary>
    public static KeyCommand Tick(Guid commandId) => new KeyCommand.Acknowledge(commandId, "", new CommandReply.Accepted(0, []));

    public static Instant? NextWake(KeyState state) => null;

    public static Decision<KeyEvent> Decide(KeyState state, KeyCommand command, Stamp stamp) => command switch
    {
        KeyCommand.Create create => OnCreate(state, create),
        KeyCommand.RecordCreated created => OnCreated(state, created.Attestation),
        KeyCommand.RecordCreationRefused refused => state.Stage is KeyStage.Creating ? new KeyEvent.CreationDenied(refused.Rejection) : Nothing,
        KeyCommand.RequestSignature request => OnRequest(state, request),
        KeyCommand.RecordOutcome outcome => OnOutcome(state, outcome),
        KeyCommand.Retire => OnRetire(state),
        KeyCommand.Acknowledge acknowledge => OnAcknowledge(state, acknowledge),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a key command", command.GetType().Name),
    };

    public static KeyState Evolve(KeyState state, KeyEvent @event, Instant at) => @event switch
    {
        KeyEvent.CreationRequested e => state with { Counter = e.Number, Stage = new KeyStage.Creating(e.Chain, e.Tier, e.Number) },
        KeyEvent.Created e => state with { Counter = e.Number, Stage = new KeyStage.Active(e.Attestation, e.Number) },
        KeyEvent.CreationDenied e => state with { Stage = new KeyStage.Denied(e.Rejection) },
        KeyEvent.AddressAttached => state with
        {
            Stage = state.Stage switch
            {
                KeyStage.Active active => active with { Attach = null },
                KeyStage.Retired retired => retired with { Attach = null },
                _ => throw new UnreachableException("Only a created key is attached."),
            },
        },
        KeyEvent.SignatureRequested e => state with
        {
            Counter = e.Number,
            Requests = state.Requests.Add(e.Number, new(e.Request, e.Leg, e.Chain, e.Lane, e.Payload, null, false)),
        },
        KeyEvent.SignatureMade e => Ended(state, e.Number, new SignOutcome.Signed(e.Raw, e.TxHash)) with { Signed = state.Signed + 1 },
        KeyEvent.SignatureDenied e => Ended(state, e.Number, new SignOutcome.Refused(e.Rejection)) with { Refused = state.Refused + 1 },
        KeyEvent.OutcomeTold e => Forget(state with { Requests = state.Requests.SetItem(e.Number, state.Requests[e.Number] with { Told = true }) }),
        KeyEvent.KeyRetired => state with { Stage = Retired((KeyStage.Active)state.Stage) },
        _ => throw new UnreachableException($"No key event {@event}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(KeyState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Stage is KeyStage.Creating creating)
            owed.Add(Name(Create, creating.Number), new Effect.CreateKey(state.Account, state.Key, creating.Chain, creating.Tier));
        var (attestation, attach) = state.Stage switch
        {
            KeyStage.Active a => (a.Attestation, a.Attach),
            KeyStage.Retired r => (r.Attestation, r.Attach),
            _ => ((KeyAttestation?)null, (long?)null),
        };
        if (attestation is not null && attach is { } number)
        {
            var intent = Name(Attach, number);
            owed.Add(intent, new Effect.TellAccount(state.Account, new AccountCommand.AttachAddress(Id(state, intent), attestation)));
        }

        foreach (var (n, request) in state.Requests)
        {
            if (request.Outcome is null)
                owed.Add(Name(Sign, n), new Effect.Sign(request.Id, state.Key, request.Chain, request.Leg, request.Payload));
            else if (!request.Told)
                owed.Add(Name(Tell, n), new Effect.TellLane(request.Chain, request.Lane, new LaneCommand.RecordSigning(
                    Id(state, Name(Tell, n)), request.Leg, request.Payload.IsNoOp, request.Outcome)));
        }

        return owed.ToImmutable();
    }

    public static KeyCommand? Resume(KeyState state, string intent, EffectResult result)
    {
        var id = EffectId.ResultOf(Kind, state.GrainKey, intent);
        var (name, number) = Parse(intent);
        switch (name, result)
        {
            case (Create, EffectResult.KeyCreated created):
                return new KeyCommand.RecordCreated(id, created.Attestation);
            case (Create, EffectResult.Failed failed) when Answers.IsDefinite(failed.Rejection):
                return new KeyCommand.RecordCreationRefused(id, failed.Rejection);
            case (Sign, EffectResult.SignerSaid { Outcome: SignOutcome.Signed signed }) when state.Requests.TryGetValue(number, out var request):
                return new KeyCommand.RecordOutcome(id, request.Id, signed);
            case (Sign, EffectResult.SignerSaid { Outcome: SignOutcome.Refused refused }) when state.Requests.TryGetValue(number, out var request):
                return Answers.IsDefiniteOfSigner(refused.Rejection) ? new KeyCommand.RecordOutcome(id, request.Id, refused) : null;
            case (Sign, EffectResult.Failed failed) when state.Requests.TryGetValue(number, out var request):
                return Answers.IsDefiniteOfSigner(failed.Rejection) ? new KeyCommand.RecordOutcome(id, request.Id, new SignOutcome.Refused(failed.Rejection)) : null;
            case (Attach or Tell, _):
                return Answers.Definite(result) is { } reply ? new KeyCommand.Acknowledge(id, intent, reply) : null;
            default:
                return null;
        }
    }

    public static KeyView View(KeyState state) => new(
        state.Stage switch
        {
            KeyStage.Active active => active.Attestation,
            KeyStage.Retired retired => retired.Attestation,
            _ => null,
        },
        StageName(state.Stage),
        state.Signed,
        state.Refused,
        state.Pending);

    private static Decision<KeyEvent> Nothing => ImmutableArray<KeyEvent>.Empty;

    private static Decision<KeyEvent> OnCreate(KeyState state, KeyCommand.Create command)
    {
        if ((command.Account, command.Key) != (state.Account, state.Key))
            return new Rejection(RejectionCode.NotFound, state.GrainKey, $"{command.Account}/{command.Key}");
        var (chain, tier) = state.Stage switch
        {
            KeyStage.Creating creating => (creating.Chain, creating.Tier),
            KeyStage.Active active => (active.Attestation.Chain, active.Attestation.Tier),
            KeyStage.Retired retired => (retired.Attestation.Chain, retired.Attestation.Tier),
            _ => (command.Chain, command.Tier),
        };
        if ((chain, tier) != (command.Chain, command.Tier))
            return new Rejection(RejectionCode.AlreadyExists, $"a key for {chain}, {tier}", $"{command.Chain}, {command.Tier}");
        return state.Stage is KeyStage.Absent or KeyStage.Denied ? new KeyEvent.CreationRequested(state.Counter + 1, chain, tier) : Nothing;
    }

    private static Decision<KeyEvent> OnCreated(KeyState state, KeyAttestation attestation)
    {
        if (state.Stage is not KeyStage.Creating creating) return Nothing;
        var asked = (state.Account, state.Key, creating.Chain, creating.Tier);
        if ((attestation.Account, attestation.Key, attestation.Chain, attestation.Tier) == asked)
            return new KeyEvent.Created(state.Counter + 1, attestation);
        return new KeyEvent.CreationDenied(
            new(RejectionCode.PayloadMismatch, $"an attestation of {state.GrainKey}", $"{attestation.Account}/{attestation.Key}"));
    }

    private static Decision<KeyEvent> OnRequest(KeyState state, KeyCommand.RequestSignature command)
    {
        if (state.Requests.Values.FirstOrDefault(r => r.Id == command.CommandId) is { } known)
            return (known.Leg, known.Chain, known.Lane, known.Payload) == (command.Leg, command.Chain, command.Lane, command.Payload)
                ? Nothing
                : new Rejection(RejectionCode.IdempotencyMismatch, $"the request of {known.Leg}", command.Leg.ToString());
        var retired = state.Stage as KeyStage.Retired;
        if ((retired?.Attestation ?? (state.Stage as KeyStage.Active)?.Attestation) is not { } attestation)
            return new Rejection(RejectionCode.KeyUnknown, "an active key", $"{state.GrainKey} is {StageName(state.Stage)}");
        if ((attestation.Chain, attestation.Address) != (command.Chain, command.Lane))
            return new Rejection(RejectionCode.WrongChain, $"{attestation.Chain}/{attestation.Address}", $"{command.Chain}/{command.Lane}");

        // Closing what is already signed is defence, which never stops.
        if (retired is not null && !command.Payload.IsNoOp)
            return new Rejection(RejectionCode.KeyRetired, "an active key", $"{state.GrainKey} is retired");
        if (state.Pending >= KeyState.MaxPending)
            return new Rejection(RejectionCode.Overloaded, $"fewer than {KeyState.MaxPending} open requests", $"{state.Pending}");
        return new KeyEvent.SignatureRequested(state.Counter + 1, command.CommandId, command.Leg, command.Chain, command.Lane, command.Payload);
    }

    private static Decision<KeyEvent> OnOutcome(KeyState state, KeyCommand.RecordOutcome command)
    {
        var (number, request) = state.Requests.FirstOrDefault(r => r.Value.Id == command.Request);
        if (request is null) return new Rejection(RejectionCode.NotFound, "a request to this key", command.Request.ToString());
        return (request.Outcome, command.Outcome) switch
        {
            (null, SignOutcome.Signed signed) => new KeyEvent.SignatureMade(number, signed.Raw, signed.TxHash),
            (null, SignOutcome.Refused refused) => new KeyEvent.SignatureDenied(number, refused.Rejection),
            _ => Nothing,
        };
    }

    private static Decision<KeyEvent> OnRetire(KeyState state) => state.Stage switch
    {
        KeyStage.Active => new KeyEvent.KeyRetired(),
        KeyStage.Retired => Nothing,
        _ => new Rejection(RejectionCode.KeyUnknown, "an active key", StageName(state.Stage)),
    };

    private static Decision<KeyEvent> OnAcknowledge(KeyState state, KeyCommand.Acknowledge command)
    {
        var (name, number) = Parse(command.Intent);
        return name switch
        {
            Attach when state.Stage is KeyStage.Active { Attach: { } owed } && owed == number => Attached(command.Reply),
            Attach when state.Stage is KeyStage.Retired { Attach: { } owed } && owed == number => Attached(command.Reply),
            Tell when state.Requests.GetValueOrDefault(number) is { Outcome: not null, Told: false } => new KeyEvent.OutcomeTold(number),
            _ => Nothing,
        };
    }

    private static KeyEvent.AddressAttached Attached(CommandReply reply) => new((reply as CommandReply.Refused)?.Rejection);

    private static KeyStage.Retired Retired(KeyStage.Active active) => new(active.Attestation, active.Attach);

    private static KeyState Ended(KeyState state, long number, SignOutcome outcome) =>
        state with { Requests = state.Requests.SetItem(number, state.Requests[number] with { Outcome = outcome }) };

    private static KeyState Forget(KeyState state)
    {
        var told = state.Requests.Where(r => r.Value.Told).Select(r => r.Key).ToArray();
        return told.Length <= KeyState.MaxRemembered ? state : state with { Requests = state.Requests.RemoveRange(told[..^KeyState.MaxRemembered]) };
    }

    private static string StageName(KeyStage stage) => stage switch
    {
        KeyStage.Absent => "absent",
        KeyStage.Creating => "creating",
        KeyStage.Denied => "denied",
        KeyStage.Active => "active",
        KeyStage.Retired => "retired",
        _ => throw new UnreachableException(),
    };

    private static Guid Id(KeyState state, string intent) => EffectId.Of(Kind, state.GrainKey, intent);

    private static string Name(string name, long number) => string.Create(CultureInfo.InvariantCulture, $"{name}/{number:D12}");

    private static (string Name, long Number) Parse(string intent)
    {
        var slash = intent.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && long.TryParse(intent.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (intent[..slash], number)
            : ("", 0);
    }
}
