using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>Runs around calls that leave this host.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Awaits context.Invoke() to let the call go on, or throws to refuse it.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}

/// <summary>Runs around calls that a grain receives; the grain class itself may be one.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Awaits context.Invoke() to let the call go on, or throws to refuse it.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>A filter as a delegate.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);

/// <summary>A filter as a delegate.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>One call, as filters see it.</summary>
public interface IGrainCallContext
{
    /// <summary>The method and its arguments.</summary>
    IInvokable Request { get; }

    /// <summary>The grain instance (incoming) or reference (outgoing).</summary>
    object Grain { get; }

    /// <summary>Who calls: a grain, or a client, for which IsClient() is true.</summary>
    GrainId? SourceId { get; }

    GrainId TargetId { get; }

    string InterfaceName { get; }

    string MethodName { get; }

    MethodInfo InterfaceMethod { get; }

    /// <summary>The result after Invoke; a filter may replace it.</summary>
    object? Result { get; set; }

    /// <summary>Lets the call go on to the next filter or the grain.</summary>
    Task Invoke();
}

/// <summary>A call that a grain receives.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    IGrainContext TargetContext { get; }

    /// <summary>The method of the grain class that implements the interface's.</summary>
    MethodInfo ImplementationMethod { get; }
}

/// <summary>A call that leaves this host.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The calling activation; null when a client calls.</summary>
    IGrainContext? SourceContext { get; }
}
