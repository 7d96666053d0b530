using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What came of an update that was asked for.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "standing")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Paid), "paid")]
[JsonDerivedType(typeof(Failed), "failed")]
[GenerateSerializer, Immutable, Alias("tpw.update-standing")]
public abstract record UpdateStanding
{
    private UpdateStanding()
    {
    }

    /// <summary>In no state that both have signed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.update-standing.waiting")]
    public sealed record Waiting : UpdateStanding;

    /// <summary>In a state with both signatures: as final as the channel is.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.update-standing.done")]
    public sealed record Done : UpdateStanding;

    /// <summary>Changed nothing, and never will.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.update-standing.refused")]
    public sealed record Refused(Rejection Rejection) : UpdateStanding;

    /// <summary>The lock has paid: its secret is known, and proves it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.update-standing.paid")]
    public sealed record Paid(Bytes32 Secret) : UpdateStanding;

    /// <summary>The lock will never pay.</summary>
    /// <param name="Reason">For who made the onion to read (BOLT-4); null: nobody said.</param>
    [GenerateSerializer, Immutable, Alias("tpw.update-standing.failed")]
    public sealed record Failed(HexBytes? Reason) : UpdateStanding;
}
