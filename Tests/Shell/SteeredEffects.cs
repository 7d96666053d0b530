using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Shell;

/// <summary>An effect runner that a test steers: each call is told to the test and waits for the result that the test gives.</summary>
public sealed class SteeredEffects : IEffectRunner
{
    private readonly System.Threading.Channels.Channel<(Effect Effect, TaskCompletionSource<EffectResult> Result)> _calls =
        System.Threading.Channels.Channel.CreateUnbounded<(Effect, TaskCompletionSource<EffectResult>)>();

    /// <summary>What every effect gets without waiting for the test; the call is still told. Null: the test gives it.</summary>
    public EffectResult? AtOnce { get; set; }

    public Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<EffectResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Writer.TryWrite((effect, result)).Should().BeTrue();
        return AtOnce is { } answer ? Task.FromResult(answer) : result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The next effect that was started; fails by name when none comes.</summary>
    public async Task<(Effect Effect, TaskCompletionSource<EffectResult> Result)> NextAsync(string awaited)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await _calls.Reader.ReadAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No effect was started: {awaited}.");
        }
    }

    public bool IsQuiet => !_calls.Reader.TryPeek(out _);
}
