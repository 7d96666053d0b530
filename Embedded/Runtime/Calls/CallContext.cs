using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A call on its way through filters.</summary>
internal abstract class CallContext(GrainCall call) : IInvokable
{
    /// <summary>The filters already entered.</summary>
    protected int Entered { get; set; }

    public GrainCall Call => call;

    public IInvokable Request => this;

    public GrainId? SourceId => call.Source;

    public GrainId TargetId => call.Target;

    public string InterfaceName => call.Entry.InterfaceType.FullName!;

    public string MethodName => call.Entry.Method.Name;

    public MethodInfo InterfaceMethod => call.Entry.Method;

    public object? Result
    {
        get => call.Result;
        set => call.Result = value;
    }

    public int GetArgumentCount() => call.Arguments.Length;

    public object? GetArgument(int index) => call.Arguments[index];

    public void SetArgument(int index, object value) => call.Arguments[index] = value;

    public string GetMethodName() => MethodName;

    public string GetInterfaceName() => InterfaceName;

    public MethodInfo GetMethod() => InterfaceMethod;

    public Type GetInterfaceType() => call.Entry.InterfaceType;
}

/// <summary>The receiving end: the silo's filters in the order of their registration, then the grain's own, then the method.</summary>
internal sealed class IncomingCallContext(GrainCall call, Activation activation) : CallContext(call), IIncomingGrainCallContext
{
    public object Grain => activation.Instance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod => activation.Class.Implementation(InterfaceMethod);

    public Task Run() => Invoke();

    public Task Invoke()
    {
        var filters = activation.Silo.Filters.Incoming;
        var next = Entered++;
        if (next < filters.Length)
            return filters[next].Invoke(this);
        if (next == filters.Length && activation.Instance is IIncomingGrainCallFilter own)
            return own.Invoke(this);
        return Call.Start();
    }
}

/// <summary>The sending end.</summary>
internal sealed class OutgoingCallContext(GrainCall call, GrainProxy proxy, IGrainContext? source, IOutgoingGrainCallFilter[] filters)
    : CallContext(call), IOutgoingGrainCallContext
{
    public object Grain => proxy;

    public IGrainContext? SourceContext => source;

    public async Task Invoke()
    {
        if (Entered < filters.Length)
        {
            await filters[Entered++].Invoke(this);
            return;
        }
        proxy.Factory.Post(Call, proxy);
        await Call.Answer;
        Call.KeepAnswer();
    }
}
