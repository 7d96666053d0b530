using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>One silo of a test cluster.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    public short InstanceNumber { get; set; }

    public string Name { get; set; } = null!;

    /// <summary>Whether the silo was neither stopped nor killed.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Stops the silo; not gracefully means a crash: nothing is deactivated, no turn runs any more.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    /// <summary>Stops the silo gracefully until the token is cancelled; a token cancelled from the start means a crash.</summary>
    public abstract Task StopSiloAsync(CancellationToken ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA1816", Justification = "Derived classes end the silo; there is no finalizer.")]
    public abstract ValueTask DisposeAsync();

    /// <inheritdoc/>
    public override string ToString() => Name;

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A silo in the test's own process.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _isActive = true;
    private int _disposed;

    public IHost SiloHost { get; init; } = null!;

    public IServiceProvider ServiceProvider => SiloHost.Services;

    /// <inheritdoc/>
    public override bool IsActive => _isActive;

    /// <inheritdoc/>
    public override Task StopSiloAsync(bool stopGracefully) => StopSiloAsync(new CancellationToken(canceled: !stopGracefully));

    /// <inheritdoc/>
    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (!_isActive)
            return;
        _isActive = false;
        var silo = (Runtime.Silo?)SiloHost.Services.GetService(typeof(Runtime.Silo));
        // A crash comes before anything the host would do to stop in order.
        if (ct.IsCancellationRequested)
            silo?.Dispose();
        // After a crash the host is only cleared away; that it was given no time was the point.
        await SiloHost.StopAsync(ct).ConfigureAwait(ct.IsCancellationRequested ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None);
    }

    /// <inheritdoc/>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA1816", Justification = "There is no finalizer.")]
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await StopSiloAsync(true);
        if (SiloHost is IAsyncDisposable host)
            await host.DisposeAsync();
        else
            SiloHost.Dispose();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _isActive = false;
            SiloHost.Dispose();
        }
        base.Dispose(disposing);
    }
}
