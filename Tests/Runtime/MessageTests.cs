using System.Collections.Immutable;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime;

/// <summary>
/// Messages cross from caller to callee by reference, so each must be immutable to its depth; and Orleans must be able to send it
/// between silos, so each carries the serialization attributes.
/// </summary>
public sealed class MessageTests
{
    [Fact]
    public void GrainInterfaces_EveryMessage_IsImmutableAndSerializable()
    {
        var interfaces = Assembly.Load("TPWallet.Grains.Interfaces").GetTypes()
            .Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type)).ToArray();

        MessageRules.Faults(interfaces).Should().BeEmpty();
    }

    [Theory]
    [InlineData(typeof(GoodMessage), null)]
    [InlineData(typeof(GoodUnion), null)]
    [InlineData(typeof(Positional), null)]
    [InlineData(typeof(int[]), "array")]
    [InlineData(typeof(List<int>), "not known to be immutable")]
    [InlineData(typeof(IReadOnlyList<int>), "not known to be immutable")]
    [InlineData(typeof(ImmutableArray<List<int>>), "not known to be immutable")]
    [InlineData(typeof(object), "not known to be immutable")]
    [InlineData(typeof(Settable), "can be set")]
    [InlineData(typeof(Open), "neither sealed")]
    [InlineData(typeof(Deep), "array")]
    [InlineData(typeof(Unmarked), "[GenerateSerializer]")]
    [InlineData(typeof(Unnumbered), "has no [Id]")]
    [InlineData(typeof(Doubled), "same [Id]")]
    [InlineData(typeof(Nameless), "[Alias]")]
    [InlineData(typeof(MutableStruct), "not readonly")]
    public void Rules_OnOneType_SeeItsFault(Type type, string? fault)
    {
        var faults = MessageRules.FaultsOf(type);

        if (fault is null)
            faults.Should().BeEmpty();
        else
            faults.Should().Contain(line => line.Contains(fault, StringComparison.Ordinal));
    }

    [GenerateSerializer, Immutable, Alias("good")]
    internal sealed record GoodMessage(
        [property: Id(0)] string Text, [property: Id(1)] ImmutableArray<GoodUnion> Parts, [property: Id(2)] ReadOnlyMemory<byte>? Bytes);

    [GenerateSerializer, Immutable, Alias("union")]
    internal abstract record GoodUnion
    {
        private GoodUnion()
        {
        }

        [GenerateSerializer, Immutable, Alias("union.a")]
        internal sealed record A([property: Id(0)] UInt128 Amount) : GoodUnion;
    }

    [GenerateSerializer, Immutable, Alias("settable")]
    internal sealed record Settable
    {
        [Id(0)]
        public int Value { get; set; }
    }

    [GenerateSerializer, Immutable, Alias("open")]
    internal record Open([property: Id(0)] int Value);

    [GenerateSerializer, Immutable, Alias("opened")]
    internal sealed record Opened() : Open(0);

    [GenerateSerializer, Immutable, Alias("deep")]
    internal sealed record Deep([property: Id(0)] ImmutableArray<Inner> Inner);

    [GenerateSerializer, Immutable, Alias("inner")]
    internal sealed record Inner([property: Id(0)] byte[] Bytes);

    internal sealed record Unmarked([property: Id(0)] int Value);

    [GenerateSerializer, Immutable, Alias("unnumbered")]
    internal sealed record Unnumbered(int Numbered)
    {
        public int Value { get; init; }
    }

    [GenerateSerializer, Immutable, Alias("positional")]
    internal readonly record struct Positional(int One, UInt128 Two);

    [GenerateSerializer, Immutable, Alias("doubled")]
    internal sealed record Doubled([property: Id(0)] int One, [property: Id(0)] int Two);

    [GenerateSerializer, Immutable]
    internal sealed record Nameless([property: Id(0)] int Value);

    [GenerateSerializer, Immutable, Alias("mutable")]
    internal struct MutableStruct
    {
        [Id(0)]
        public int Value { get; set; }
    }
}

/// <summary>What makes a message immutable and serializable.</summary>
internal static class MessageRules
{
    private static readonly HashSet<Type> _atoms =
    [
        typeof(string), typeof(decimal), typeof(BigInteger), typeof(Int128), typeof(UInt128), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset),
        typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly), typeof(Uri), typeof(Version), typeof(CancellationToken), typeof(GrainId), typeof(void),
    ];

    private static readonly HashSet<Type> _containers =
    [
        typeof(Nullable<>), typeof(ReadOnlyMemory<>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(Task<>), typeof(ValueTask<>),
    ];

    public static IReadOnlyList<string> Faults(IEnumerable<Type> interfaces)
    {
        var faults = new List<string>();
        var seen = new HashSet<Type>();
        foreach (var type in interfaces)
        {
            foreach (var method in type.GetMethods())
            {
                var hasResult = method.ReturnType != typeof(Task) && method.ReturnType != typeof(ValueTask);
                if (hasResult && method.IsDefined(typeof(OneWayAttribute)))
                    faults.Add($"{type.Name}.{method.Name} is one-way and promises a result");
                if (hasResult)
                    Check(method.ReturnType, $"{type.Name}.{method.Name} result", seen, faults);
                foreach (var parameter in method.GetParameters())
                    Check(parameter.ParameterType, $"{type.Name}.{method.Name}({parameter.Name})", seen, faults);
            }
        }
        return faults;
    }

    public static IReadOnlyList<string> FaultsOf(Type type)
    {
        var faults = new List<string>();
        Check(type, "", [], faults);
        return faults;
    }

    private static void Check(Type type, string where, HashSet<Type> seen, List<string> faults)
    {
        if (type.IsPrimitive || type.IsEnum || _atoms.Contains(type) || typeof(IAddressable).IsAssignableFrom(type) || !seen.Add(type))
            return;
        var path = $"{where} → {type.Name}";
        if (type.IsArray)
            faults.Add($"{path} is an array: anyone may change it");
        else if (type.IsGenericType && _containers.Contains(type.GetGenericTypeDefinition()))
            foreach (var argument in type.GetGenericArguments())
                Check(argument, path, seen, faults);
        else if (type.Namespace?.StartsWith("TPWallet", StringComparison.Ordinal) == true)
            CheckOwn(type, path, seen, faults);
        else
            faults.Add($"{path} is not known to be immutable");
    }

    private static void CheckOwn(Type type, string path, HashSet<Type> seen, List<string> faults)
    {
        if (type.IsValueType && !type.IsDefined(typeof(IsReadOnlyAttribute)))
            faults.Add($"{path} is a struct that is not readonly");
        if (type is { IsClass: true, IsSealed: false, IsAbstract: false })
            faults.Add($"{path} is neither sealed nor abstract");
        foreach (var (attribute, text) in new[]
        {
            (typeof(GenerateSerializerAttribute), "[GenerateSerializer]"),
            (typeof(ImmutableAttribute), "[Immutable]"),
            (typeof(AliasAttribute), "[Alias]"),
        })
        {
            if (!type.IsDefined(attribute, inherit: false))
                faults.Add($"{path} lacks {text}");
        }
        CheckMembers(type, path, seen, faults);
        if (type.IsAbstract)
            foreach (var part in type.Assembly.GetTypes().Where(part => part.BaseType == type))
                Check(part, path, seen, faults);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            Check(parent, path, seen, faults);
    }

    private static void CheckMembers(Type type, string path, HashSet<Type> seen, List<string> faults)
    {
        var ids = new HashSet<uint>();
        var positional = Positional(type);
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            var property = Property(type, field);
            var name = property?.Name ?? field.Name;
            var setter = property?.SetMethod;
            var isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
            if (!field.IsInitOnly && !(setter is not null && isInit))
                faults.Add($"{path}.{name} can be set");
            var id = ((MemberInfo?)property ?? field).GetCustomAttribute<IdAttribute>();
            // Orleans numbers the parameters of a record's primary constructor itself, by their places.
            if (id is null && !positional.Contains(name))
                faults.Add($"{path}.{name} has no [Id]");
            else if (id is not null && !ids.Add(id.Id))
                faults.Add($"{path}.{name} has the same [Id] as another member");
            Check(field.FieldType, $"{path}.{name}", seen, faults);
        }
    }

    // Only a record with a primary constructor gets a Deconstruct that the compiler wrote.
    private static HashSet<string> Positional(Type type) => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        .FirstOrDefault(method => method.Name == "Deconstruct" && method.IsDefined(typeof(CompilerGeneratedAttribute)))
        ?.GetParameters().Select(parameter => parameter.Name!).ToHashSet() ?? [];

    // The compiler names the field behind an automatic property after it.
    private static PropertyInfo? Property(Type type, FieldInfo field) => field.Name is ['<', .. var rest] && rest.IndexOf('>') is var end and > 0
        ? type.GetProperty(rest[..end], BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        : null;
}
