using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>What happened in the fee ledger of a period. Stored: append only, never rename.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(FeePosted), "FeePosted")]
public abstract record RevenueEvent
{
    private RevenueEvent()
    {
    }

    /// <summary>The credit to a debit that is durable at the payer.</summary>
    public sealed record FeePosted(AccountId From, PacketRef Packet, FeeKind Kind, Amount Amount, Postings Postings) : RevenueEvent;
}
