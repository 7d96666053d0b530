using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>Why a node passed a lock no further.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HopFailure>))]
public enum HopFailure
{
    /// <summary>It had not enough in that channel, or no free lock, just then.</summary>
    TemporaryLack,

    /// <summary>It knows no such channel, or the next node does not answer.</summary>
    UnknownNode,

    /// <summary>It asks a higher fee.</summary>
    FeeTooLow,

    /// <summary>It asks a longer delta, or the lock would end too soon.</summary>
    ExpiryTooSoon,

    /// <summary>The payee does not take the payment. No route helps.</summary>
    RefusedByPayee,

    /// <summary>Nobody can tell who failed.</summary>
    Unreadable,
}
