using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Personal;

/// <summary>
/// Every place in a stored or sent type that can hold characters of somebody's choice, as "Type.Field": found by walking commands, events, the facts that the
/// signer keeps, and all that they are made of.
/// </summary>
internal static class TextFields
{
    /// <summary>Commands of all grains, events of all machines, and the signer's facts.</summary>
    public static IReadOnlyCollection<Type> Roots { get; } =
    [
        .. typeof(ICommand).Assembly.GetTypes().Where(type => type is { IsAbstract: true, IsInterface: false } && typeof(ICommand).IsAssignableFrom(type)),
        .. from type in typeof(PacketDecider).Assembly.GetTypes()
           from port in type.GetInterfaces()
           where port.IsGenericType && port.GetGenericTypeDefinition() == typeof(IMachine<,,>)
           select port.GetGenericArguments()[2],
        typeof(TPWallet.Signer.SignerNode).Assembly.GetType("TPWallet.Signer.Store.Fact", throwOnError: true)!,
    ];

    public static IReadOnlyCollection<string> All()
    {
        var (seen, found) = (new HashSet<Type>(), new SortedSet<string>(StringComparer.Ordinal));
        var waiting = new Stack<Type>(Roots);
        while (waiting.TryPop(out var type))
        {
            if (!seen.Add(type)) continue;
            foreach (var derived in type.GetCustomAttributes<JsonDerivedTypeAttribute>()) waiting.Push(derived.DerivedType);
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsStored))
            {
                foreach (var part in Parts(property.PropertyType))
                {
                    if (part == typeof(string)) found.Add($"{NameOf(property.DeclaringType!)}.{property.Name}");
                    else if (part == typeof(Name)) found.Add("Name");
                    else if (part.Namespace?.StartsWith("TPWallet", StringComparison.Ordinal) == true) waiting.Push(part);
                }
            }
        }

        return found;
    }

    private static bool IsStored(PropertyInfo property) =>
        property.CanWrite && property.GetCustomAttribute<JsonIgnoreAttribute>() is null or { Condition: not JsonIgnoreCondition.Always };

    /// <summary>What a type is made of: itself, or the elements of a collection.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Parts(inner);
        return type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments().SelectMany(Parts) : [type];
    }

    private static string NameOf(Type type) => type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;
}
