namespace TPWallet.Domain.Channels;

/// <summary>Why a payment went no further, as the failing hop says it to who made the onion: the codes of BOLT-4, two bytes each.</summary>
public enum OnionError
{
    /// <summary>A failure of this hop that may pass.</summary>
    TemporaryNodeFailure = 0x2002,

    /// <summary>The payload has a form that this hop does not read.</summary>
    InvalidPayload = 0x4016,

    /// <summary>The channel to go on by is none of this hop's, or not open.</summary>
    UnknownNextPeer = 0x400A,

    /// <summary>The channel to go on by has no room now.</summary>
    TemporaryChannelFailure = 0x1007,

    AmountBelowMinimum = 0x100B,

    FeeInsufficient = 0x100C,

    /// <summary>Too little time between both locks.</summary>
    IncorrectExpiry = 0x100D,

    ExpiryTooSoon = 0x100E,

    ExpiryTooFar = 0x0015,

    /// <summary>The payee does not take it.</summary>
    UnknownPaymentDetails = 0x400F,

    FinalIncorrectExpiry = 0x0012,

    FinalIncorrectAmount = 0x0013,

    /// <summary>The payment's other parts did not come in time.</summary>
    PartsTimeout = 0x0017,
}
