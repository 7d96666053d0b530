using Orleans.Runtime;

namespace Orleans;

/// <summary>Makes references to grains. Making one sends nothing: the grain is activated by the first call.</summary>
public interface IGrainFactory
{
    /// <summary>A reference to the grain of that interface and key.</summary>
    /// <param name="primaryKey">The key: not empty, not only white space.</param>
    /// <param name="grainClassNamePrefix">Chooses among several implementing classes by the start of the full class name.</param>
    /// <exception cref="ArgumentException">No class, or more than one class, implements the interface, or the key is blank.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey;

    /// <summary>As the generic form, with the interface given at run time.</summary>
    IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);

    /// <summary>A reference to the grain with that identity, seen through the given interface.</summary>
    TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable;
}

/// <summary>The way into a cluster from outside grains.</summary>
public interface IClusterClient : IGrainFactory
{
    /// <summary>The services of the host that the client lives in.</summary>
    IServiceProvider ServiceProvider { get; }
}
