using System.Threading.Channels;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>The least that an actor can be: a channel, a loop that reads it, and an answer by a completion source.</summary>
internal sealed class Mailbox : IAsyncDisposable
{
    private readonly Channel<(int Value, TaskCompletionSource<int> Answer)> _letters =
        Channel.CreateUnbounded<(int, TaskCompletionSource<int>)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Task _reading;

    public Mailbox() => _reading = Task.Run(ReadAsync);

    public Task<int> Call(int value)
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _letters.Writer.TryWrite((value, answer));
        return answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _letters.Writer.Complete();
        await _reading;
    }

    private async Task ReadAsync()
    {
        await foreach (var (value, answer) in _letters.Reader.ReadAllAsync()) answer.SetResult(value);
    }
}
