using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>A stream. It is there for as long as somebody names it: nothing makes or ends it.</summary>
public interface IAsyncStream
{
    string ProviderName { get; }

    StreamId StreamId { get; }
}

/// <summary>A stream of items of one type.</summary>
public interface IAsyncStream<T> : IAsyncStream, IAsyncObservable<T>, IAsyncObserver<T>;
