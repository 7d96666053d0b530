using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>What the runtime knows of one method of a grain interface, found once.</summary>
internal sealed class MethodEntry
{
    private readonly CallShape _shape;

    public MethodEntry(Type interfaceType, MethodInfo method)
    {
        if (method.ContainsGenericParameters)
            throw new NotSupportedException($"{Name(interfaceType, method)} is generic: the embedded runtime has no generic grain methods.");
        var parameters = method.GetParameters();
        if (parameters.Any(parameter => parameter.ParameterType.IsByRef))
            throw new NotSupportedException($"{Name(interfaceType, method)} has a parameter by reference.");
        InterfaceType = interfaceType;
        Method = method;
        Invoker = MethodInvoker.Create(method);
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        IsAlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsOneWay = method.IsDefined(typeof(OneWayAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        TokenIndex = Array.FindIndex(parameters, parameter => parameter.ParameterType == typeof(CancellationToken));
        _shape = CallShape.Of(method.ReturnType)
            ?? throw new NotSupportedException($"{Name(interfaceType, method)} returns {method.ReturnType}; grain methods return tasks.");
    }

    public Type InterfaceType { get; }

    public MethodInfo Method { get; }

    public MethodInvoker Invoker { get; }

    public bool IsReadOnly { get; }

    public bool IsAlwaysInterleave { get; }

    public bool IsOneWay { get; }

    /// <summary>How long the caller waits; null means the configured default.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The place of the CancellationToken among the arguments, or -1.</summary>
    public int TokenIndex { get; }

    public GrainCall NewCall() => _shape.NewCall();

    public object Wrap(Task task) => _shape.Wrap(task);

    /// <summary>A finished answer of the declared type, for calls that wait for none.</summary>
    public object Completed() => _shape.Completed();

    private static string Name(Type interfaceType, MethodInfo method) => $"{interfaceType.FullName}.{method.Name}";
}

/// <summary>The four kinds of task a grain method may return, over the type of its result.</summary>
internal abstract class CallShape
{
    public static CallShape? Of(Type returnType)
    {
        if (returnType == typeof(Task))
            return new Shape<Nothing>(Returns.Task);
        if (returnType == typeof(ValueTask))
            return new Shape<Nothing>(Returns.ValueTask);
        if (!returnType.IsGenericType)
            return null;
        var definition = returnType.GetGenericTypeDefinition();
        Returns? returns = definition == typeof(Task<>) ? Returns.TaskOf : definition == typeof(ValueTask<>) ? Returns.ValueTaskOf : null;
        return returns is null
            ? null
            : (CallShape)Activator.CreateInstance(typeof(Shape<>).MakeGenericType(returnType.GetGenericArguments()), returns)!;
    }

    public abstract GrainCall NewCall();

    public abstract object Wrap(Task task);

    public abstract object Completed();

    private sealed class Shape<T>(Returns returns) : CallShape
    {
        public override GrainCall NewCall() => new GrainCall<T>(returns);

        public override object Wrap(Task task) => returns switch
        {
            Returns.ValueTask => new ValueTask(task),
            Returns.ValueTaskOf => new ValueTask<T>((Task<T>)task),
            _ => task,
        };

        public override object Completed() => Wrap(Task.FromResult(default(T)!));
    }
}

/// <summary>What a grain method returns.</summary>
internal enum Returns
{
    Task,
    TaskOf,
    ValueTask,
    ValueTaskOf,
}

/// <summary>The result of a method that has none.</summary>
internal readonly struct Nothing;
