using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Ledger;

/// <summary>What the operator charges for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeeKind>))]
public enum FeeKind
{
    /// <summary>Making and settling a packet.</summary>
    Packing = 1,

    /// <summary>A transfer between accounts of the ledger.</summary>
    Transfer = 2,
}

/// <summary>What is asked of the fee ledger of one period (key: "2026-11"). A post is a credit whose debit is already durable at the payer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(PostFee), "post")]
[GenerateSerializer, Immutable, Alias("tpw.revenue-command")]
public abstract record RevenueCommand : ICommand
{
    private RevenueCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Credits one fee; the same command id posts once.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.revenue.post")]
    public sealed record PostFee(Guid CommandId, AccountId From, PacketRef Packet, FeeKind Kind, Amount Amount) : RevenueCommand(CommandId), IInnerCommand;
}

/// <summary>Fees of one period: one total per asset, in base units, and the number of posts.</summary>
[GenerateSerializer, Immutable, Alias("tpw.revenue-view")]
public sealed record RevenueView(string Period, ImmutableArray<Amount> Totals, long Posts);
