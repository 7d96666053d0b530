using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

/// <summary>The call filters of one host, in the order of their registration.</summary>
internal sealed class CallFilters(IServiceProvider services)
{
    public IIncomingGrainCallFilter[] Incoming { get; } = [.. services.GetServices<IIncomingGrainCallFilter>()];

    public IOutgoingGrainCallFilter[] Outgoing { get; } = [.. services.GetServices<IOutgoingGrainCallFilter>()];

    public bool Applies(Activation activation) => Incoming.Length > 0 || activation.Class.IsFilter;
}

/// <summary>A delegate in a filter's clothes.</summary>
internal sealed class DelegateFilter(IncomingGrainCallFilterDelegate? incoming, OutgoingGrainCallFilterDelegate? outgoing)
    : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => incoming!(context);

    public Task Invoke(IOutgoingGrainCallContext context) => outgoing!(context);
}
