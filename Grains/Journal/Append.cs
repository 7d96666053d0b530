using System.Text;

namespace TPWallet.Grains.Journal;

/// <summary>
/// Rows to add to one stream: all of them or none. The pair of expected version and previous hash is the fence: of two activations of
/// one grain only one can write.
/// </summary>
/// <param name="Stream">The stream; its name is stored at the first append, so that a sweeper can call the grain.</param>
/// <param name="ExpectedVersion">Version of the stream's last row; 0 for an empty stream.</param>
/// <param name="PreviousHash">Hash of that row; empty for an empty stream.</param>
/// <param name="Rows">At least one row.</param>
/// <param name="WakeAtUnixMs">
/// Writes the stream's wake row in the same transaction: the grain is called at or after this instant (milliseconds since 1970) until the row is
/// cleared. It takes the place of a wake that is already there, dead or alive. Where that one had the same instant, the new one is 1 ms later: who
/// read the old row cannot clear or postpone the new one.
/// </param>
/// <param name="ClearWake">Removes the wake row in the same transaction. Not together with <paramref name="WakeAtUnixMs"/>.</param>
public sealed record Append(
    StreamName Stream,
    long ExpectedVersion,
    ReadOnlyMemory<byte> PreviousHash,
    IReadOnlyList<NewRow> Rows,
    long? WakeAtUnixMs = null,
    bool ClearWake = false)
{
    /// <summary>Payload bytes of all rows.</summary>
    public int PayloadBytes
    {
        get
        {
            var sum = 0;
            foreach (var row in Rows) sum += row.Payload.Length;
            return sum;
        }
    }

    /// <summary>Checks the append against <see cref="JournalLimits"/>.</summary>
    /// <exception cref="ArgumentException">A limit is passed or the append contradicts itself: a bug of the caller; nothing was queued.</exception>
    public void Validate()
    {
        if (Wrong() is { } wrong) throw new ArgumentException(wrong);
    }

    private string? Wrong()
    {
        if (Rows.Count is 0 or > JournalLimits.MaxRowsPerAppend) return $"An append holds 1 to {JournalLimits.MaxRowsPerAppend} rows.";
        if (ExpectedVersion < 0) return "An expected version is not negative.";
        if (PreviousHash.Length != (ExpectedVersion == 0 ? 0 : HashChain.Size)) return "The previous hash is empty for version 0, else 32 bytes.";
        if (ClearWake && WakeAtUnixMs is not null) return "An append either sets or clears the wake row.";
        long bytes = 0;
        foreach (var row in Rows)
        {
            if (WrongIn(row) is { } wrong) return wrong;
            bytes += row.Payload.Length;
        }

        return bytes > JournalLimits.MaxAppendBytes ? $"An append's payloads are at most {JournalLimits.MaxAppendBytes} bytes." : null;
    }

    private static string? WrongIn(NewRow row)
    {
        if (row.Payload.Length > JournalLimits.MaxPayloadBytes) return $"A payload is at most {JournalLimits.MaxPayloadBytes} bytes.";
        if (row.Type.Length == 0 || Encoding.UTF8.GetByteCount(row.Type) > JournalLimits.MaxTypeBytes)
            return $"A type name is 1 to {JournalLimits.MaxTypeBytes} bytes.";
        if (row.Fingerprint.Length > JournalLimits.MaxFingerprintBytes) return $"A fingerprint is at most {JournalLimits.MaxFingerprintBytes} bytes.";
        if (row.CommandId is null && !row.Fingerprint.IsEmpty) return "A fingerprint belongs to a command id.";
        return row.CommandId == Guid.Empty ? "The empty id is no command id." : null;
    }
}
