using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>Whose commitment an output came from, and what makes its scripts again.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "origin")]
[JsonDerivedType(typeof(Own), "own")]
[JsonDerivedType(typeof(Peer), "peer")]
[JsonDerivedType(typeof(Revoked), "revoked")]
[JsonDerivedType(typeof(Unknown), "unknown")]
[GenerateSerializer, Immutable, Alias("tpw.coin-origin")]
public abstract record CoinOrigin
{
    private CoinOrigin()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.coin-origin.own")]
    public sealed record Own(OwnCommitment Commitment) : CoinOrigin;

    [GenerateSerializer, Immutable, Alias("tpw.coin-origin.peer")]
    public sealed record Peer(PeerCommitment Commitment) : CoinOrigin;

    /// <summary>A revoked one: its point follows from the secret.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-origin.revoked")]
    public sealed record Revoked(Bytes32 Secret) : CoinOrigin;

    /// <summary>One that is not known here: only the own balance is taken, whose key is the same in all.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-origin.unknown")]
    public sealed record Unknown : CoinOrigin;
}
