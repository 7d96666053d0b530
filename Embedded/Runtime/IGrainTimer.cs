using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A timer of one activation; disposing it cancels the token of a running callback.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets the time to the next tick and between later ones; Timeout.InfiniteTimeSpan means never.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>When and how a grain timer ticks.</summary>
public readonly struct GrainTimerCreationOptions()
{
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>From registration to the first tick.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of one callback to the next tick.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether ticks may interleave with requests; otherwise a tick is a request like any other.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether ticks count as use, so that the grain is not collected as idle.</summary>
    public bool KeepAlive { get; init; }
}
