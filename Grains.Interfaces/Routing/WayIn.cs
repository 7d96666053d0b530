using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>A channel by which a payee is paid, for payers who do not know it: BOLT-11's r field.</summary>
/// <param name="A">The party with the lower address.</param>
/// <param name="B">The other party.</param>
/// <param name="Capacity">What both have in it; base units.</param>
/// <param name="Forwards">What the payee's peer asks for to carry a payment on by it.</param>
/// <param name="OnionKey">The peer's, a compressed point of 33 bytes.</param>
[GenerateSerializer, Immutable, Alias("tpw.way-in")]
public sealed record WayIn(Bytes32 Channel, Address A, Address B, UInt256 Capacity, ForwardTerms Forwards, HexBytes OnionKey)
{
    /// <summary>How long a lock in it lasts at most, in seconds; 0: nobody said.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint LongestLock { get; init; }
}
