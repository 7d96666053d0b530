using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>The grain classes of this process, found in the loaded assemblies that use this one and in what those refer to.</summary>
internal sealed class GrainTypes
{
    private static readonly string _self = typeof(GrainTypes).Assembly.GetName().Name!;
    private static readonly Lock _gate = new();
    private static GrainTypes? _current;

    private int _assemblies;
    private readonly Dictionary<GrainType, List<GrainClass>> _byType = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];
    private readonly ConcurrentDictionary<(Type, string?), GrainClass> _resolved = new();

    private GrainTypes()
    {
        foreach (var type in Parts().SelectMany(LoadableTypes).Where(IsGrainClass))
            Add(new GrainClass(type));
    }

    /// <summary>The one class behind an interface.</summary>
    /// <exception cref="ArgumentException">None implements it, or several do and the prefix does not choose one.</exception>
    public static GrainClass Resolve(Type interfaceType, string? classNamePrefix)
    {
        var known = Volatile.Read(ref _current);
        if (known is not null && known._resolved.TryGetValue((interfaceType, classNamePrefix), out var found))
            return found;
        var types = UpToDate();
        return types._resolved.GetOrAdd((interfaceType, classNamePrefix), static (key, types) => types.Find(key.Item1, key.Item2), types);
    }

    /// <summary>The class of a grain type.</summary>
    /// <exception cref="ArgumentException">There is none, or two classes have the same type name.</exception>
    public static GrainClass Resolve(GrainType type)
    {
        if (Volatile.Read(ref _current)?._byType.TryGetValue(type, out var classes) == true || UpToDate()._byType.TryGetValue(type, out classes))
            return Only(classes, $"grain type {type}");
        throw new ArgumentException($"Could not find an implementation for grain type {type}");
    }

    // Looked for again when assemblies were loaded since, as a grain may live in one of them.
    private static GrainTypes UpToDate()
    {
        lock (_gate)
        {
            if (_current?._assemblies != AppDomain.CurrentDomain.GetAssemblies().Length)
            {
                // Looking may itself load parts; they are in this answer already, so they count.
                var types = new GrainTypes();
                types._assemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
                Volatile.Write(ref _current, types);
            }
            return _current!;
        }
    }

    private static IEnumerable<Assembly> Parts()
    {
        var parts = new Dictionary<string, Assembly>();
        var queue = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(part => !part.IsDynamic && UsesRuntime(part)));
        while (queue.TryDequeue(out var part))
        {
            if (!parts.TryAdd(part.FullName!, part))
                continue;
            foreach (var reference in part.GetReferencedAssemblies().Where(MayHoldGrains))
                if (TryLoad(reference) is { } loaded && UsesRuntime(loaded))
                    queue.Enqueue(loaded);
        }
        return parts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value);
    }

    private static bool UsesRuntime(Assembly part) => part.GetReferencedAssemblies().Any(reference => reference.Name == _self);

    private static bool MayHoldGrains(AssemblyName name) =>
        name.Name is { } text && !text.StartsWith("System.", StringComparison.Ordinal) && !text.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            // A reference that was not deployed holds no grain that could be called here.
            return null;
        }
    }

    private static IEnumerable<Type> LoadableTypes(Assembly part)
    {
        try
        {
            return part.GetTypes();
        }
        catch (ReflectionTypeLoadException partial)
        {
            return partial.Types.OfType<Type>();
        }
    }

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && typeof(IGrain).IsAssignableFrom(type) && typeof(IGrainBase).IsAssignableFrom(type);

    private static GrainClass Only(List<GrainClass> classes, string what) => classes.Count == 1
        ? classes[0]
        : throw new ArgumentException(
            $"Unable to identify a single implementation for {what}: {string.Join(", ", classes.Select(one => one.Class.FullName))}");

    private void Add(GrainClass grain)
    {
        (_byType.TryGetValue(grain.Type, out var same) ? same : _byType[grain.Type] = []).Add(grain);
        foreach (var shown in grain.Class.GetInterfaces().Where(shown => typeof(IGrain).IsAssignableFrom(shown)))
            (_byInterface.TryGetValue(shown, out var list) ? list : _byInterface[shown] = []).Add(grain);
    }

    private GrainClass Find(Type interfaceType, string? prefix)
    {
        var candidates = _byInterface.GetValueOrDefault(interfaceType) ?? [];
        if (prefix is not null)
            candidates = [.. candidates.Where(one => one.Class.FullName!.StartsWith(prefix, StringComparison.Ordinal))];
        if (candidates.Count == 0)
            throw new ArgumentException($"Could not find an implementation for interface {interfaceType}");
        var found = Only(candidates, $"interface {interfaceType}");
        return Only(_byType[found.Type], $"grain type {found.Type}");
    }
}
