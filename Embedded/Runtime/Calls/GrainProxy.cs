using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>A reference to a grain: an object of the grain's interface that turns method calls into messages.</summary>
internal class GrainProxy : DispatchProxy
{
    private InterfaceTable _interface = null!;

    public GrainId Id { get; private set; }

    public GrainFactory Factory { get; private set; } = null!;

    /// <summary>Where the grain was last seen; when that activation has ended, the directory is asked again.</summary>
    public Activation? LastSeen { get; set; }

    public Type InterfaceType => _interface.Type;

    /// <summary>Two references to one grain are equal, whichever interfaces they show.</summary>
    public override bool Equals(object? obj) => obj is GrainProxy other && other.Id == Id;

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"GrainReference:{Id}:{InterfaceType.Name}";

    internal GrainProxy Bind(GrainFactory factory, GrainId id)
    {
        var bound = (GrainProxy)MemberwiseClone();
        bound.Factory = factory;
        bound.Id = id;
        return bound;
    }

    internal void Show(InterfaceTable table) => _interface = table;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Factory.Send(this, _interface.Entry(targetMethod!), args ?? []);
}

/// <summary>One grain interface: its methods, and the prototype that references are copied from.</summary>
internal sealed class InterfaceTable
{
    private static readonly ConcurrentDictionary<Type, InterfaceTable> _tables = new();

    private readonly ConcurrentDictionary<MethodInfo, MethodEntry> _entries = new();
    private readonly GrainProxy _prototype;

    private InterfaceTable(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
            throw new ArgumentException($"{type} is not a grain interface.", nameof(type));
        Type = type;
        foreach (var method in type.GetInterfaces().Append(type).SelectMany(part => part.GetMethods()).Where(method => !method.IsStatic))
            _entries[method] = new MethodEntry(method.DeclaringType!, method);
        _prototype = (GrainProxy)DispatchProxy.Create(type, typeof(GrainProxy));
        _prototype.Show(this);
    }

    public Type Type { get; }

    public static InterfaceTable Of(Type type) => _tables.GetOrAdd(type, static type => new InterfaceTable(type));

    public MethodEntry Entry(MethodInfo method) =>
        _entries.TryGetValue(method, out var entry) ? entry : throw new MissingMethodException(Type.FullName, method.Name);

    public object Reference(GrainFactory factory, GrainId id) => _prototype.Bind(factory, id);
}
