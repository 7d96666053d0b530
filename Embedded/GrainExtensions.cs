using Orleans.Runtime;

namespace Orleans;

/// <summary>What can be asked of a grain or a reference to one.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to this grain, seen through the given interface.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    /// <summary>A reference to this grain, seen through the given interface.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    /// <summary>A reference to this grain, seen through the given interface.</summary>
    public static object AsReference(this IAddressable grain, Type interfaceType) => grain switch
    {
        GrainProxy proxy => interfaceType.IsInstanceOfType(proxy) ? proxy : proxy.Factory.Reference(interfaceType, proxy.Id),
        IGrainBase { GrainContext: Activation activation } => activation.Silo.Factory.Reference(interfaceType, activation.GrainId),
        _ => throw Unknown(grain),
    };

    /// <summary>The identity of the grain.</summary>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainProxy proxy => proxy.Id,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        _ => throw Unknown(grain),
    };

    /// <summary>The grain's key.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    private static Exception Unknown(IAddressable grain) => grain is null
        ? new ArgumentNullException(nameof(grain))
        : new ArgumentException($"{grain.GetType().FullName} is neither a reference nor a grain that the runtime made.", nameof(grain));
}
