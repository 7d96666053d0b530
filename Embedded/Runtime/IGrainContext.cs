namespace Orleans.Runtime;

/// <summary>One activation of a grain, as its own code and the runtime see it.</summary>
public interface IGrainContext : IEquatable<IGrainContext>
{
    GrainId GrainId { get; }

    /// <summary>The instance of the grain class; null before it is made.</summary>
    object? GrainInstance { get; }

    ActivationId ActivationId { get; }

    /// <summary>The services of this activation: a scope of its own.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation has ended. Awaiting it from the grain itself never completes.</summary>
    Task Deactivated { get; }

    /// <summary>Starts ending the activation: running requests finish, waiting ones go on to the next activation.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>Gives the activation whose turn is running.</summary>
public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}
