using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Payments;

/// <summary>Why no further part of a payment is tried.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentFailure>))]
public enum PaymentFailure
{
    /// <summary>The amount or the limits admit no payment at all.</summary>
    OutOfRange = 1,

    /// <summary>Payer or payee has no channel that is known, or they are one.</summary>
    Unreachable,

    /// <summary>The channels known cannot carry what remains.</summary>
    NoPath,

    /// <summary>They can, but not within the limits on fee, time and hops.</summary>
    OverLimits,

    /// <summary>As many parts as may be in flight are, and do not suffice.</summary>
    TooManyParts,

    /// <summary>As many parts as may be tried were.</summary>
    TooManyAttempts,

    /// <summary>The payee does not take it.</summary>
    RefusedByPayee,

    /// <summary>The account stopped it.</summary>
    Stopped,

    /// <summary>Its time was over.</summary>
    TooLate,

    /// <summary>The journal was put back: parts that it forgot may be under way.</summary>
    Restored,

    /// <summary>Another payment of the account, or a packet of its, pays the invoice or has paid it.</summary>
    InvoiceTaken,
}
