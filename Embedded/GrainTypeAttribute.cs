using Orleans.Runtime;

namespace Orleans;

/// <summary>Names the grain type of a class, instead of the name made from the class's own.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class GrainTypeAttribute(string grainType) : Attribute
{
    internal GrainType GrainType { get; } = GrainType.Create(grainType);
}
