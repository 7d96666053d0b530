using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>The value of each signal for one movement.</summary>
internal readonly ref struct SignalTable(Span<long> values)
{
    /// <summary>How many signals there are.</summary>
    internal const int Length = (int)RiskSignal.Returning + 1;

    private readonly Span<long> _values = values;

    internal long this[RiskSignal signal]
    {
        get => _values[(int)signal];
        set => _values[(int)signal] = value;
    }
}
