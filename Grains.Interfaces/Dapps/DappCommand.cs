using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Dapps;

/// <summary>
/// What is told of a contract. Key: chain, slash, address. Operators record what others say of it, each for one code; what the chain shows and how our own calls ended
/// comes from grains alone.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(RecordAudit), "record-audit")]
[JsonDerivedType(typeof(RecordSource), "record-source")]
[JsonDerivedType(typeof(Withdraw), "withdraw")]
[JsonDerivedType(typeof(RecordHolders), "record-holders")]
[JsonDerivedType(typeof(RecordIncident), "record-incident")]
[JsonDerivedType(typeof(Override), "override")]
[JsonDerivedType(typeof(EndOverride), "end-override")]
[JsonDerivedType(typeof(Look), "look")]
[JsonDerivedType(typeof(SeeCode), "see-code")]
[JsonDerivedType(typeof(RecordCall), "record-call")]
[JsonDerivedType(typeof(RecordChangeTold), "record-change-told")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.dapp-command")]
public abstract record DappCommand : ICommand
{
    private DappCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.record-audit")]
    public sealed record RecordAudit(Guid CommandId, Name Operator, DappAudit Audit) : DappCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.record-source")]
    public sealed record RecordSource(Guid CommandId, Name Operator, DappSource Source) : DappCommand(CommandId);

    /// <summary>An audit, or the source, counts no more.</summary>
    /// <param name="Report">The audit's; null: the source.</param>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.withdraw")]
    public sealed record Withdraw(Guid CommandId, Name Operator, Bytes32? Report, string Reason) : DappCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.record-holders")]
    public sealed record RecordHolders(Guid CommandId, Name Operator, long Count) : DappCommand(CommandId);

    /// <summary>Something went wrong with it. That stays, whatever code comes next.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.record-incident")]
    public sealed record RecordIncident(Guid CommandId, Name Operator, string Reason) : DappCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.override")]
    public sealed record Override(Guid CommandId, Name Operator, DappOverride Said) : DappCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.end-override")]
    public sealed record EndOverride(Guid CommandId, Name Operator) : DappCommand(CommandId);

    /// <summary>Has the chain asked what is there now, as after an upgrade that is to be recorded.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.look")]
    public sealed record Look(Guid CommandId, Name Operator) : DappCommand(CommandId);

    /// <summary>What the chain shows there now, proved or agreed as its profile demands.</summary>
    /// <param name="Code">Null: no contract.</param>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.see-code")]
    public sealed record SeeCode(Guid CommandId, ContractCode? Code) : DappCommand(CommandId), IInnerCommand;

    /// <summary>A call of ours ended, and nothing had held it back. The id is the leg's: each is counted once.</summary>
    /// <param name="Succeeded">False: the chain took and reverted it.</param>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.record-call")]
    public sealed record RecordCall(Guid CommandId, bool Succeeded) : DappCommand(CommandId), IInnerCommand;

    /// <summary>Operators have heard of a change of the code.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.record-change-told")]
    public sealed record RecordChangeTold(Guid CommandId, int Change) : DappCommand(CommandId), IInnerCommand;

    /// <summary>Time has come.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.dapp-command.tick")]
    public sealed record Tick(Guid CommandId) : DappCommand(CommandId), IInnerCommand;
}
