using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>Where a channel stands on its chain.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelStage>))]
public enum ChannelStage
{
    /// <summary>Deposits and states are possible.</summary>
    Open,

    /// <summary>A state was named to close by; a newer one can take its place until the window ends.</summary>
    Closing,

    /// <summary>The free balances were credited; locks are left.</summary>
    Settled,

    /// <summary>Nothing of it is left in the contract.</summary>
    Gone,
}
