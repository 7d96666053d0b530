using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>What can be asked of a TokenPacket, by callers (first group) and by its own effects (second group).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Draft), "draft")]
[JsonDerivedType(typeof(Propose), "propose")]
[JsonDerivedType(typeof(CastVote), "cast-vote")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(RecordSimulation), "record-simulation")]
[JsonDerivedType(typeof(RecordSimulationFailure), "record-simulation-failure")]
[JsonDerivedType(typeof(RecordAssessment), "record-assessment")]
[JsonDerivedType(typeof(RecordScore), "record-score")]
[JsonDerivedType(typeof(RecordCase), "record-case")]
[JsonDerivedType(typeof(RecordReservation), "record-reservation")]
[JsonDerivedType(typeof(RecordReservationRefusal), "record-reservation-refusal")]
[JsonDerivedType(typeof(RecordLeg), "record-leg")]
[JsonDerivedType(typeof(RecordDepositLost), "record-deposit-lost")]
[JsonDerivedType(typeof(Recover), "recover")]
[JsonDerivedType(typeof(Tick), "tick")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.packet-command")]
public abstract record PacketCommand : ICommand
{
    private PacketCommand(Guid commandId) => CommandId = commandId;

    [Id(0)]
    public Guid CommandId { get; init; }

    // From callers.

    /// <summary>Creates the draft, or replaces it by the next revision.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.draft")]
    public sealed record Draft(Guid CommandId, PacketContent Content) : PacketCommand(CommandId);

    /// <summary>Freezes the content and starts simulation and assessment.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.propose")]
    public sealed record Propose(Guid CommandId, int Revision) : PacketCommand(CommandId), IPersonalCommand
    {
        /// <summary>From where; null: not said.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public PacketOrigin? Origin { get; init; }

        /// <summary>The network only: the address is kept nowhere.</summary>
        string IPersonalCommand.Personal => Origin?.Network is { } address ? PacketOrigin.NetworkOf(address) ?? address : "";

        Rejection? IPersonalCommand.CheckPersonal() => Origin?.Network is { } address && PacketOrigin.NetworkOf(address) is null
            ? new(RejectionCode.Malformed, PacketOrigin.NetworkForm, $"{address.Length} other characters")
            : null;

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Origin = Origin! with { Network = text } };
    }

    [GenerateSerializer, Immutable, Alias("tpw.packet.vote")]
    public sealed record CastVote(Guid CommandId, Vote Vote) : PacketCommand(CommandId);

    /// <summary>Before signing: cancelled. After: the no-op is tried, truth comes from the chain.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.cancel")]
    public sealed record Cancel(Guid CommandId, string Reason) : PacketCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Reason;

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Reason = text };
    }

    // From effects; the id is the effect's id.

    [GenerateSerializer, Immutable, Alias("tpw.packet.simulated")]
    public sealed record RecordSimulation(Guid CommandId, int Revision, EffectBounds Bounds) : PacketCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.packet.simulation-failed")]
    public sealed record RecordSimulationFailure(Guid CommandId, int Revision, Rejection Rejection) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>The account's judgement of content and bounds, with the governance that the votes must bind.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.assessed")]
    public sealed record RecordAssessment(Guid CommandId, int Revision, Assessment Assessment) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>What the account's risk profile makes of content and bounds.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.scored")]
    public sealed record RecordScore(Guid CommandId, int Revision, PacketScore Score) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>How the packet's case stands now.</summary>
    /// <param name="Case">Its number.</param>
    /// <param name="Sequence">Of the case's word: an older one than was heard changes nothing.</param>
    /// <param name="Release">Null: it is held, or held again.</param>
    /// <param name="Rejected">It must not go on.</param>
    [GenerateSerializer, Immutable, Alias("tpw.packet.case")]
    public sealed record RecordCase(Guid CommandId, long Case, long Sequence, CaseRelease? Release, bool Rejected) : PacketCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.packet.reserved")]
    public sealed record RecordReservation(Guid CommandId) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>The account refused (or released) the reservation.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.reservation-refused")]
    public sealed record RecordReservationRefusal(Guid CommandId, Rejection Rejection) : PacketCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.packet.leg-progress")]
    public sealed record RecordLeg(Guid CommandId, Name Leg, LegProgress Progress) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>A deposit that the packet gives back has lost its block: what is not signed is not signed any more, and what is unmined is closed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet-command.record-deposit-lost")]
    public sealed record RecordDepositLost(Guid CommandId, DepositRef Deposit) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>The journal was restored: which legs reached their lanes is unknown until looked up. Sent by the shell.</summary>
    /// <param name="Epoch">The recovery, by the instant of its beginning in milliseconds since 1970.</param>
    [GenerateSerializer, Immutable, Alias("tpw.packet.recover")]
    public sealed record Recover(Guid CommandId, long Epoch) : PacketCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.packet.tick")]
    public sealed record Tick(Guid CommandId) : PacketCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.packet.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : PacketCommand(CommandId), IInnerCommand;
}
