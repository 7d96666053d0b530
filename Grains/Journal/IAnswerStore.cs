namespace TPWallet.Grains.Journal;

/// <summary>A refusal as it was given to one command.</summary>
/// <param name="CommandId">From tenant, operation, subject and idempotency key.</param>
/// <param name="Fingerprint">Of the command's content.</param>
/// <param name="AtUnixMs">When it was given.</param>
/// <param name="Reply">The reply as JSON.</param>
public sealed record KeptAnswer(Guid CommandId, ReadOnlyMemory<byte> Fingerprint, long AtUnixMs, ReadOnlyMemory<byte> Reply);

/// <summary>
/// A bounded table of refusals in the journal's database, so that a restart, or another silo, gives a repeated request the same answer. What was accepted is
/// in the journal itself. Nothing is decided on these rows: whoever alters one can make the gateway lie about a refusal, as a stolen database can anyway, and
/// moves nothing. Every method fails as its database does; nothing was kept then, or it is not known.
/// </summary>
public interface IAnswerStore
{
    /// <summary>What was kept last for a command, of whatever age, or null.</summary>
    Task<KeptAnswer?> FindAnswerAsync(Guid commandId, CancellationToken cancellationToken);

    /// <summary>Keeps an answer in place of the command's older one; it is durable when the task ends. The same again changes nothing.</summary>
    Task KeepAnswerAsync(KeptAnswer answer, CancellationToken cancellationToken);

    /// <summary>Drops what was given before an instant, and the oldest beyond a number.</summary>
    Task ForgetAnswersAsync(long beforeUnixMs, int keepAtMost, CancellationToken cancellationToken);
}
