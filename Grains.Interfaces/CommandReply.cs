using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces;

/// <summary>A command: what a caller asks of one subject. The same id again gives the same answer; the same id with other content is refused.</summary>
public interface ICommand
{
    /// <summary>Chosen by the caller, remembered as long as the subject lives.</summary>
    Guid CommandId { get; }
}

/// <summary>
/// A command that only another grain or the subject's own effects may send. From outside it is refused
/// (<see cref="RejectionCode.NotAllowedCaller"/>), whatever the caller's credential.
/// </summary>
public interface IInnerCommand : ICommand;

/// <summary>
/// An inner command whose sender lets go of something when it is refused. Its refusal is made durable like an acceptance and is remembered as long: the first
/// answer is the answer for ever, so that no copy of a command that was refused is accepted afterwards, and nothing is held or paid that nobody waits for.
/// Who wants to ask again asks with a new id. Refusals after which the sender tries the same again (<see cref="RejectionCode.Overloaded"/>,
/// <see cref="RejectionCode.LaneFull"/>, …) decide nothing and are not kept.
/// </summary>
public interface IDecidedOnce : IInnerCommand;

/// <summary>
/// A command that nobody is held up by, as an acknowledgement: it may wait for the subject's next command, to be written together with it. It waits a short
/// time at most, and what is told twice because it was lost with its silo must do no harm.
/// </summary>
public interface IMayWait : ICommand;

/// <summary>The answer to a command. It leaves only after everything that it was decided on is durable.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "outcome")]
[JsonDerivedType(typeof(Accepted), "accepted")]
[JsonDerivedType(typeof(Refused), "refused")]
[GenerateSerializer, Immutable, Alias("tpw.reply")]
public abstract record CommandReply
{
    private CommandReply()
    {
    }

    /// <summary>The command is durable: the version its last event has, the names of its events, in order.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.reply.accepted")]
    public sealed record Accepted(long Version, ImmutableArray<string> Events) : CommandReply;

    /// <summary>
    /// Nothing was changed. Of an <see cref="IDecidedOnce"/>, and of whatever came too late (<see cref="RejectionCode.DeadlinePassed"/>,
    /// <see cref="RejectionCode.VoteExpired"/>), nothing ever will be. With <see cref="RejectionCode.OutcomeUnknown"/> it may have been:
    /// then send the same command again with the same id, the answer will tell what became of it.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.reply.refused")]
    public sealed record Refused(Rejection Rejection) : CommandReply;
}
