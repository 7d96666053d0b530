using Orleans;
using Orleans.Runtime;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Reads ask the journal nothing, and an activation that another overtook does not know it. So one that was not sure for a while to be the one that writes looks
/// before it is read (<see cref="ShellTimes.ReadableFor"/>); commands have their own fence.
/// </summary>
public abstract partial class MachineGrain<TMachine, TState, TCommand, TEvent> : IIncomingGrainCallFilter
{
    private long _currentAt;
    private Task<bool>? _looking;

    /// <inheritdoc/>
    /// <exception cref="OrleansException">Another activation wrote: the next call reaches one that knows.</exception>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // By the machine's monotonic clock: a clock that is set back would make old reads good again.
        var isCurrent = _services.Time.GetElapsedTime(_currentAt).Ticks < _services.Times.ReadableFor.Ms * TimeSpan.TicksPerMillisecond;
        return isCurrent || context.InterfaceMethod.ReturnType == typeof(Task<CommandReply>) ? context.Invoke() : InvokeCurrentAsync(context);
    }

    private async Task InvokeCurrentAsync(IIncomingGrainCallContext context)
    {
        // All that come meanwhile wait for the same look.
        var looking = _looking ??= IsOvertakenAsync();
        try
        {
            if (await looking) throw new OrleansException($"{RejectionCode.Retry}: {Overtaken().Rejection.Expected} was read, and another activation wrote.");
        }
        finally
        {
            if (_looking == looking) _looking = null;
        }

        await context.Invoke();
    }

    /// <summary>The journal was just seen to hold nothing newer.</summary>
    private void SetCurrent() => _currentAt = _services.Time.GetTimestamp();
}
