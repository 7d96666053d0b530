using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>Where one side of a channel stands. Those after Open advance on final blocks only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoinPhase>))]
public enum CoinPhase
{
    /// <summary>Nothing is known of it.</summary>
    None,

    /// <summary>Keys, the funding output and the first signatures are exchanged. Nothing is on chain.</summary>
    Opening,

    /// <summary>Both have their first commitment: the funding may be sent, and is waited for.</summary>
    Funding,

    /// <summary>It pays.</summary>
    Open,

    /// <summary>This side signs nothing more and is leaving: together once both have signed that, or else alone.</summary>
    Closing,

    /// <summary>What spends the funding is final; its outputs are being taken.</summary>
    Settling,

    /// <summary>All that was this side's is final.</summary>
    Closed,

    /// <summary>This side has lost state: it signs nothing and sends no commitment. It takes what the peer's commitment leaves to it.</summary>
    LostState,
}
