using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Ledger;

[JsonConverter(typeof(JsonStringEnumConverter<FeeKind>))]
public enum FeeKind
{
    Packing = 1,
    Transfer = 2,
}

/// <summary>What is asked of the fee ledger of one period (key: "2026-11"). A post is a credit whose debit is already durable at the payer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(PostFee), "post")]
[GenerateSerializer, Immutable, Alias("tpw.revenue-command")]
public abstract record RevenueCommand : ICommand
{
    private RevenueCommand(Guid commandId) => CommandId = commandId;

    [Id(0)]
    public Guid CommandId { get; init; }

    [GenerateSerializer, Immutable, Alias("tpw.revenue.post")]
    public sealed record PostFee(Guid CommandId, AccountId From, PacketRef Packet, FeeKind Kind, Amount Amount) : RevenueCommand(CommandId), IInnerCommand;
}

[GenerateSerializer, Immutable, Alias("tpw.revenue-view")]
public sealed record RevenueView(string Period, ImmutableArray<Amount> Totals, long Posts);
