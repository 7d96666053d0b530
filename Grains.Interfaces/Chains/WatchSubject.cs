using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>Who hears of a watched transaction.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "for")]
[JsonDerivedType(typeof(LaneEntry), "lane")]
[JsonDerivedType(typeof(Incoming), "incoming")]
[GenerateSerializer, Immutable, Alias("tpw.watch-subject")]
public abstract record WatchSubject
{
    private WatchSubject()
    {
    }

    /// <summary>Our own transaction at a nonce of a lane.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watch.lane")]
    public sealed record LaneEntry(ChainId Chain, Address From, ulong Nonce, LegRef Leg) : WatchSubject;

    /// <summary>A payment to an own address.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watch.incoming")]
    public sealed record Incoming(ImmutableArray<Deposit> Deposits) : WatchSubject
    {
        /// <summary>Who paid, as far as the chain says, at most <see cref="Deposit.MaxSources"/>; null: it is credited without screening.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<Address>? Sources { get; init; }
    }
}
