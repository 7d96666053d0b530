using Orleans;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<string> Echo(string text);

    ValueTask<int> Add(int left, int right);

    Task Nothing();

    ValueTask NothingAtAll();

    Task<string> Key();

    Task<string> Fail(string message);

    Task<string> FailBeforeTheFirstAwait(string message);

    Task<string> AskOther(string key, string text);

    Task<IEchoGrain> Self();
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<string> Echo(string text) => Task.FromResult(text);

    public ValueTask<int> Add(int left, int right) => new(left + right);

    public Task Nothing() => Task.CompletedTask;

    public ValueTask NothingAtAll() => ValueTask.CompletedTask;

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public async Task<string> Fail(string message)
    {
        await Task.Yield();
        throw new FormatException(message);
    }

    public Task<string> FailBeforeTheFirstAwait(string message) => throw new FormatException(message);

    public Task<string> AskOther(string key, string text) => GrainFactory.GetGrain<IEchoGrain>(key).Echo(text);

    public Task<IEchoGrain> Self() => Task.FromResult(this.AsReference<IEchoGrain>());
}

public interface IUnimplementedGrain : IGrainWithStringKey;
