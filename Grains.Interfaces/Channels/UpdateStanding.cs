using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What came of an update that was asked for.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "standing")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Refused), "refused")]
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
}
