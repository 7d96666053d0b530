namespace TPWallet.Grains.Journal;

/// <summary>One stored event, as read back and checked against the hash chain.</summary>
/// <param name="Stream">The stream it belongs to.</param>
/// <param name="Version">1 for a stream's first event, then without a gap.</param>
/// <param name="Type">Stored name of the event: a contract, never renamed.</param>
/// <param name="Schema">Version of the payload's shape.</param>
/// <param name="Payload">The event's bytes (JSON), exactly as they were appended.</param>
/// <param name="CommandId">The command that made this event, on the first event of that command only.</param>
/// <param name="Fingerprint">Fingerprint of that command's content; empty without a command.</param>
/// <param name="AtUnixMs">The event's time, milliseconds since 1970.</param>
/// <param name="Hash">SHA-256 over the row's fields and the previous row's hash (see <see cref="HashChain"/>).</param>
/// <param name="Committer">The committer incarnation that wrote it.</param>
/// <param name="Batch">Number of the batch in that committer's chain.</param>
public sealed record JournalRow(
    StreamId Stream,
    long Version,
    string Type,
    int Schema,
    ReadOnlyMemory<byte> Payload,
    Guid? CommandId,
    ReadOnlyMemory<byte> Fingerprint,
    long AtUnixMs,
    byte[] Hash,
    int Committer,
    long Batch);

/// <summary>An event to append.</summary>
/// <param name="Type">Stored name of the event.</param>
/// <param name="Schema">Version of the payload's shape.</param>
/// <param name="Payload">The event's bytes; they must not change after the call.</param>
/// <param name="CommandId">
/// The command's id, remembered for ever: a stream never holds two rows of one command id. A command that makes several events
/// carries its id and fingerprint on the first of them only; the rest are written without, since UNIQUE(stream, command) is what makes
/// a command's repetition impossible and several rows of one command would break it.
/// </param>
/// <param name="Fingerprint">Fingerprint of the command's content.</param>
/// <param name="AtUnixMs">The event's time, milliseconds since 1970.</param>
public sealed record NewRow(
    string Type,
    int Schema,
    ReadOnlyMemory<byte> Payload,
    Guid? CommandId,
    ReadOnlyMemory<byte> Fingerprint,
    long AtUnixMs);
