namespace Orleans
{
    using Orleans.Runtime;

    /// <summary>A virtual actor's interface.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain whose key is a string.</summary>
    public interface IGrainWithStringKey : IGrain;
}

namespace Orleans.Runtime
{
    /// <summary>Something that messages can be sent to.</summary>
    public interface IAddressable;
}
