using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Grains.Journal;

/// <summary>
/// The hash of a row: SHA-256 over a domain tag, every stored field with its length before it, and the previous row's hash. Computed over the
/// stored bytes, never over a re-serialised event. The layout is a contract: append only, a new layout gets a new tag.
/// </summary>
public static class HashChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private const int StackBytes = 1024;
    private const int FixedBytes = 10 * 4 + 16 + 8 + 4 + 16 + 8 + Size;

    private static ReadOnlySpan<byte> Tag => "tpw/journal/row/1"u8;

    /// <summary>The hash of a row.</summary>
    /// <param name="stream">Its stream.</param>
    /// <param name="version">Its version.</param>
    /// <param name="row">Its content.</param>
    /// <param name="previous">Hash of the row before it; empty for version 1.</param>
    public static byte[] Next(StreamId stream, long version, NewRow row, ReadOnlySpan<byte> previous)
    {
        var size = FixedBytes + Tag.Length + Encoding.UTF8.GetMaxByteCount(row.Type.Length) + row.Payload.Length + row.Fingerprint.Length;
        byte[]? rented = null;
        var buffer = size <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var length = Write(buffer, stream, version, row, previous);
            return SHA256.HashData(buffer[..length]);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The hash of a row that was read back.</summary>
    public static byte[] Next(JournalRow row, ReadOnlySpan<byte> previous) =>
        Next(row.Stream, row.Version, new NewRow(row.Type, row.Schema, row.Payload, row.CommandId, row.Fingerprint, row.AtUnixMs), previous);

    private static int Write(Span<byte> buffer, StreamId stream, long version, NewRow row, ReadOnlySpan<byte> previous)
    {
        Span<byte> small = stackalloc byte[StreamId.Size];
        var at = Field(buffer, 0, Tag);
        stream.WriteBytes(small);
        at = Field(buffer, at, small);
        BinaryPrimitives.WriteInt64BigEndian(small, version);
        at = Field(buffer, at, small[..8]);
        var typeBytes = Encoding.UTF8.GetBytes(row.Type, buffer[(at + 4)..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer[at..], typeBytes);
        at += 4 + typeBytes;
        BinaryPrimitives.WriteInt32BigEndian(small, row.Schema);
        at = Field(buffer, at, small[..4]);
        at = Field(buffer, at, row.Payload.Span);
        if (row.CommandId is { } command) command.TryWriteBytes(small, bigEndian: true, out _);
        at = Field(buffer, at, row.CommandId is null ? [] : small);
        at = Field(buffer, at, row.Fingerprint.Span);
        BinaryPrimitives.WriteInt64BigEndian(small, row.AtUnixMs);
        at = Field(buffer, at, small[..8]);
        return Field(buffer, at, previous);
    }

    private static int Field(Span<byte> buffer, int at, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer[at..], bytes.Length);
        bytes.CopyTo(buffer[(at + 4)..]);
        return at + 4 + bytes.Length;
    }
}
