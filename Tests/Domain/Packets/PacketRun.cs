using System.Security.Cryptography;
using System.Text;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>A packet with account, node and lanes played by the test.</summary>
internal sealed class PacketRun : MachineRun<PacketDecider, PacketState, PacketCommand, PacketEvent>
{
    internal static readonly Governance Governance = Governance.FromGenesis(StandardGenesis);

    internal static readonly AccountId Payee = new(Hash("payee"));

    internal PacketRun(params ReadOnlySpan<Leg> legs)
        : base(new PacketRef(Governance.Account, "p").Key, PacketJson.Default.PacketEvent, PacketJson.Default.PacketState) =>
        Content = Packet(Governance.Account, "p", legs.IsEmpty ? [Transfer("a", 5)] : legs);

    internal PacketContent Content { get; set; }

    internal static EffectResult Done { get; } = new EffectResult.Replied(new CommandReply.Accepted(1, []));

    internal static EffectBounds Effects(ulong most = 5) =>
        new([new(Chain, AddressOf("hot"), [new(Eth, most)], [])], [], [new(Chain, AddressOf("payee"), Hash("code"), null, null)], []);

    internal string Name => PacketDecider.StateName(State);

    internal static Bytes32 Hash(string text) => Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    internal static EffectResult No(RejectionCode code) => new EffectResult.Replied(new CommandReply.Refused(new(code, "a", "b")));

    internal static Leg Pay(Name id, params ReadOnlySpan<Name> after) => new Leg.LedgerTransfer(id, [.. after], Payee, new(Eth, 3));

    internal static Leg After(Leg leg, params ReadOnlySpan<Name> after) => leg with { After = [.. after] };

    /// <summary>The id that the result of the owed task of this kind carries; some other id where none is owed.</summary>
    internal Guid ResultId(string task) => Owed.Keys.FirstOrDefault(intent => intent.EndsWith("/" + task, StringComparison.Ordinal)) is { } intent
        ? EffectId.ResultOf("packet", Key, intent)
        : Id("no " + task);

    internal string Stage(Name leg) => PacketDecider.View(State, 1)!.Legs.Single(view => view.Leg == leg).Stage;

    internal PacketRun Propose()
    {
        Accept(new PacketCommand.Draft(Id("draft"), Content));
        Accept(new PacketCommand.Propose(Id("propose"), Content.Revision));
        return this;
    }

    internal PacketRun Simulated(ulong most = 5)
    {
        Answer<Effect.Simulate>(new EffectResult.Simulated(Effects(most)));
        return this;
    }

    internal static Assessment Assessment(Verdict verdict, params ReadOnlySpan<Person> counted) => new(
        verdict,
        TwoOfThree,
        verdict is Verdict.TimeLocked ? Span.Hours(2) : Span.Zero,
        false,
        [Ana.Id, Ben.Id, Cleo.Id],
        [.. counted.ToArray().Select(person => person.Id)],
        null,
        [],
        null,
        Deployment,
        Governance.Roster,
        Governance.Policy.Version,
        Governance.PolicyHash,
        Governance.RosterHash)
    {
        Keys = [new(Chain, AddressOf("hot"), "hot")],
    };

    /// <summary>A score of the packet as it is, of no risk unless something is demanded.</summary>
    internal PacketScore Score(RiskDemand? demand = null, Span? freshness = null) => new(
        Canonical.Hash(State.Content!),
        Bounds.Digest(State.Bounds!),
        new(PacketDecider.PaymentId(State.Content!), Governance.Account, RiskDirection.Out, [], [], null, null) { Packet = State.Ref.Id },
        new(demand is null ? 0 : 70, demand ?? RiskDemand.Nothing, demand ?? RiskDemand.Nothing, [], 1, Hash("rules")),
        RiskMode.Enforced,
        new(false, Span.Hours(72), Span.Hours(24), [], 0, false),
        [],
        Now,
        Now + (freshness ?? Span.Hours(48)),
        1);

    internal PacketRun Scored(PacketScore score)
    {
        Answer<Effect.Score>(new EffectResult.Scored(score));
        return this;
    }

    /// <summary>Judged next, and scored before where that is owed.</summary>
    internal PacketRun Judged(Assessment assessment)
    {
        if (Owed.Values.OfType<Effect.Score>().Any()) Scored(Score());
        Answer<Effect.Assess>(new EffectResult.Assessed(assessment));
        return this;
    }

    internal PacketRun Judged(Verdict verdict, params ReadOnlySpan<Person> counted) => Judged(Assessment(verdict, counted));

    internal Vote VoteOf(Person person, VoteDecision decision = VoteDecision.Approve) =>
        person.Vote(new VoteSubject.Packet(State.Content!, State.Bounds!), VoteTerms.Of(Governance.Account, State.Assessment!), Now, decision);

    internal PacketRun Vote(params ReadOnlySpan<Person> people)
    {
        foreach (var person in people) Accept(new PacketCommand.CastVote(NewId(), VoteOf(person)));
        return this;
    }

    /// <summary>Proposed, simulated where needed, judged: votes are open.</summary>
    internal PacketRun Open()
    {
        Propose();
        if (State.Phase is PacketPhase.Simulating) Simulated();
        return Judged(Verdict.NeedsVotes);
    }

    /// <summary>Voted and simulated again: the reservation is owed.</summary>
    internal PacketRun Approved()
    {
        Open().Vote(Ana, Ben).Judged(Verdict.Allowed, Ana, Ben);
        if (State.Phase is PacketPhase.Approved) Simulated();
        return this;
    }

    internal PacketRun Reserved()
    {
        Approved().Answer(Account<AccountCommand.Reserve>().Intent, Done);
        return this;
    }

    /// <summary>The one command of this type that the account is owed.</summary>
    internal (string Intent, T Command) Account<T>()
        where T : AccountCommand
    {
        var (intent, effect) = Owed.Should().ContainSingle(o => o.Value is Effect.TellAccount && ((Effect.TellAccount)o.Value).Command is T).Which;
        return (intent, (T)((Effect.TellAccount)effect).Command);
    }

    /// <summary>Whatever the account is owed of this type, it does.</summary>
    internal PacketRun AccountDoes<T>()
        where T : AccountCommand
    {
        foreach (var (intent, effect) in Owed)
            if (effect is Effect.TellAccount { Command: T }) Answer(intent, Done);
        return this;
    }

    internal PacketRun LaneDoes()
    {
        foreach (var (intent, effect) in Owed)
            if (effect is Effect.TellLane) Answer(intent, Done);
        return this;
    }

    internal ImmutableArray<PacketEvent> Leg(Name leg, LegProgress progress) => Accept(new PacketCommand.RecordLeg(NewId(), leg, progress));

    internal static Inclusion In(Name leg, string block = "b1", bool succeeded = true) =>
        new(Chain, Hash("tx " + leg), new(9, Hash(block)), succeeded, 21_000);

    /// <summary>A chain leg from its lane to the chain.</summary>
    internal PacketRun Mine(Name leg, string block = "b1")
    {
        LaneDoes();
        Leg(leg, new LegProgress.Claimed(7));
        Leg(leg, new LegProgress.Signed(In(leg).TxHash));
        Leg(leg, new LegProgress.AcceptedByNode(In(leg).TxHash));
        Leg(leg, new LegProgress.Mined(In(leg, block)));
        return this;
    }

    internal PacketRun Settle(Name leg, string block = "b1")
    {
        Mine(leg, block).Leg(leg, new LegProgress.Final(In(leg, block)));
        return AccountDoes<AccountCommand.PostLeg>();
    }
}
