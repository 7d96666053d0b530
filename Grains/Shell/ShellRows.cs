using System.Text.Json;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>Rows that the shell itself writes; machines never see them. Stored: append only.</summary>
internal static class ShellRows
{
    private const int Schema = 1;
    private const string ResumedType = RowTypes.Shell + "resumed";
    private const string RefusedType = RowTypes.Shell + "refused";

    /// <summary>
    /// Proves by the journal's fence that this activation is the stream's only writer, before it runs an effect that must not run twice side by side.
    /// </summary>
    public static NewRow Resumed(Instant at) => new(ResumedType, Schema, "{}"u8.ToArray(), null, default, at.UnixMs);

    /// <summary>
    /// The refusal of an <see cref="IDecidedOnce"/>, or of what came too late. UNIQUE(stream, command) makes it the command's only answer, in every
    /// activation and for ever, and it takes no room in any state.
    /// </summary>
    public static NewRow Refused(Rejection rejection, Guid command, Bytes32 fingerprint, Instant at) => new(
        RefusedType, Schema, JsonSerializer.SerializeToUtf8Bytes(rejection, ContractJson.Default.Rejection), command, fingerprint.ToArray(), at.UnixMs);

    public static bool IsShell(JournalRow row) => row.Type.StartsWith(RowTypes.Shell, StringComparison.Ordinal);

    /// <summary>The command that this row refuses, with its answer; null for any other row.</summary>
    /// <exception cref="StreamUnreadableException">A refusal that does not read.</exception>
    public static RememberedCommand? RefusalIn(JournalRow row)
    {
        if (row.Type != RefusedType || row.CommandId is not { } command) return null;
        var rejection = row.Schema == Schema ? Read(row) : null;
        return rejection is null
            ? throw new StreamUnreadableException(row.Stream, row.Version, StreamFault.Undecodable)
            : new(command, FingerprintOf(row), new CommandReply.Refused(rejection));
    }

    /// <summary>The fingerprint of a row that has a command.</summary>
    /// <exception cref="StreamUnreadableException">It is no hash.</exception>
    public static Bytes32 FingerprintOf(JournalRow row) => row.Fingerprint.Length == UInt256.Size
        ? Bytes32.From(row.Fingerprint.Span)
        : throw new StreamUnreadableException(row.Stream, row.Version, StreamFault.Undecodable);

    private static Rejection? Read(JournalRow row)
    {
        try
        {
            return JsonSerializer.Deserialize(row.Payload.Span, ContractJson.Default.Rejection);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
