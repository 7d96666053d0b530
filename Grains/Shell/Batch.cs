using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>A command that waits for its answer. Every caller with the same id and content waits on the same task.</summary>
internal sealed class Pending<TCommand>(TCommand command, Bytes32 fingerprint)
    where TCommand : class, ICommand
{
    private readonly TaskCompletionSource<CommandReply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TCommand Command => command;

    public Bytes32 Fingerprint => fingerprint;

    /// <summary>How often this command was in a batch that was proven not written.</summary>
    public int NotWritten { get; set; }

    public Task<CommandReply> Answer => _answer.Task;

    public bool Matches(Bytes32 other) => fingerprint == other;

    public void Complete(CommandReply reply) => _answer.TrySetResult(reply);

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}

/// <summary>One decided command with the answer that leaves when the batch is durable.</summary>
/// <param name="HasRows">Whether it wrote: then the answer is remembered.</param>
internal sealed record Decided<TCommand>(Pending<TCommand> Pending, CommandReply Reply, bool HasRows)
    where TCommand : class, ICommand;

/// <summary>What was decided together: all rows become durable, or none. Without rows there is nothing to wait for.</summary>
internal sealed record Batch<TState, TCommand>(
    IReadOnlyList<Decided<TCommand>> Decisions,
    IReadOnlyList<(Pending<TCommand> Pending, Exception Exception)> Failures,
    IReadOnlyList<NewRow> Rows,
    TState After,
    Instant LastAt)
    where TCommand : class, ICommand;
