using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Gives streams by name.</summary>
public interface IStreamProvider
{
    string Name { get; }

    IAsyncStream<T> GetStream<T>(StreamId streamId);
}
