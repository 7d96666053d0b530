using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>What a grain class has in common with the runtime.</summary>
public interface IGrainBase
{
    IGrainContext GrainContext { get; }

    /// <summary>Runs before the first request; when it fails, so do the requests that wait.</summary>
    Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Runs after the last request, if the process lives so long: correctness must not depend on it.</summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
}

/// <summary>The base of grain classes.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain() => GrainContext = RuntimeContext.Current;

    [AllowNull]
    public IGrainContext GrainContext { get; private set; }

    /// <summary>The grain's identity in words.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>The address of the silo that the activation lives in.</summary>
    public string RuntimeIdentity => (GrainContext as Activation)?.Silo.Address ?? "";

    /// <summary>Makes references to other grains.</summary>
    protected IGrainFactory GrainFactory =>
        GrainContext is Activation activation ? activation.Silo.Factory : ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the activation when its running requests are done.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps the activation from being collected as idle for that long; a negative time takes an earlier wish back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => ((Activation)GrainContext).DelayDeactivation(timeSpan);
}
