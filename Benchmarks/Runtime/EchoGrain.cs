using Orleans;
using Orleans.Concurrency;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>A grain that does nothing, so that what is measured is the call.</summary>
public interface IEchoGrain : IGrainWithStringKey
{
    /// <summary>One turn.</summary>
    Task<int> Call(int value);

    /// <summary>A call that interleaves with others of its kind, as the reads of product grains do.</summary>
    [ReadOnly]
    Task<int> Read(int value);
}

/// <summary>Answers at once.</summary>
public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<int> Call(int value) => Task.FromResult(value);

    public Task<int> Read(int value) => Task.FromResult(value);
}
