using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>Holds appends back until the test lets them go, one fault each.</summary>
public sealed class Gate
{
    private readonly System.Threading.Channels.Channel<TaskCompletionSource<MemoryFault>> _held =
        System.Threading.Channels.Channel.CreateUnbounded<TaskCompletionSource<MemoryFault>>();

    public Task<MemoryFault> Hold(Append append)
    {
        var source = new TaskCompletionSource<MemoryFault>(TaskCreationOptions.RunContinuationsAsynchronously);
        _held.Writer.TryWrite(source).Should().BeTrue();
        return source.Task;
    }

    /// <summary>Until an append is held.</summary>
    public async Task WaitForOneAsync()
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await _held.Reader.WaitToReadAsync(bound.Token)).Should().BeTrue();
    }

    public async Task LetGoAsync(MemoryFault fault = MemoryFault.None)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await _held.Reader.ReadAsync(bound.Token)).SetResult(fault);
    }
}
