namespace TPWallet.Tests.Histories;

/// <summary>In which way the product was wrong.</summary>
internal enum FaultKind
{
    /// <summary>The account has more than the script's chain gave it.</summary>
    CreditNotReversed,

    /// <summary>The account has less.</summary>
    WronglyReversed,

    /// <summary>By the end of the one poll that saw it, a change was not told.</summary>
    MissedAlert,
}

/// <summary>A history that the product got wrong.</summary>
internal sealed class HistoryFaultException(FaultKind kind, string what) : Exception($"{kind}: {what}")
{
    public FaultKind Kind { get; } = kind;
}
