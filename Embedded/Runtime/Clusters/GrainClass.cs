using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>What the runtime knows of one grain class, found once.</summary>
internal sealed class GrainClass
{
    private const string Suffix = "grain";

    private readonly ConcurrentDictionary<MethodInfo, MethodInfo> _implementations = new();
    private readonly Lazy<ObjectFactory> _factory;

    public GrainClass(Type type)
    {
        Class = type;
        Type = type.GetCustomAttribute<GrainTypeAttribute>()?.GrainType ?? GrainType.Create(Name(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        IsFilter = typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
        HasOnActivate = Overrides(type, nameof(IGrainBase.OnActivateAsync));
        HasOnDeactivate = Overrides(type, nameof(IGrainBase.OnDeactivateAsync));
        NeedsServices = type.GetConstructors().Any(constructor => constructor.GetParameters().Length > 0);
        _factory = new(() => ActivatorUtilities.CreateFactory(type, []));
    }

    public Type Class { get; }

    public GrainType Type { get; }

    public bool IsReentrant { get; }

    public bool IsFilter { get; }

    public bool HasOnActivate { get; }

    public bool HasOnDeactivate { get; }

    /// <summary>Whether the constructor takes services, so that the activation needs its scope from the start.</summary>
    public bool NeedsServices { get; }

    public object Create(IServiceProvider services) => _factory.Value(services, null);

    /// <summary>The class's own method behind an interface's.</summary>
    public MethodInfo Implementation(MethodInfo method) => _implementations.GetOrAdd(method, static (method, type) =>
    {
        var map = type.GetInterfaceMap(method.DeclaringType!);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, method)];
    }, Class);

    // Orleans names a grain type after its class: lower case, without the word "Grain" at the end.
    private static string Name(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name;
    }

    private static bool Overrides(Type type, string method)
    {
        if (!typeof(Grain).IsAssignableFrom(type))
            return true;
        var last = type.GetMethods().First(one => one.Name == method && one.GetBaseDefinition().DeclaringType == typeof(Grain));
        return last.DeclaringType != typeof(Grain);
    }
}
