using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Evidence;

/// <summary>
/// The hash of a journal row, worked out from the stored layout alone ("tpw/journal/row/1": each field with its length before it, the previous
/// row's hash last). Written apart from the journal's own code, so that a verifier needs no store; a test compares the two.
/// </summary>
public static class JournalRowHash
{
    private const int StreamIdLength = 16;

    /// <summary>SHA-256 of the row of the stream (tenant, kind, key).</summary>
    /// <param name="previous">Hash of the row before; null for version 1.</param>
    public static Bytes32 Of(EvidenceJournal journal, EvidenceRow row, Bytes32? previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Field(hash, "tpw/journal/row/1"u8);
        Field(hash, StreamId(journal));
        Field(hash, Int64(row.Version));
        Field(hash, Encoding.UTF8.GetBytes(row.Type));
        Field(hash, Int32(row.Schema));
        Field(hash, row.Payload.Span);
        Field(hash, row.CommandId?.ToByteArray(bigEndian: true) ?? []);
        Field(hash, row.Fingerprint.Span);
        Field(hash, Int64(row.At.UnixMs));
        Field(hash, previous?.ToArray() ?? []);
        return Bytes32.From(hash.GetHashAndReset());
    }

    private static byte[] StreamId(EvidenceJournal journal)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (ReadOnlySpan<string>)["tpw/journal/stream/1", journal.Tenant, journal.Kind, journal.Key])
            Field(hash, Encoding.UTF8.GetBytes(part));
        return hash.GetHashAndReset()[..StreamIdLength];
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static void Field(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(Int32(bytes.Length));
        hash.AppendData(bytes);
    }
}
